"""The bakery's correspondence: what its customers wrote, what was answered, what came back. Deterministic in the story and the day."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from regulars.desk.rules.demo import firm
from regulars.desk.rules.demo.story import DemoCustomer

MAILBOX = "Bakery counter"
ADDRESS = "hello@fennel-rye.example"
# A photograph of a cake with a crack in it, one pixel large: what counts is that it is a file.
PHOTO = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
# Days ago, hour, language of the writer, subject, text, answer of the staff ("" none yet), hours until the answer.
LETTERS: tuple[tuple[int, int, str, str, str, str, int], ...] = (
    (58, 9, "en", "Rye without caraway?", "Good morning,\n\ndo you bake a rye loaf without caraway? My husband can't stand it.\n\nKind regards",
     "Yes: the Thursday rye has none. Shall we keep one for you at the counter?", 3),
    (51, 20, "hu", "Köszönjük a tortát", "Kedves Pékség!\n\nA születésnapi torta csodás volt, mindenki kért a receptből. Köszönjük szépen!\n\nÜdvözlettel",
     "Nagyon örülünk! A recept titok, de jövő héten sütünk belőle kis méretben is.", 14),
    (44, 12, "en", "Baking class in spring", "Hello,\n\nwill there be a baking class in spring, and can I bring my daughter (12)?\n\nThanks",
     "There will be two, and children from ten on are welcome with a grown-up. We write when the dates stand.", 5),
    (37, 18, "pt", "Pão sem glúten", "Bom dia,\n\nvocês têm pão sem glúten aos sábados?\n\nObrigada",
     "Temos pão de arroz aos sábados, mas é feito na mesma cozinha: não é seguro para celíacos.", 15),
    (30, 8, "cs", "Objednávka na sobotu", "Dobrý den,\n\nchtěla bych na sobotu objednat dva velké žitné bochníky. Vyzvednu si je v deset.\n\nDěkuji",
     "Děkujeme, máme je zapsané na sobotu v deset hodin.", 2),
    (24, 13, "en", "Lost umbrella", "Hi, I left a green umbrella at Canal Street on Tuesday. Has somebody found it?",
     "It stands behind the counter and waits for you.", 1),
    (16, 17, "en", "The cake had a crack", "Hello,\n\nI collected the almond cake on Friday and it had a crack right across, with the writing split in two. It was for my "
     "mother's eightieth. I attach a picture. I am really disappointed.", "That must not happen, and we are sorry. We rang you today; the next cake is on us.", 2),
    (9, 10, "vi", "Bánh mì cho văn phòng", "Chào tiệm,\n\nvăn phòng tôi muốn đặt 20 ổ bánh mì mỗi thứ Hai. Giá bao nhiêu?\n\nCảm ơn",
     "Cảm ơn bạn! Hai mươi ổ là 48 bảng, giao lúc bảy giờ rưỡi.", 4),
    (4, 19, "en", "Thank you, Tom", "Just a word of thanks to Tom, who carried my bags to the bus in the rain. That is why we come to you.", "", 0),
    (2, 9, "lv", "Rudzu maize", "Labdien,\n\nvai jums ir maize bez rauga?\n\nPaldies", "", 0),
    (1, 15, "en", "Wedding in June", "Good afternoon,\n\nwe marry on the second Saturday in June, about ninety guests. Could you make the cake, and what "
     "would it cost? We would love to come and taste.\n\nWarm regards", "", 0),
)  # fmt: skip


@dataclass(frozen=True)
class DemoLetter:
    """One mail of a customer as it came, and what the staff answered (`answered_at` None: nobody has yet)."""

    number: str
    name: str
    at: datetime
    content: bytes
    answer: str
    subject: str
    answered_at: datetime | None


def demo_letters(story: Sequence[DemoCustomer], at: datetime) -> list[DemoLetter]:
    """What customers wrote, oldest first: each by somebody who speaks the language and was a customer by then."""
    found = []
    writers: set[str] = set()
    for days, hour, language, subject, text, answer, hours in LETTERS:
        moment = daytime(at, days, hour)
        one = next(
            (
                one
                for one in story
                if one.emails
                and not one.organisation
                and one.name.language == language
                and one.joined_at < moment
                and one.number not in writers
            ),
            None,
        )
        if one is None:
            continue
        writers.add(one.number)
        content = _letter(one, moment, subject, text, photo=PHOTO if "picture" in text else b"")
        answered = moment + timedelta(hours=hours) if answer else None
        found.append(DemoLetter(one.number, f"letter-{days}", moment, content, answer, subject, answered))
    return found


def daytime(at: datetime, days: int, hour: int) -> datetime:
    """An hour of the bakery's own day, so many days ago; never later than an hour ago."""
    wall = at.astimezone(ZoneInfo(firm.ZONE)) - timedelta(days=days)
    moment = wall.replace(hour=hour, minute=7 * days % 60, second=0, microsecond=0)
    return min(moment.astimezone(at.tzinfo), at - timedelta(hours=1))


def away_note(one: DemoCustomer, moment: datetime) -> bytes:
    """What an answering machine sends back."""
    back = (moment + timedelta(days=9)).strftime("%Y-%m-%d")
    text = f"Thank you for your message. I am away and back in the office on {back}."
    return _letter(one, moment, "Automatic reply: News from the oven", text, more="Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n")


def form_without_sender(moment: datetime) -> bytes:
    """What a broken form on a web page sends: a question, and nobody knows from whom."""
    head = f"Subject: Contact form\r\nTo: {ADDRESS}\r\nDate: {format_datetime(moment)}\r\nMessage-ID: <form-1@forms.example>\r\n"
    return (head + "Content-Type: text/plain; charset=utf-8\r\n\r\nDo you deliver to the harbour on Sundays?\r\n").encode()


def not_delivered(*, sent: bytes, report_to: str, recipient: str, moment: datetime) -> bytes:
    """The report of a mail server (RFC 3464) that an address does not exist, with the head of the message that it returns."""
    head, _sep, _body = sent.partition(b"\r\n\r\n")
    first = (
        f"From: Mail Delivery System <mailer-daemon@mx.example>\r\nTo: {report_to}\r\nDate: {format_datetime(moment)}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <dsn-1@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\r\n\r\n'
        f"--cut\r\nContent-Type: text/plain\r\n\r\n<{recipient}>: unknown user\r\n"
        "--cut\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\r\n"
        "--cut\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    )
    return first.encode() + head + b"\r\n\r\n--cut--\r\n"


def _letter(one: DemoCustomer, moment: datetime, subject: str, text: str, *, more: str = "", photo: bytes = b"") -> bytes:
    signed = f"{text}\n{one.name.given} {one.name.family}\n" if not more else f"{text}\n"
    head = (
        f"From: {_word(f'{one.name.given} {one.name.family}')} <{one.emails[0]}>\r\nTo: {ADDRESS}\r\nSubject: {_word(subject)}\r\n"
        f"Date: {format_datetime(moment)}\r\nMessage-ID: <{one.number}-{moment:%Y%m%d}@{one.emails[0].rpartition('@')[2]}>\r\n{more}MIME-Version: 1.0\r\n"
    )
    body = base64.encodebytes(signed.encode()).decode().replace("\n", "\r\n")
    plain = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}"
    if not photo:
        return (head + plain).encode()
    picture = base64.encodebytes(photo).decode().replace("\n", "\r\n")
    return (
        f'{head}Content-Type: multipart/mixed; boundary="cut"\r\n\r\n--cut\r\n{plain}--cut\r\nContent-Type: image/png; name="cake.png"\r\n'
        f'Content-Disposition: attachment; filename="cake.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}--cut--\r\n'
    ).encode()


def _word(text: str) -> str:
    """Text as it may stand in a header field (RFC 2047)."""
    return text if text.isascii() else f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="
