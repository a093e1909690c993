"""The demo's correspondence came by the ordinary ways, and goes again but for what somebody wrote or received themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.business.models import Business
from regulars.business.queries import Scope
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries import Ask
from regulars.contacts.services import decide_contact
from regulars.customers.models import ConsentEvent, Customer
from regulars.customers.services import forget_customer, record_consent
from regulars.desk.cli import ACTOR as CLI_ACTOR
from regulars.desk.services.demo import Removed, load_demo, remove_demo
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Mailbox, Message, RawMail, Receipt, ReceivedMail, Setback, Suppression
from regulars.messaging.services import Delivery, Letter, open_mailbox, read_receipt, receive_mail, send_due, write_message
from regulars.messaging.services.mailboxes import MailboxParticulars
from regulars.messaging.services.sending import folder_outlet
from regulars.project.cli import run

from tests.cast import NOON

pytestmark = pytest.mark.django_db
ACTOR = CLI_ACTOR
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def bakery(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole cast of the story with fewer people; its files lie in a folder of their own."""
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr("regulars.desk.rules.demo.story.PEOPLE", 160)
    monkeypatch.setattr("regulars.desk.rules.demo.story.PROSPECTS", 5)
    load_demo(at=NOON, actor=ACTOR)


def scope() -> Scope:
    return Scope(Business.objects.get().pk)


def removed() -> Removed:
    return remove_demo(at=LATER + timedelta(hours=1), actor=ACTOR)


def one_with_offers() -> Customer:
    """A demo customer to whom the demo wrote an offer that arrived."""
    customer = Message.objects.filter(purpose="offers", state="accepted").order_by("pk").first().customer  # type: ignore[union-attr]
    assert customer is not None
    return customer


def test_the_mail_was_read_by_the_ordinary_intake_and_shows_every_end(tmp_path: Path) -> None:
    receipts = Receipt.objects.filter(origin="demo")
    assert set(receipts.values_list("state", flat=True)) == {"contact", "automatic", "bounce", "parked"}
    assert list(receipts.filter(state="parked").values_list("reason", flat=True)) == ["no_sender"]
    assert ReceivedMail.objects.filter(kind="contact").count() >= 8
    assert not ReceivedMail.objects.filter(kind="contact", customer__isnull=True).exists()
    assert (
        Contact.objects.filter(source="demo", links__has_key="message", direction="in").count()
        == ReceivedMail.objects.filter(kind="contact").count()
    )
    assert any(one["name"] == "cake.png" for mail in ReceivedMail.objects.all() for one in mail.attachments)
    states = set(Message.objects.values_list("state", flat=True))
    assert states >= {"accepted", "failed", "uncertain", "withheld"}
    assert not Message.objects.filter(state="queued", due_at__lt=NOON).exists(), "nothing old is left to the worker"
    assert Message.objects.get(state="failed").bounced_at is not None
    assert Message.objects.get(state="withheld").reason == "consent_withdrawn"
    assert Setback.objects.get().verdict == "dead"
    answered = Message.objects.filter(answers__isnull=False, state="accepted")
    assert answered.count() >= 6
    assert all((tmp_path / "mail-out" / f"{one.public_id}.eml").is_file() for one in answered)
    assert not Message.objects.filter(settled_at__gt=NOON).exists()
    assert all("@example." in one.address for one in Message.objects.all()), "names that are kept for examples"


def test_the_same_story_is_told_the_same_way_each_time() -> None:
    def told() -> list[tuple[object, ...]]:
        rows = ReceivedMail.objects.order_by("received_at").values_list("subject", "sender_address", "received_at", "text")
        return [*rows, *Message.objects.order_by("queued_at", "address").values_list("address", "subject", "text", "state", "queued_at")]

    def without_links(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return [tuple(re.sub(r"\[#\d+\]|/(matter|wishes)/\w+", "", str(cell).partition("\n\n-- ")[0]) for cell in row) for row in rows]

    first = without_links(told())
    assert removed().everything
    load_demo(at=NOON, actor=ACTOR)
    assert without_links(told()) == first


def test_untouched_it_leaves_nothing_behind(
    tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    run_until_idle()
    assert list((tmp_path / "mail-out").glob("*.eml"))
    with django_capture_on_commit_callbacks(execute=True):
        assert removed().everything
    for table in (Mailbox, Message, RawMail, Receipt, ReceivedMail, Suppression, Contact, Slot, Customer, Business):
        assert not table._default_manager.exists(), table  # type: ignore[attr-defined]
    assert not list((tmp_path / "mail-out").glob("*.eml"))


def test_a_message_of_ones_own_keeps_its_customer_without_the_demos_share() -> None:
    customer = one_with_offers()
    mail = ReceivedMail.objects.filter(kind="contact", answered_by__isnull=True).order_by("pk").first()
    assert mail is not None
    writer = Customer.objects.get(pk=mail.customer_id)
    letter = Letter(purpose="service", contact_class="service", subject="From me", body="My own words.")
    for n, (one, answers) in enumerate(((customer, None), (writer, mail))):
        own = Letter(**{**letter.__dict__, "answers": answers})
        write_message(scope=scope(), customer=one, letter=own, key=f"own-{n}", at=LATER, actor="employee:1")
    with folder_outlet(owner="test") as way:
        send_due(through=way, now=lambda: LATER)
    gone = removed()
    assert (gone.everything, gone.staying) == (False, 2)
    assert set(Customer.objects.values_list("pk", flat=True)) == {customer.pk, writer.pk}
    assert list(Message.objects.order_by("pk").values_list("key", "state", "answers")) == [
        ("own-0", "accepted", None),
        ("own-1", "accepted", None),
    ]
    assert set(Contact.objects.values_list("source", flat=True)) == {"gate"}
    assert not ReceivedMail.objects.exists()
    assert not ConsentEvent.objects.exists(), "a permission of the story is no proof of anything"


def test_an_uncertain_message_of_ones_own_stays_as_it_is() -> None:
    customer = one_with_offers()
    record_consent(
        scope=scope(), customer_id=customer.pk, channel="email", purpose="newsletter", given=True, text_version="own",
        source="counter", proof={"said": "yes"}, at=NOON, actor="employee:1",
    )  # fmt: skip
    letter = Letter(purpose="newsletter", contact_class="promotional", subject="News", body="Some news.")
    write_message(scope=scope(), customer=customer, letter=letter, key="own", at=NOON + timedelta(days=40), actor="employee:1")
    with folder_outlet(owner="test", line_breaks=True) as way:
        send_due(through=way, now=lambda: NOON + timedelta(days=40))
    removed()
    assert list(Message.objects.values_list("key", "state")) == [("own", "uncertain")]
    assert [one.actor for one in ConsentEvent.objects.all()] == ["employee:1"]
    assert Slot.objects.get().source == "gate"


def test_mail_that_really_arrived_stays_with_whom_it_came_from() -> None:
    customer = one_with_offers()
    address = customer.contact_points.get(kind="email").value
    own = open_mailbox(business_id=scope().business_id, particulars=MailboxParticulars(name="Mine"), at=LATER, actor="employee:1")
    automatic = f"From: {address}\r\nTo: me@shop.example\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <a@x.example>\r\n\r\nAway\r\n"
    stored = receive_mail(mailbox=own, delivery=Delivery(content=automatic.encode()), at=LATER)
    read_receipt(receipt_id=stored.receipt.pk, at=LATER)
    gone = removed()
    assert (gone.everything, gone.staying) == (False, 1)
    assert ReceivedMail.objects.get().customer_id == customer.pk
    assert list(Mailbox.objects.values_list("name", flat=True)) == ["Mine"]


def test_a_parked_mail_of_ones_own_keeps_the_business() -> None:
    own = open_mailbox(business_id=scope().business_id, particulars=MailboxParticulars(name="Mine"), at=LATER, actor="employee:1")
    stored = receive_mail(mailbox=own, delivery=Delivery(content=b"Subject: Nobody\r\n\r\nHello\r\n"), at=LATER)
    read_receipt(receipt_id=stored.receipt.pk, at=LATER)
    gone = removed()
    assert (gone.everything, gone.staying) == (False, 0)
    assert Receipt.objects.get().state == "parked"


def test_a_permission_and_a_reserved_place_of_ones_own_keep_their_customers() -> None:
    first, second = Customer.objects.filter(contact_points__kind="email").order_by("pk")[:2]
    record_consent(
        scope=scope(), customer_id=first.pk, channel="email", purpose="newsletter", given=True, text_version="own",
        source="counter", proof={"said": "yes"}, at=LATER, actor="employee:1",
    )  # fmt: skip
    ask = Ask("phone", "service", "service")
    decision = decide_contact(scope=scope(), customer_id=second.pk, ask=ask, reserve=True, key="mine", at=LATER, actor="employee:1")
    assert decision.reservation
    gone = removed()
    assert gone.staying == 2
    assert set(Customer.objects.values_list("pk", flat=True)) == {first.pk, second.pk}
    assert list(Slot.objects.values_list("key", "state")) == [("mine", "reserved")]


def test_somebody_forgotten_on_trial_does_not_keep_the_business() -> None:
    forget_customer(scope=scope(), customer_id=one_with_offers().pk, at=LATER, actor="employee:1")
    run_until_idle()
    assert removed().everything


def test_the_command_says_who_stays(capsys: pytest.CaptureFixture[str]) -> None:
    letter = Letter(purpose="service", contact_class="service", subject="From me", body="My own words.")
    write_message(scope=scope(), customer=one_with_offers(), letter=letter, key="own", at=LATER, actor="employee:1")
    assert run(["--no-migrate", "demo", "--remove"]) == 0
    assert "1 demo customer stays: you wrote to them" in capsys.readouterr().out
