"""Sending: one message to one person, judged in the step that lets it go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from regulars.contacts.models import Contact, Slot
from regulars.customers.services import NewCustomer, register_customer, withdraw_consent
from regulars.messaging.models import Message, Setback, Suppression
from regulars.messaging.rules.mail import read_mail
from regulars.messaging.services import (
    AddressRefused,
    AddressSuppressed,
    Delivery,
    GateRefused,
    Letter,
    TextRefused,
    lift_suppression,
    mailbox_named,
    preview_message,
    read_receipt,
    receive_mail,
    resume_mail,
    sending,
    stop_mail,
)

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.letters import delivery_report, letter, several
from tests.messaging.services.conftest import sent
from tests.messaging.sink import Sink

pytestmark = pytest.mark.django_db
Write = Callable[..., Message]
Agree = Callable[..., None]


def test_a_message_goes_out_once_to_one_address_and_stands_in_the_log(cast: Cast, sink: Sink, written: Write) -> None:
    row = written()
    assert row.state == "queued"
    assert sent() == 1
    row.refresh_from_db()
    assert (row.state, row.reply_text, row.lease_owner) == ("accepted", "250 kept", "")
    assert [one.recipients for one in sink.taken] == [["ada@mail.example"]]
    mail = read_mail(sink.taken[0].content)
    assert (mail.subject, mail.sender.address, mail.to[0].name) == ("Your bread", "hello@fennel.example", "Ada Lindqvist")
    assert mail.text == "Hello Ada, it is ready."
    assert "<p>Hello Ada, it is ready.</p>" in mail.html
    contact = Contact.objects.get(customer=cast.ada)
    assert (contact.channel, contact.direction, contact.links["message"]) == ("email", "out", str(row.public_id))
    assert Slot.objects.get().state == "confirmed"
    assert sent() == 0
    assert len(sink.taken) == 1


def test_27_the_same_key_writes_one_message(cast: Cast, written: Write) -> None:
    assert written(key="order-7").pk == written(key="order-7").pk
    assert Message.objects.count() == 1


def test_the_gate_says_no_before_anything_is_queued(cast: Cast, written: Write) -> None:
    with pytest.raises(GateRefused) as refusal:
        written("offers", "promotional")
    assert "has not agreed" in refusal.value.sentence
    assert not Message.objects.exists()


def test_a_deferred_message_waits_and_is_judged_again(cast: Cast, sink: Sink, written: Write, agreed: Agree) -> None:
    agreed()
    night = NOON.replace(hour=22)  # midnight in Berlin
    row = written("offers", "promotional", at=night)
    assert row.due_at > night
    assert row.reservation == ""
    sent(night)
    assert not sink.taken
    assert sent(row.due_at) == 1
    assert len(sink.taken) == 1
    row.refresh_from_db()
    assert (row.state, bool(row.reservation)) == ("accepted", True)


def test_13_an_offer_that_ended_is_not_sent_late(cast: Cast, sink: Sink, written: Write, agreed: Agree) -> None:
    agreed()
    night = NOON.replace(hour=22)
    with pytest.raises(GateRefused):
        written("offers", "promotional", at=night, expires_at=night + timedelta(hours=1))


def test_g4_28_a_no_between_queueing_and_sending_is_obeyed(cast: Cast, sink: Sink, written: Write, agreed: Agree) -> None:
    agreed()
    row = written("offers", "promotional")
    order = written("transactional", "transactional")
    withdraw_consent(scope=cast.scope, customer_id=cast.ada.pk, channel="email", source="page", at=NOON, actor=ACTOR)
    sent()
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, row.reason) == ("withheld", "consent_withdrawn")
    assert order.state == "accepted"
    assert Slot.objects.get(purpose="offers").state == "released"
    assert len(sink.taken) == 1


def test_the_kill_switch_stops_mail_and_loses_none(cast: Cast, sink: Sink, written: Write) -> None:
    rows = [written() for _number in range(3)]
    stop_mail(business_id=cast.business.pk, reason="wrong price", at=NOON, actor=ACTOR)
    assert sent() == 0
    assert not sink.taken
    assert resume_mail(business_id=cast.business.pk, at=NOON, actor=ACTOR)
    assert sent() == 3
    assert {Message.objects.get(pk=row.pk).state for row in rows} == {"accepted"}


def test_the_switch_is_seen_in_the_last_step_too(cast: Cast, sink: Sink, written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(6):
        written()
    true = sending._handed_over

    def stop_after_first(*words):  # type: ignore[no-untyped-def]
        answers = true(*words)
        stop_mail(business_id=cast.business.pk, reason="", at=NOON, actor=ACTOR)
        return answers

    monkeypatch.setattr(sending, "_handed_over", stop_after_first)
    sent()
    assert len(sink.taken) == 2  # one group of two connections
    assert Message.objects.filter(state="queued").count() == 4


@pytest.mark.parametrize(
    "address",
    ["a@x.example, b@x.example", "<ada@mail.example>", "group: a@x.example;", "a@x.example\nBcc: b@x.example", "x" * 300 + "@x.example"],
)
def test_g2_no_second_recipient_gets_in(cast: Cast, written: Write, address: str) -> None:
    with pytest.raises(AddressRefused):
        written(address=address)


def test_a_customer_s_address_is_used_and_no_stranger_s(cast: Cast, written: Write) -> None:
    assert written(address="ADA@mail.example").address == "ADA@mail.example"
    with pytest.raises(AddressRefused, match="not one of"):
        written(address="someone@else.example")


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: b@x.example", "=?utf-8?q?=0A?=Bcc: b@x.example", '" <x@y.example>, "', "Ève\u2028Bcc: x", "<b>R&D</b>"]
)
def test_36_37_g1_a_name_is_shown_as_it_is_and_adds_nothing(cast: Cast, sink: Sink, written: Write, name: str) -> None:
    eve = register_customer(
        business_id=cast.business.pk,
        who=NewCustomer(given_name=name, contact_points=[("email", "eve@mail.example")]),
        branch_id=None,
        at=NOON,
        actor=ACTOR,
    )
    written(customer=eve, subject="For {given_name}", body="Dear {given_name}, see https://x.example/?n={given_name}")
    sent()
    taken = sink.taken[0]
    assert taken.recipients == ["eve@mail.example"]
    mail = read_mail(taken.content)
    assert [one.address for one in mail.to] == ["eve@mail.example"]
    names = [known for known, _value in mail.structure.fields.rows]
    assert "bcc" not in names
    assert len(names) == len(set(names))
    flat = " ".join(name.replace("\u2028", " ").split())
    assert mail.to[0].name.replace('"', "").split() == flat.replace('"', "").split() or flat.strip('" ,') in mail.to[0].name
    assert flat in mail.subject
    if name.startswith("<b>"):
        assert "<b>R&D</b>" in mail.text
        assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in mail.html
        assert "n=%3Cb%3ER%26D%3C%2Fb%3E" in mail.text


def test_g9_lines_are_short_and_letters_valid(cast: Cast, sink: Sink, written: Write) -> None:
    written(body="x" * 5000 + "\n.dot\nGrüße 漢字 " + "y" * 3000, subject="Ő" * 200)
    sent()
    content = sink.taken[0].content
    assert max(map(len, content.split(b"\r\n"))) < 998
    mail = read_mail(content)
    assert mail.text == "x" * 5000 + "\n.dot\nGrüße 漢字 " + "y" * 3000
    assert mail.subject == "Ő" * 200
    assert settings.SECRET_KEY.encode() not in content
    assert b"127.0.0.1" not in content


def test_39_letters_that_the_way_can_t_carry_are_told_and_no_bounce(cast: Cast, sink: Sink, written: Write) -> None:
    umlaut = register_customer(
        business_id=cast.business.pk,
        who=NewCustomer(given_name="U", contact_points=[("email", "grüße@straße.example")]),
        branch_id=None,
        at=NOON,
        actor=ACTOR,
    )
    row = written(customer=umlaut)
    sent()
    assert sink.taken[0].recipients == ["grüße@xn--strae-oqa.example"]
    sink.features = ("8BITMIME",)
    second = written(customer=umlaut, key="again")
    sent()
    second.refresh_from_db()
    assert (second.state, second.reason) == ("failed", "unsupported_by_route")
    assert not Setback.objects.exists()
    assert not Suppression.objects.exists()
    assert row.address == "grüße@xn--strae-oqa.example"


def test_g5_451_is_tried_again_and_gives_one_message(cast: Cast, sink: Sink, written: Write) -> None:
    sink.answers["rcpt"] = ["451 4.3.0 later"]
    row = written()
    sent()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == ("queued", 1, "later")
    assert row.due_at > NOON
    sent(row.due_at + timedelta(minutes=1))
    row.refresh_from_db()
    assert (row.state, row.attempts, len(sink.taken)) == ("accepted", 2, 1)


def test_after_seventy_two_hours_of_later_it_is_given_up(cast: Cast, sink: Sink, written: Write) -> None:
    sink.answers["rcpt"] = ["450 4.2.0 busy"] * 100
    row = written()
    at = NOON
    for _round in range(100):
        sent(at)
        row.refresh_from_db()
        if row.state != "queued":
            break
        at = row.due_at + timedelta(hours=5)
    assert (row.state, row.reason) == ("failed", "gave_up")
    assert timedelta(hours=60) < at - NOON <= timedelta(hours=72)
    assert 10 < row.attempts < 40


def test_44_g5_550_in_the_dialogue_is_a_bounce_for_orders_too(cast: Cast, sink: Sink, written: Write) -> None:
    sink.answers["rcpt"] = ["550 5.1.1 no such user"]
    row = written()
    sent()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "refused")
    assert Suppression.objects.get().cause == "dead"
    assert Slot.objects.get().state == "released"
    with pytest.raises(AddressSuppressed):
        written()
    lift_suppression(business_id=cast.business.pk, suppression_id=Suppression.objects.get().pk, at=NOON, actor=ACTOR)
    assert written().state == "queued"


def test_a_policy_refusal_never_blames_the_person(cast: Cast, sink: Sink, written: Write) -> None:
    sink.answers["dot"] = ["554 5.7.1 spam"]
    written()
    sent()
    assert not Suppression.objects.exists()
    assert Setback.objects.get().verdict == "policy"


def reported(cast: Cast, content: bytes, envelope_to: list[str], envelope_from: str | None = "") -> str:
    box = mailbox_named(business_id=cast.business.pk, name="shop", at=NOON, actor=ACTOR)
    stored = receive_mail(mailbox=box, delivery=Delivery(content=content, envelope_from=envelope_from, envelope_to=envelope_to), at=NOON)
    receipt = read_receipt(receipt_id=stored.receipt.pk, at=NOON)
    assert receipt is not None
    return receipt.reason


def test_41_m13_a_report_with_our_return_address_takes_effect_and_a_forged_one_none(cast: Cast, sink: Sink, written: Write) -> None:
    row = written()
    sent()
    back = sink.taken[0].sender
    assert back.startswith("bounce+")
    assert reported(cast, delivery_report(returned=letter()), ["hello@fennel.example"]) == "unmatched_report"
    forged = "bounce+" + "a" * 52 + "@fennel.example"
    assert reported(cast, delivery_report(status="5.1.2"), [forged]) == "unmatched_report"
    assert not Suppression.objects.exists()
    assert reported(cast, delivery_report(status="5.1.10"), [back]) == "delivery_report"
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "dead")
    assert Suppression.objects.get().address == "ada@mail.example"
    assert Slot.objects.get().state == "released"


def test_a_report_is_also_known_by_our_mark_in_what_came_back(cast: Cast, sink: Sink, written: Write) -> None:
    written()
    sent()
    assert reported(cast, delivery_report(returned=sink.taken[0].content), ["postmaster@fennel.example"]) == "delivery_report"
    assert Suppression.objects.get().cause == "dead"


def test_44_told_twice_it_counts_once(cast: Cast, sink: Sink, written: Write) -> None:
    sink.answers["dot"] = ["550 5.1.1 unknown"]
    row = written()
    sent()
    from regulars.messaging.services.composing import return_address

    reported(cast, delivery_report(), [return_address(row)])
    assert Setback.objects.count() == 1


def test_41_soft_failures_rest_an_address_on_the_fifth_day_and_a_success_resets(cast: Cast, sink: Sink, written: Write) -> None:
    def softly(day: int) -> None:
        at = NOON + timedelta(days=day)
        sink.answers["dot"] = ["552 5.2.2 mailbox full"]
        written(at=at)
        sent(at)

    for day in range(4):
        softly(day)
    softly(3)  # twice on one day counts once
    assert not Suppression.objects.exists()
    at = NOON + timedelta(days=3, hours=6)
    written(at=at)
    sent(at)  # one that arrives
    for day in range(4, 8):
        softly(day)
    assert not Suppression.objects.exists()
    softly(8)
    row = Suppression.objects.get()
    assert (row.cause, row.until) == ("soft", NOON + timedelta(days=38))


def test_33_a_complaint_and_a_stop_take_back_marketing_and_leave_orders(cast: Cast, sink: Sink, written: Write, agreed: Agree) -> None:
    agreed()
    written("offers", "promotional")
    sent()
    complaint = several(
        b"Content-Type: text/plain\r\n\r\nabuse",
        b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" + sink.taken[0].content,
        kind="report; report-type=feedback-report",
        sender="fbl@isp.example",
    )
    assert reported(cast, complaint, ["hello@fennel.example"]) == "complaint_report"
    with pytest.raises((GateRefused, AddressSuppressed)):
        written("offers", "promotional")
    assert written().state == "queued"


@pytest.mark.parametrize(("subject", "body"), [("Re: offer", b"STOP\r\n"), ("STOP", b""), ("Re: offer", b"Stop!\r\n\r\n> your offer\r\n")])
def test_33_a_reply_that_says_stop(cast: Cast, sink: Sink, written: Write, agreed: Agree, subject: str, body: bytes) -> None:
    agreed()
    reported(cast, letter(body, subject=subject, number=f"stop-{len(body)}"), ["shop@fennel.example"], None)
    with pytest.raises(GateRefused):
        written("offers", "promotional")
    assert written().state == "queued"


def test_a_mail_that_says_more_than_stop_is_no_stop(cast: Cast, written: Write, agreed: Agree) -> None:
    agreed()
    reported(cast, letter(b"Stop by at my place with two loaves.\r\n"), ["shop@fennel.example"], None)
    assert written("offers", "promotional").state == "queued"


def test_h4_a_reply_is_known_by_its_code_whoever_sends_it(cast: Cast, sink: Sink, written: Write) -> None:
    row = written()
    sent()
    answer_to = read_mail(sink.taken[0].content).reply_to[0].address
    assert answer_to.startswith("reply+")
    box = mailbox_named(business_id=cast.business.pk, name="shop", at=NOON, actor=ACTOR)
    stored = receive_mail(mailbox=box, delivery=Delivery(content=letter(sender="sister@other.example"), envelope_to=[answer_to]), at=NOON)
    receipt = read_receipt(receipt_id=stored.receipt.pk, at=NOON)
    assert receipt is not None
    assert (receipt.mail.answers, receipt.mail.customer) == (row, cast.ada)
    assert "other_sender" in receipt.mail.hints
    by_reference = letter(more=f"In-Reply-To: <{row.message_id}>\r\n".encode(), number="ref")
    stored = receive_mail(mailbox=box, delivery=Delivery(content=by_reference), at=NOON)
    again = read_receipt(receipt_id=stored.receipt.pk, at=NOON)
    assert again is not None
    assert again.mail.answers == row
    assert "thread" in again.mail.hints


def test_m15_our_own_mail_in_our_own_mailbox_is_no_customer_s(cast: Cast, sink: Sink, written: Write) -> None:
    written()
    sent()
    box = mailbox_named(business_id=cast.business.pk, name="shop", at=NOON, actor=ACTOR)
    stored = receive_mail(mailbox=box, delivery=Delivery(content=sink.taken[0].content), at=NOON)
    receipt = read_receipt(receipt_id=stored.receipt.pk, at=NOON)
    assert receipt is not None
    assert (receipt.state, receipt.reason) == ("automatic", "own_message")


def test_pace_a_domain_is_not_spoken_to_faster_than_set(cast: Cast, sink: Sink, written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PACE", sending.Pace(per_minute=2))
    for _number in range(5):
        written()
    sent()
    assert len(sink.taken) == 1
    assert set(Message.objects.filter(state="queued").values_list("reason", flat=True)) == {"pace"}
    for step in range(1, 8):
        sent(NOON + timedelta(seconds=30 * step))
    assert len(sink.taken) == 5


@pytest.mark.parametrize(
    "text",
    [
        "{{ x.__class__ }}",
        "{x.__init__}",
        "{% load x %}",
        "${ENV}",
        "{{ settings.SECRET_KEY }}",
        "{given_name.upper}",
        "{" + "a" * 100 + "}",
    ],
)
def test_i1_no_text_reaches_into_the_program(cast: Cast, written: Write, text: str) -> None:
    for field in ("subject", "body"):
        with pytest.raises(TextRefused):
            written(**{field: text})
    assert not Message.objects.exists()


def test_35_a_missing_value_needs_a_word_of_its_own(cast: Cast, written: Write) -> None:
    blank = register_customer(
        business_id=cast.business.pk,
        who=NewCustomer(given_name="   ", family_name="", contact_points=[("email", "b@x.example")]),
        branch_id=None,
        at=NOON,
        actor=ACTOR,
    )
    with pytest.raises(TextRefused, match="Nothing is known"):
        written(customer=blank, body="Dear {given_name}")
    assert written(customer=blank, body="Dear {given_name|customer}").text.startswith("Dear customer")


@pytest.mark.parametrize("body", ["x" * 1_000_000, "{given_name|a}" * 10_000, "{" * 40_000])
def test_i3_a_text_has_limits(cast: Cast, written: Write, body: str) -> None:
    if set(body) == {"{"}:
        assert written(body=body).text.startswith("{{")
    else:
        with pytest.raises(TextRefused):
            written(body=body)


def test_a_preview_shows_the_text_and_the_gate_s_answer_and_keeps_nothing(cast: Cast) -> None:
    found = preview_message(
        scope=cast.scope,
        customer=cast.ada,
        letter=Letter(purpose="offers", contact_class="promotional", subject="Hi {given_name}", body="Today only"),
        at=NOON,
        actor=ACTOR,
    )
    assert found.subject == "Hi Ada"
    assert "/wishes/" in found.text
    assert found.decision.answer == "refuse"
    assert not Slot.objects.exists()


def test_without_a_mail_server_messages_are_kept_in_a_folder_and_say_so(
    cast: Cast, tmp_path, monkeypatch: pytest.MonkeyPatch, written: Write
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(settings, "VAR", tmp_path)
    monkeypatch.setattr(settings.REGULARS, "mail_url", "")
    row = written()
    sent()
    row.refresh_from_db()
    assert row.state == "accepted"
    assert "no mail server is set" in row.reply_text
    file = tmp_path / "mail-out" / f"{row.public_id}.eml"
    assert b"Delivered-To: ada@mail.example" in file.read_bytes()
