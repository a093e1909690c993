"""The answer that a message has arrived, and the three layers that keep machines from answering each other for ever (M12, M15 to M17, D17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from regulars.messaging.models import Mailbox, Message, Receipt
from regulars.messaging.services import (
    Delivery,
    acknowledging,
    folder_outlet,
    open_mailbox,
    read_receipt,
    read_waiting,
    receive_mail,
    send_due,
)
from regulars.messaging.services.mailboxes import MailboxParticulars

from tests.cast import ACTOR, NOON, Cast
from tests.importing import work_off
from tests.messaging.letters import letter

pytestmark = pytest.mark.django_db
AUTOMATIC = b"Auto-Submitted: auto-replied\r\n"


@pytest.fixture(autouse=True)
def noon(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """It is noon; files lie in a folder of their own. Call it with how much later it shall be."""
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    later = {"by": timedelta(0)}
    monkeypatch.setattr("regulars.messaging.tasks.now", lambda: NOON + later["by"])
    return lambda by: later.update(by=by)


@pytest.fixture
def box(cast: Cast) -> Mailbox:
    return open_mailbox(
        business_id=cast.business.pk,
        particulars=MailboxParticulars(name="shop", addresses=["shop@fennel.example"], acknowledges=True),
        at=NOON,
        actor=ACTOR,
    )


def arrive(box: Mailbox, content: bytes, at: object = NOON, **more: object) -> Receipt:
    stored = receive_mail(mailbox=box, delivery=Delivery(content=content, **more), at=at)  # type: ignore[arg-type]
    read_receipt(receipt_id=stored.receipt.pk, at=at)  # type: ignore[arg-type]
    work_off("quick")
    return Receipt.objects.select_related("mail").get(pk=stored.receipt.pk)


def answers() -> list[Message]:
    return list(Message.objects.filter(actor=acknowledging.ACTOR).order_by("pk"))


def sent_mail(tmp_path: Path) -> EmailMessage:
    with folder_outlet(owner="test") as way:
        send_due(through=way, now=lambda: NOON)
    (place,) = (tmp_path / "mail-out").glob("*.eml")
    return message_from_bytes(place.read_bytes(), policy=policy.default)  # type: ignore[return-value]


def test_the_first_mail_of_a_person_is_answered_in_our_own_words(cast: Cast, box: Mailbox, tmp_path: Path) -> None:
    arrive(box, letter(b"Buy cheap pills at spam.example\r\n", subject="Zirkonfisch", sender="Ada <ada@mail.example>"))
    (row,) = answers()
    assert (row.address, row.contact_class, row.is_automatic, row.customer) == ("ada@mail.example", "reply", True, cast.ada)
    mail = sent_mail(tmp_path)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Precedence"] == "auto_reply"
    assert "AutoReply" in mail["X-Auto-Response-Suppress"]
    assert mail["In-Reply-To"] == "<1@mail.example>"
    assert "pills" not in mail.as_string()
    assert "Zirkonfisch" not in mail.as_string()
    row.refresh_from_db()
    assert row.state == "accepted"


def test_off_is_the_default(cast: Cast) -> None:
    plain = open_mailbox(business_id=cast.business.pk, particulars=MailboxParticulars(name="quiet"), at=NOON, actor=ACTOR)
    arrive(plain, letter())
    assert answers() == []


@pytest.mark.parametrize(
    "more",
    [
        AUTOMATIC,
        b"Precedence: bulk\r\n",
        b"Precedence: list\r\nList-Id: <bread.lists.example>\r\n",
        b"X-Auto-Response-Suppress: All\r\n",
        b"X-Autoreply: yes\r\n",
    ],
)
def test_first_layer_machines_lists_and_whoever_asks_for_quiet_get_none(cast: Cast, box: Mailbox, more: bytes) -> None:
    receipt = arrive(box, letter(more=more))
    assert not receipt.mail.may_auto_answer
    assert answers() == []


def test_first_layer_the_empty_return_address_gets_none(cast: Cast, box: Mailbox) -> None:
    arrive(box, letter(), envelope_from="")
    assert answers() == []


def test_second_layer_our_own_answer_coming_back_gets_none(cast: Cast, box: Mailbox, tmp_path: Path) -> None:
    arrive(box, letter())
    content = sent_mail(tmp_path).as_bytes()
    receipt = arrive(box, content)
    assert "own_message" in receipt.mail.reasons
    stripped = content.replace(b"Auto-Submitted: auto-replied", b"X-Was: y").replace(b"Precedence: auto_reply", b"X-Was: z")
    again = arrive(box, stripped.replace(b"X-Auto-Response-Suppress", b"X-Gone"))
    assert (again.state, again.mail.kind if again.mail else "") != ("contact", "contact"), "its number alone betrays it"
    assert len(answers()) == 1


def test_second_layer_what_answers_our_answer_gets_none_however_it_hides(
    cast: Cast, box: Mailbox, tmp_path: Path, noon: Callable[[timedelta], None]
) -> None:
    arrive(box, letter())
    mail = sent_mail(tmp_path)
    noon(timedelta(days=2))
    reply = letter(b"I am out.\r\n", number="2", more=f"In-Reply-To: {mail['Message-ID']}\r\n".encode())
    receipt = arrive(box, reply, NOON + timedelta(days=2))
    assert receipt.mail.answers == answers()[0]
    assert len(answers()) == 1


def test_third_layer_one_person_gets_one_answer_a_day(cast: Cast, box: Mailbox, noon: Callable[[timedelta], None]) -> None:
    """A machine that marks nothing and remembers nothing."""
    for n in range(20):  # across midnight
        noon(timedelta(hours=n))
        arrive(box, letter(f"Beep {n}\r\n".encode(), number=f"beep-{n}"), NOON + timedelta(hours=n))
    assert len(answers()) == 1
    noon(timedelta(hours=25))
    arrive(box, letter(b"Beep\r\n", number="beep-next"), NOON + timedelta(hours=25))
    assert len(answers()) == 2


def test_third_layer_all_together_get_so_many_an_hour(cast: Cast, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acknowledging, "MOST_AN_HOUR", 3)
    for n in range(6):
        arrive(box, letter(number=f"n{n}", sender=f"Person <p{n}@mail.example>"))
    assert len(answers()) == 3


def test_mail_that_is_read_in_batches_is_answered_too(cast: Cast, box: Mailbox) -> None:
    for n, who in enumerate(("ada", "bo")):
        receive_mail(mailbox=box, delivery=Delivery(content=letter(number=f"n{n}", sender=f"X <{who}@mail.example>")), at=NOON)
    read_waiting(at=NOON)
    work_off("quick")
    assert {row.address for row in answers()} == {"ada@mail.example", "bo@mail.example"}


def test_a_sender_whose_address_is_not_the_customer_s_own_gets_none(cast: Cast, box: Mailbox) -> None:
    """A form on a web site writes the customer into Reply-To: the answer must not go to the form."""
    arrive(box, letter(sender="Form <form@web.example>", more=b"Reply-To: ada@mail.example\r\n"))
    assert answers() == []
