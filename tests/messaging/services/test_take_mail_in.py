"""Taking mail in: stored first, read second; nothing twice, nothing lost, nothing in silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.business.queries import Scope
from regulars.contacts.models import Contact
from regulars.contacts.queries import story_of
from regulars.customers.models import Customer
from regulars.groundwork.kernel.audit import faults_in_chains
from regulars.groundwork.kernel.models import FactRow, Job
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Mailbox, RawMail, Receipt, ReceivedMail
from regulars.messaging.queries import mails_before, parked_receipts
from regulars.messaging.services import (
    Delivery,
    MailboxParticulars,
    open_mailbox,
    read_receipt,
    read_waiting,
    reading,
    reading_plain,
    receive_mail,
    retry_parked,
)

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.letters import delivery_report, letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(cast: Cast) -> Mailbox:
    """The shop's mailbox."""
    return opened(cast, "shop", addresses=["shop@fennel.example"])


def opened(cast: Cast, name: str, **particulars: Any) -> Mailbox:
    return open_mailbox(business_id=cast.business.pk, particulars=MailboxParticulars(name=name, **particulars), at=NOON, actor=ACTOR)


def taken(box: Mailbox, content: bytes, **delivery: Any) -> Receipt:
    stored = receive_mail(mailbox=box, delivery=Delivery(content=content, **delivery), at=NOON)
    read_receipt(receipt_id=stored.receipt.pk, at=NOON)
    return Receipt.objects.select_related("mail__customer").get(pk=stored.receipt.pk)


def test_a_known_sender_s_mail_becomes_a_contact_with_a_fact(cast: Cast, box: Mailbox) -> None:
    receipt = taken(box, letter())
    assert (receipt.state, receipt.mail.customer, receipt.mail.hints) == ("contact", cast.ada, ["known_address"])
    assert FactRow.objects.get(name="messaging.MessageReceived").body["customer_id"] == cast.ada.pk


def test_bytes_are_kept_exactly_and_read_later(cast: Cast, box: Mailbox) -> None:
    content = letter(b"caf\xe9\x00\r\n", more=b"Content-Type: text/plain; charset=utf-8\r\n")
    stored = receive_mail(mailbox=box, delivery=Delivery(content=content), at=NOON)
    assert stored.receipt.state == "stored"
    assert not ReceivedMail.objects.exists()
    assert bytes(RawMail.objects.get().content) == content
    run_until_idle()
    mail = ReceivedMail.objects.get()
    assert mail.text.startswith("café")
    assert mail.trail["repaired"]


def test_an_unknown_sender_becomes_a_prospect_once(cast: Cast, box: Mailbox) -> None:
    first = taken(box, letter(sender="Dora Novak <dora@new.example>", number="1"))
    second = taken(box, letter(sender="dora@NEW.example", number="2"))
    assert first.mail.customer == second.mail.customer
    dora = Customer.objects.get(pk=first.mail.customer.pk)
    assert (dora.given_name, dora.family_name, dora.prospect) == ("Dora", "Novak", True)
    assert first.mail.hints == ["new_prospect"]


def test_m1_the_same_delivery_and_the_same_content_change_nothing(cast: Cast, box: Mailbox) -> None:
    one = receive_mail(mailbox=box, delivery=Delivery(content=letter(), uid_validity=1, uid=7), at=NOON)
    again = receive_mail(mailbox=box, delivery=Delivery(content=letter(), uid_validity=1, uid=7), at=NOON)
    assert (one.new, again.new, again.receipt.pk) == (True, False, one.receipt.pk)
    renumbered = taken(box, letter(), uid_validity=2, uid=1)
    assert renumbered.state == "contact"  # this receipt was read first
    read_waiting(at=NOON)
    assert Receipt.objects.get(pk=one.receipt.pk).state == "duplicate"
    assert ReceivedMail.objects.count() == RawMail.objects.count() == 1


def test_m2_one_mail_to_two_mailboxes_is_one_contact_seen_by_each_team(cast: Cast) -> None:
    billing, legal = opened(cast, "billing", branch_id=cast.market.pk), opened(cast, "legal", branch_id=cast.station.pk)
    content = letter(sender="x@new.example")
    Customer.objects.update(home_branch=None)
    taken(billing, content)
    copy = taken(legal, b"Received: by legal\r\n" + content)
    assert (copy.state, copy.reason) == ("duplicate", "same_mail")
    Customer.objects.update(home_branch=None)
    mail = ReceivedMail.objects.get()
    for branch in (cast.market, cast.station):
        assert mails_before(scope=Scope(cast.business.pk, frozenset({branch.pk}))).rows == [mail]
    assert mails_before(scope=Scope(cast.business.pk, frozenset({-1}))).rows == []
    assert mails_before(scope=Scope(cast.other.pk)).rows == []


def test_m5_a_forged_reference_joins_no_conversation(cast: Cast, box: Mailbox) -> None:
    receipt = taken(box, letter(sender="Eve <eve@new.example>", more=b"In-Reply-To: <" + b"a" * 52 + b"@fennel.example>\r\n"))
    assert receipt.mail.answers is None
    assert "false_token" in receipt.mail.hints
    assert receipt.mail.customer != cast.ada


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "auto_submitted"),
        (b"List-Id: <x.example>\r\n", "mailing_list"),
        (b"Precedence: bulk\r\n", "precedence_bulk"),
    ],
)
def test_h6_machines_are_kept_and_count_as_nobody_s_contact(cast: Cast, box: Mailbox, more: bytes, reason: str) -> None:
    receipt = taken(box, letter(sender="robot@new.example", more=more))
    assert (receipt.state, receipt.reason, receipt.mail.customer) == ("automatic", reason, None)
    assert not FactRow.objects.filter(name="messaging.MessageReceived").exists()


def test_m15_our_own_mail_that_comes_back_makes_nobody_a_customer(cast: Cast, box: Mailbox) -> None:
    receipt = taken(box, letter(sender="shop@fennel.example"))
    assert (receipt.state, receipt.reason, receipt.mail.customer) == ("automatic", "own_message", None)


def test_m13_a_report_makes_no_contact(cast: Cast, box: Mailbox) -> None:
    receipt = taken(box, delivery_report())
    assert (receipt.state, receipt.reason) == ("bounce", "unmatched_report")
    assert not FactRow.objects.filter(name="messaging.MessageReceived").exists()


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b"\x00\xff\x01" * 9, "no_headers"), (b"Subject: x\r\n\r\nhello", "no_sender")]
)
def test_what_cant_be_read_is_parked_with_its_reason(cast: Cast, box: Mailbox, content: bytes, reason: str) -> None:
    assert (taken(box, content).state, parked_receipts(scope=cast.scope)[0].reason) == ("parked", reason)
    assert parked_receipts(scope=Scope(cast.other.pk)) == []
    assert FactRow.objects.filter(name="messaging.MailParked").count() == 1


def test_m21_one_mail_that_always_fails_harms_no_other_and_is_parked_in_the_end(
    cast: Cast, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_reader = reading.read_mail

    def stumble(raw: bytes) -> Any:
        if b"poison" in raw:
            raise RuntimeError("planted")
        return true_reader(raw)

    monkeypatch.setattr(reading, "read_mail", stumble)
    monkeypatch.setattr(reading_plain, "read_mail", stumble)
    for number in range(3):
        receive_mail(mailbox=box, delivery=Delivery(content=letter(b"poison" if number == 1 else b"fine", number=str(number))), at=NOON)
    at = NOON
    for _round in range(10):
        read_waiting(at=at)
        at += timedelta(minutes=30)
    assert sorted(Receipt.objects.values_list("state", "attempts")) == [("contact", 1), ("contact", 1), ("parked", 5)]
    bad = parked_receipts(scope=cast.scope)[0]
    assert bad.reason == "reader_failed"
    assert "planted" in bad.fault
    monkeypatch.undo()
    again = retry_parked(business_id=cast.business.pk, receipt_id=bad.pk, at=at, actor=ACTOR)
    assert again.state == "contact"


def test_m23_the_time_of_arrival_counts_and_the_sender_s_claim_is_kept(cast: Cast, box: Mailbox) -> None:
    raw = letter().replace(b"Date: Mon, 15 Jun 2026 10:00:00 +0200", b"Date: Tue, 1 Jan 2031 00:00:00 +0000")
    mail = taken(box, raw).mail
    assert (mail.received_at, mail.dated_at.year) == (NOON, 2031)


def test_many_mails_of_one_address_get_no_automatic_answer(cast: Cast, box: Mailbox) -> None:
    for number in range(22):
        last = taken(box, letter(number=str(number)))
    assert last.mail.may_auto_answer is False
    assert "many_mails" in last.mail.hints
    assert ReceivedMail.objects.filter(may_auto_answer=True).count() == 20


def test_the_quick_way_and_the_careful_way_give_the_same_rows(cast: Cast, box: Mailbox) -> None:
    def rows() -> list[tuple[object, ...]]:
        names = ("message_id", "customer_id", "kind", "subject", "text", "hints", "reasons", "may_auto_answer", "answers_id", "recipients")
        return list(ReceivedMail.objects.order_by("message_id").values_list(*names))

    letters = [letter(number=str(number), subject=f"n {number}") for number in range(6)] + [letter(sender="bo@mail.example", number="bo")]
    for content in letters:
        receive_mail(mailbox=box, delivery=Delivery(content=content), at=NOON)
    assert len(reading_plain.read_plain(receipt_ids=list(Receipt.objects.values_list("pk", flat=True)), at=NOON)) == 7
    quick = rows()
    facts = sorted(FactRow.objects.filter(name__in=["messaging.MessageReceived", "contacts.ContactLogged"]).values_list("name", flat=True))
    assert not list(faults_in_chains())
    other = opened(cast, "again")
    Receipt.objects.all().delete()
    ReceivedMail.objects.all().delete()
    RawMail.objects.all().delete()
    FactRow.objects.all().delete()
    for content in letters:
        taken(other, content)
    assert rows() == quick
    again = sorted(FactRow.objects.filter(name__in=["messaging.MessageReceived", "contacts.ContactLogged"]).values_list("name", flat=True))
    assert again == facts
    assert {one.contact_key for one in ReceivedMail.objects.all()} == {str(one.public_id) for one in Contact.objects.order_by("-pk")[:7]}


def test_one_waiting_job_reads_all_that_is_stored(cast: Cast, box: Mailbox) -> None:
    for number in range(120):
        receive_mail(mailbox=box, delivery=Delivery(content=letter(number=str(number))), at=NOON)
    assert Job.objects.filter(kind="messaging.read_mail").count() == 1
    run_until_idle()
    assert ReceivedMail.objects.count() == 120


def test_the_mail_stands_on_the_customer_s_timeline(cast: Cast, box: Mailbox) -> None:
    taken(box, letter(subject="Two loaves, please"))
    run_until_idle()
    assert "Two loaves, please" in str(story_of(scope=cast.scope, customer=cast.ada).lines)
