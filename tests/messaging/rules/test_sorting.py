"""Who wrote it: a person, a machine, or a report."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.messaging.rules.classifying import sort_mail
from regulars.messaging.rules.mail import read_mail
from regulars.messaging.rules.reports import report_in, verdict_of, verdict_of_reply

from tests.messaging.letters import delivery_report, letter, several

pytestmark = pytest.mark.pure
OWN = {"shop@fennel.example"}


@pytest.mark.parametrize(
    ("more", "subject", "sender", "envelope", "kind", "may_answer", "reason"),
    [
        (b"", "Bread", "ada@x.example", None, "contact", True, ""),
        (b"Auto-Submitted: no\r\n", "Bread", "ada@x.example", None, "contact", True, ""),
        (b"X-Auto-Response-Suppress: All\r\n", "Bread", "ada@x.example", None, "contact", False, "answers_suppressed"),  # M16
        (b"Auto-Submitted: auto-replied; owner=x\r\n", "Away", "ada@x.example", None, "automatic", False, "auto_submitted"),  # M12
        (b"X-Auto-Response-Suppress: OOF\r\n", "Automatic reply: Bread", "a@x.example", None, "automatic", False, "out_of_office"),
        (b"In-Reply-To: <1@y>\r\n", "Abwesenheitsnotiz: Urlaub", "a@x.example", None, "automatic", False, "out_of_office"),
        (b"", "Out of office supplies?", "a@x.example", None, "contact", True, ""),
        (b"List-Id: <news.x.example>\r\n", "News", "a@x.example", None, "automatic", False, "mailing_list"),  # M17
        (b"Precedence: list\r\n", "News", "a@x.example", None, "automatic", False, "precedence_list"),
        (b"Precedence: bulk\r\n", "News", "a@x.example", None, "automatic", False, "precedence_bulk"),
        (b"", "Bread", "shop@fennel.example", None, "automatic", False, "own_message"),  # M15
        (b"", "Bread", "ada@x.example", "", "automatic", False, "null_sender"),
        (b"", "Your parcel", "no-reply@x.example", None, "contact", False, "robot_address"),
    ],
)
def test_is_it_automatic_and_may_it_be_answered_are_two_questions(
    more: bytes, subject: str, sender: str, envelope: str | None, kind: str, may_answer: bool, reason: str
) -> None:
    mail = read_mail(letter(subject=subject, sender=sender, more=more))
    found = sort_mail(mail, own_addresses=OWN, envelope_from=envelope, is_ours=False)
    assert (found.kind, found.may_auto_answer) == (kind, may_answer)
    assert reason in ("", *found.reasons)
    assert found.is_automatic == (kind != "contact")


def test_m12_the_day_of_return_is_offered() -> None:
    mail = read_mail(letter(b"I am away and will be back on 3 July 2026.", more=b"Auto-Submitted: auto-replied\r\n"))
    assert sort_mail(mail, own_addresses=OWN, envelope_from=None, is_ours=False).back_on == date(2026, 7, 3)


def test_m17_lists_are_contacts_where_the_business_says_so_and_still_get_no_automatic_answer() -> None:
    mail = read_mail(letter(more=b"List-Id: <news.x.example>\r\nPrecedence: list\r\n"))
    found = sort_mail(mail, own_addresses=OWN, envelope_from=None, is_ours=False, lists_are_contacts=True)
    assert (found.kind, found.may_auto_answer) == ("contact", False)


def test_reports_are_recognised_and_read() -> None:
    raw = delivery_report(status="5.1.1")
    mail = read_mail(raw)
    assert sort_mail(mail, own_addresses=OWN, envelope_from="", is_ours=False).kind == "bounce"
    report = report_in(mail, raw)
    assert report is not None
    assert [(one.address, one.action, one.status, one.verdict) for one in report.deliveries] == [
        ("ada@mail.example", "failed", "5.1.1", "dead")
    ]


def test_a_complaint_names_its_kind_and_who_complained() -> None:
    raw = several(
        b"Content-Type: text/plain\r\n\r\nThis is an abuse report.",
        b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Rcpt-To: <ada@mail.example>\r\n",
        b"Content-Type: message/rfc822\r\n\r\nFrom: shop@fennel.example\r\nX-Regulars-Message: abc\r\n\r\nhello",
        kind="report; report-type=feedback-report",
    )
    report = report_in(read_mail(raw), raw)
    assert report is not None
    assert (report.complaint, report.complained_by) == ("abuse", "ada@mail.example")
    assert report.returned_fields.text("x-regulars-message") == "abc"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("5.1.1", "dead"),
        ("5.1.2", "dead"),
        ("5.1.10", "dead"),
        ("5.2.2", "soft"),
        ("4.2.2", "soft"),
        ("4.4.1", "soft"),
        ("5.7.1", "policy"),
        ("5.7.26", "policy"),
        ("", "soft"),
    ],
)
def test_41_a_status_says_whether_the_address_is_dead_full_or_we_are_refused(status: str, verdict: str) -> None:
    assert verdict_of("failed", status) == verdict


@pytest.mark.parametrize(
    ("reply", "text", "verdict"),
    [
        (250, "2.0.0 ok", "delivered"),
        (550, "5.1.1 no such user", "dead"),
        (550, "User unknown", "dead"),
        (550, "blocked", "soft"),
        (554, "5.7.1 spam", "policy"),
        (452, "4.2.2 full", "soft"),
    ],
)
def test_44_the_dialogue_means_the_same_as_a_report(reply: int, text: str, verdict: str) -> None:
    assert verdict_of_reply(reply, text) == verdict
