"""The gate in the database: reserve, confirm, release; merges, preemption, rules by date, freezes; and many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.business.queries import Scope
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries import ask_gate, budget_of, gate_rules_at, slots_of
from regulars.contacts.services import (
    Ask,
    AskRefused,
    ContactParticulars,
    FreezeRefused,
    ReservationGone,
    ReservationKeyTaken,
    RulesRefused,
    confirm_reservation,
    correct_contact,
    decide_contact,
    expire_reservations,
    freeze_contacts,
    lift_freeze,
    log_contact,
    recheck_reservation,
    release_reservation,
    withdraw_contacts,
)
from regulars.customers.services import (
    add_contact_point,
    describe_customer,
    merge_customers,
    state_wishes,
    unmerge_customers,
    withdraw_consent,
)
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.worker import run_until_idle

from tests.cast import ACTOR, NOON, Cast
from tests.contacts.services.gate_asking import OFFER, SERVICE, R, apply, consent, question, reserve, send


@pytest.mark.django_db
def test_1_two_in_seven_days_and_the_answer_names_what_used_them_up(cast: Cast) -> None:
    apply(cast)
    first = send(cast)
    second = send(cast, at=NOON + timedelta(days=2), channel="post")
    later = question(cast, at=NOON + timedelta(days=5))
    assert (later.answer, later.until) == ("defer", NOON + timedelta(days=7))
    assert [one.code for one in later.reasons] == ["pressure"]
    assert {one.id for one in later.reasons[0].contacts} == {first, second}
    assert "7 days" in later.reasons[0].sentence
    assert question(cast, at=NOON + timedelta(days=7, seconds=-1)).answer == "defer"
    assert question(cast, at=NOON + timedelta(days=7)).answer == "allow"
    assert not Slot.objects.filter(state="reserved").exists(), "a question reserves nothing"


@pytest.mark.django_db
def test_confirming_writes_the_contact_down_once_and_counts_from_the_instant_given(cast: Cast) -> None:
    apply(cast)
    letter = reserve(cast, channel="post").reservation
    assert letter
    home = NOON + timedelta(days=3)
    first = confirm_reservation(scope=cast.scope, reservation=letter, at=NOON, actor=ACTOR, counts_at=home)
    assert confirm_reservation(scope=cast.scope, reservation=letter, at=NOON, actor=ACTOR).pk == first.pk
    assert Contact.objects.count() == 1
    assert (first.channel, first.direction, first.began_by) == ("post", "out", "business")
    slot = Slot.objects.get()
    assert (slot.state, slot.at, slot.contact_id) == ("confirmed", home, first.pk)
    send(cast, at=NOON + timedelta(days=4))
    assert question(cast, at=NOON + timedelta(days=5)).until == home + timedelta(days=7)


@pytest.mark.django_db
def test_the_same_key_is_the_same_place_and_another_question_under_it_is_refused(cast: Cast) -> None:
    apply(cast)
    first, again = reserve(cast, key="m-1"), reserve(cast, key="m-1")
    assert first.reservation == again.reservation
    assert Slot.objects.count() == 1
    with pytest.raises(ReservationKeyTaken):
        reserve(cast, key="m-1", channel="sms")
    with pytest.raises(ReservationKeyTaken):
        reserve(cast, key="m-1", customer=cast.bo)
    assert first.reservation
    release_reservation(scope=cast.scope, reservation=first.reservation, reason="dropped", at=NOON, actor=ACTOR)
    assert reserve(cast, key="m-1").reservation != first.reservation, "a place given back frees its key"


@pytest.mark.django_db
def test_4_the_more_urgent_takes_the_place_and_the_journal_shows_both(cast: Cast) -> None:
    apply(cast)
    consent(cast)
    send(cast)
    three = NOON + timedelta(hours=3)
    newsletter = reserve(cast, OFFER, wanted_at=three, key="news-1")
    assert newsletter.reservation
    urgent = reserve(cast, wanted_at=three, priority=1, at=NOON + timedelta(hours=2))
    assert urgent.answer == "allow"
    gave_way = Slot.objects.get(public_id=newsletter.reservation)
    taken = Slot.objects.get(public_id=urgent.reservation)
    assert (gave_way.state, gave_way.preempted_by, gave_way.settled_reason) == ("preempted", taken.pk, "preempted")
    assert [one.state for one in slots_of(scope=cast.scope, customer_id=cast.ada.pk)] == ["reserved", "preempted", "confirmed"]
    fact = FactRow.objects.get(name="contacts.ReservationPreempted")
    assert (fact.body["key"], fact.body["why"]) == ("news-1", "more_urgent")
    checked = recheck_reservation(scope=cast.scope, reservation=newsletter.reservation, at=three)
    assert (checked.answer, [one.code for one in checked.reasons]) == ("refuse", ["reservation_preempted"])
    with pytest.raises(ReservationGone):
        confirm_reservation(scope=cast.scope, reservation=newsletter.reservation, at=three, actor=ACTOR)


@pytest.mark.django_db
def test_4_what_is_on_its_way_keeps_its_place(cast: Cast) -> None:
    apply(cast)
    consent(cast)
    send(cast)
    newsletter = reserve(cast, OFFER)
    assert newsletter.reservation
    assert recheck_reservation(scope=cast.scope, reservation=newsletter.reservation, at=NOON).answer == "allow"
    urgent = reserve(cast, priority=1)
    assert (urgent.answer, urgent.until) == ("defer", NOON + timedelta(days=7))
    assert Slot.objects.get(public_id=newsletter.reservation).state == "reserved"


@pytest.mark.django_db
def test_6_an_order_confirmation_is_sent_at_once_and_stands_in_the_ledger(cast: Cast) -> None:
    apply(cast)
    send(cast)
    send(cast)
    order = send(cast, Ask(channel="email", purpose="transactional", contact_class="transactional"))
    assert order
    assert Slot.objects.filter(state="confirmed").count() == 3
    assert len(question(cast).reasons[0].contacts) == 2


@pytest.mark.django_db
def test_7_a_hard_bounce_frees_the_place_and_leaves_the_contact(cast: Cast) -> None:
    apply(cast)
    bounced = send(cast)
    send(cast)
    assert question(cast).answer == "defer"
    release_reservation(scope=cast.scope, reservation=bounced, reason="5.1.1", at=NOON + timedelta(minutes=3), actor=ACTOR)
    assert question(cast, at=NOON + timedelta(minutes=3)).answer == "allow"
    assert Contact.objects.count() == 2
    assert Slot.objects.get(public_id=bounced).settled_reason == "5.1.1"


@pytest.mark.django_db
def test_8_merging_unites_the_ledgers_and_splitting_restores_both(cast: Cast) -> None:
    apply(cast, R | {"caps": [{"name": "r", "most": 3, "days": 7}]})
    send(cast)
    send(cast, at=NOON + timedelta(days=1))
    send(cast, at=NOON + timedelta(days=2), customer=cast.bo)
    at = NOON + timedelta(days=3)
    assert question(cast, at=at).answer == "allow"
    merge = merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=at, actor=ACTOR)
    for customer in (cast.ada, cast.bo):
        united = question(cast, at=at, customer=customer)
        assert len(united.reasons[0].contacts) == 3
        assert united.until == NOON + timedelta(days=7)
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=at, actor=ACTOR)
    counts = [Slot.objects.filter(customer=one, state="confirmed").count() for one in (cast.ada, cast.bo)]
    assert counts == [2, 1]
    assert question(cast, at=at, customer=cast.bo).answer == "allow"


@pytest.mark.django_db
def test_9_a_reminder_costs_a_place_of_its_own_until_it_is_cancelled(cast: Cast) -> None:
    apply(cast)
    send(cast)
    reminder = reserve(cast, wanted_at=NOON + timedelta(days=2))
    assert question(cast, at=NOON + timedelta(days=1)).answer == "defer"
    assert reminder.reservation
    release_reservation(scope=cast.scope, reservation=reminder.reservation, reason="answered", at=NOON, actor=ACTOR)
    assert question(cast, at=NOON + timedelta(days=1)).answer == "allow"


@pytest.mark.django_db
def test_11_one_letter_for_two_at_one_address_and_mail_to_both(cast: Cast) -> None:
    apply(
        cast,
        {"caps": [{"name": "letters", "most": 1, "days": 30, "channels": ["post"], "household": True}], "quiet_hours": {"default": []}},
    )
    for customer in (cast.ada, cast.bo):
        add_contact_point(customer=customer, kind="postal", value="1 Mill Lane\nBerlin\nGermany", region="", at=NOON, actor=ACTOR)
    letter = replace(SERVICE, channel="post")
    assert reserve(cast, letter, customer=cast.bo).answer == "allow"
    first = reserve(cast, letter, customer=cast.ada)
    assert first.answer == "allow", "the lower number gets the letter, whoever asked first"
    assert Slot.objects.get(customer=cast.bo).state == "preempted"
    second = reserve(cast, letter, customer=cast.bo)
    assert (second.answer, [one.code for one in second.reasons]) == ("defer", ["household"])
    assert all(reserve(cast, customer=one).answer == "allow" for one in (cast.ada, cast.bo))


@pytest.mark.django_db
def test_13_a_deferral_beyond_its_own_end_is_refused_with_that_reason(cast: Cast) -> None:
    apply(cast)
    send(cast)
    send(cast)
    offer = question(cast, at=NOON + timedelta(days=5), expires_at=NOON + timedelta(days=6))
    assert offer.answer == "refuse"
    assert [one.code for one in offer.reasons] == ["pressure", "expires_first"]


@pytest.mark.django_db
def test_p1_what_staff_do_counts_too(cast: Cast) -> None:
    apply(cast)
    call = ContactParticulars(channel="phone", direction="out", nature="follow-up", outcome="answered")
    logged = log_contact(scope=cast.scope, customer_id=cast.ada.pk, particulars=call, at=NOON, actor=ACTOR)
    missed = replace(call, outcome="not-reached")
    log_contact(scope=cast.scope, customer_id=cast.ada.pk, particulars=missed, at=NOON, actor=ACTOR)
    log_contact(scope=cast.scope, customer_id=cast.ada.pk, particulars=replace(call, direction="in"), at=NOON, actor=ACTOR)
    assert question(cast).answer == "allow", "an attempt and their own call use nothing up"
    log_contact(scope=cast.scope, customer_id=cast.ada.pk, particulars=call, at=NOON, actor=ACTOR)
    assert question(cast).answer == "defer"
    correct_contact(scope=cast.scope, contact=logged, particulars=None, note="wrong customer", at=NOON, actor=ACTOR)
    assert question(cast).answer == "allow", "what never happened uses nothing up"


@pytest.mark.django_db
def test_p3_a_complaint_freezes_promotions_with_its_reason_until_it_has_been_closed_for_two_weeks(cast: Cast) -> None:
    apply(cast)
    consent(cast)
    with pytest.raises(FreezeRefused):
        freeze_contacts(scope=cast.scope, customer_id=cast.ada.pk, reason=" ", source="case:1", at=NOON, actor=ACTOR)
    first = freeze_contacts(scope=cast.scope, customer_id=cast.ada.pk, reason="Burnt rye", source="case:1", at=NOON, actor=ACTOR)
    assert (
        freeze_contacts(scope=cast.scope, customer_id=cast.ada.pk, reason="Burnt rye", source="case:1", at=NOON, actor=ACTOR).pk == first.pk
    )
    campaign = question(cast, OFFER)
    assert (campaign.answer, campaign.reasons[0].code) == ("refuse", "complaint_open")
    assert "Burnt rye" in campaign.reasons[0].sentence
    assert question(cast).answer == "allow"
    closed = NOON + timedelta(days=2)
    lift_freeze(scope=cast.scope, customer_id=cast.ada.pk, source="case:1", at=closed, actor=ACTOR)
    assert question(cast, OFFER, at=closed + timedelta(days=13)).until == closed + timedelta(days=14)
    assert question(cast, OFFER, at=closed + timedelta(days=14)).answer == "allow"
    with pytest.raises(NotFound):
        lift_freeze(scope=cast.scope, customer_id=cast.bo.pk, source="case:1", at=NOON, actor=ACTOR)


@pytest.mark.django_db
def test_consent_and_wishes_are_obeyed_and_looked_at_again_right_before_sending(cast: Cast) -> None:
    apply(cast)
    assert question(cast, OFFER).reasons[0].code == "consent_never_allowed"
    consent(cast)
    place = reserve(cast, OFFER)
    assert place.reservation
    withdraw_consent(scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers", source="link", at=NOON, actor=ACTOR)
    checked = recheck_reservation(scope=cast.scope, reservation=place.reservation, at=NOON + timedelta(seconds=1))
    assert (checked.answer, checked.reasons[0].code) == ("refuse", "consent_withdrawn")
    state_wishes(scope=cast.scope, customer_id=cast.ada.pk, channels_never=["sms"], at_most=(1, 30), source="page", at=NOON, actor=ACTOR)
    assert question(cast, channel="sms").reasons[0].code == "own_channel"
    release_reservation(scope=cast.scope, reservation=place.reservation, reason="withdrawn", at=NOON, actor=ACTOR)
    send(cast)
    seldom = question(cast, at=NOON + timedelta(days=1))
    assert (seldom.until, seldom.reasons[0].code) == (NOON + timedelta(days=30), "own_frequency")


@pytest.mark.django_db
def test_p5_and_14_quiet_hours_are_the_customers(cast: Cast) -> None:
    apply(cast, {"quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}]}})
    berlin = question(cast, at=datetime(2027, 3, 27, 21, 0, tzinfo=UTC))
    assert (berlin.answer, berlin.until) == ("defer", datetime(2027, 3, 28, 6, 0, tzinfo=UTC))
    assert "Europe/Berlin" in berlin.reasons[0].sentence
    from regulars.customers.services import NewCustomer

    describe_customer(
        customer=cast.bo,
        who=NewCustomer(given_name="Bo", family_name="Jensen", zone="Pacific/Auckland"),
        branch_id=None,
        at=NOON,
        actor=ACTOR,
    )
    noon_in_berlin = datetime(2027, 1, 12, 11, 0, tzinfo=UTC)
    assert question(cast, at=noon_in_berlin).answer == "allow"
    assert question(cast, at=noon_in_berlin, customer=cast.bo).reasons[0].code == "quiet_hours"


@pytest.mark.django_db
def test_18_of_unknown_zones_all_must_allow(cast: Cast) -> None:
    from regulars.customers.services import assume_zones

    apply(cast, {"quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}]}})
    assume_zones(business_id=cast.business.pk, zones=["Europe/Lisbon", "Europe/Helsinki"], at=NOON, actor=ACTOR)
    early = question(cast, at=datetime(2027, 1, 12, 7, 0, tzinfo=UTC))
    assert (early.answer, early.until) == ("defer", datetime(2027, 1, 12, 8, 0, tzinfo=UTC))
    assert "Nobody knows their time zone" in early.reasons[0].sentence
    assert question(cast, at=datetime(2027, 1, 12, 18, 0, tzinfo=UTC)).until == datetime(2027, 1, 13, 8, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_reservation_that_nobody_uses_lapses_by_rule_and_by_job_and_may_still_be_told(cast: Cast) -> None:
    apply(cast, R | {"caps": [{"name": "r", "most": 1, "days": 7}], "hold_hours": 2})
    place = reserve(cast)
    assert place.reservation
    assert question(cast, at=NOON + timedelta(hours=1)).answer == "defer"
    late = NOON + timedelta(hours=2)
    assert question(cast, at=late).answer == "allow", "by rule, before any job has run"
    assert recheck_reservation(scope=cast.scope, reservation=place.reservation, at=late).reasons[0].code == "reservation_expired"
    assert expire_reservations(at=late) == 1
    assert Slot.objects.get().state == "expired"
    confirm_reservation(scope=cast.scope, reservation=place.reservation, at=late, actor=ACTOR)
    assert question(cast, at=late).answer == "defer", "it did go out, so it counts"


@pytest.mark.django_db
def test_rules_hold_from_their_date_and_a_lower_cap_weighs_reservations_anew(cast: Cast) -> None:
    # The job that weighs anew runs by the real clock, so this story does too.
    now = clock.now()
    apply(cast, R | {"caps": [{"name": "r", "most": 3, "days": 7}]}, at=now)
    send(cast, at=now)
    keeps = reserve(cast, at=now, wanted_at=now + timedelta(hours=5), priority=2)
    goes = reserve(cast, at=now, wanted_at=now + timedelta(hours=4), priority=6)
    ahead = now + timedelta(days=30)
    apply(cast, R | {"caps": [{"name": "r", "most": 1, "days": 7}]}, at=now, effective_at=ahead)
    assert gate_rules_at(scope=cast.scope, at=now).document["caps"][0]["most"] == 3
    assert gate_rules_at(scope=cast.scope, at=ahead).document["caps"][0]["most"] == 1
    run_until_idle()
    assert Slot.objects.filter(state="reserved").count() == 2, "not before its date"
    apply(cast, at=now)
    run_until_idle()
    assert Slot.objects.get(public_id=keeps.reservation).state == "reserved"
    gone = Slot.objects.get(public_id=goes.reservation)
    assert (gone.state, gone.settled_reason) == ("preempted", "rules_changed")
    assert Slot.objects.filter(state="confirmed").count() == 1, "what was sent stays sent"


@pytest.mark.django_db
@pytest.mark.parametrize("document", [[], {"caps": [{"name": "x", "most": 0, "days": 1}]}, {"unknown": 1}])
def test_rules_that_can_t_be_obeyed_are_refused_and_nothing_changes(cast: Cast, document: Any) -> None:
    with pytest.raises(RulesRefused) as refused:
        apply(cast, document)
    assert refused.value.fields
    assert gate_rules_at(scope=cast.scope, at=NOON).version == 0
    with pytest.raises(RulesRefused):
        apply(cast, effective_at=NOON - timedelta(days=1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"contact_class": "gossip"}, "class"),
        ({"purpose": ""}, "purpose"),
        ({"weight": 0}, "weight"),
        ({"weight": 1001}, "weight"),
        ({"priority": 0}, "priority"),
        ({"wanted_at": NOON + timedelta(days=400)}, "wanted_at"),
        ({"expires_at": NOON.replace(tzinfo=None)}, "expires_at"),
        ({"address": "a\x00b"}, "address"),
    ],
)
def test_a_question_that_is_none_is_refused(cast: Cast, change: dict[str, Any], field: str) -> None:
    with pytest.raises(AskRefused) as refused:
        reserve(cast, **change)
    assert field in refused.value.fields


@pytest.mark.django_db
def test_a_customer_of_another_business_does_not_exist_for_the_gate(cast: Cast) -> None:
    place = reserve(cast)
    foreign = Scope(business_id=cast.other.pk)
    assert place.reservation
    with pytest.raises(NotFound):
        decide_contact(scope=foreign, customer_id=cast.ada.pk, ask=SERVICE, reserve=True, key="", at=NOON, actor=ACTOR)
    for act in (confirm_reservation, release_reservation):
        with pytest.raises(NotFound):
            extra = {"reason": ""} if act is release_reservation else {}
            act(scope=foreign, reservation=place.reservation, at=NOON, actor=ACTOR, **extra)
    station = Scope(business_id=cast.business.pk, branch_ids=frozenset({cast.station.pk}))
    with pytest.raises(NotFound):
        ask_gate(scope=station, customer_id=cast.ada.pk, ask=SERVICE, at=NOON)


@pytest.mark.django_db
def test_a_withdrawn_source_leaves_the_ledger_too(cast: Cast) -> None:
    apply(cast)
    call = ContactParticulars(channel="phone", direction="out", nature="follow-up", outcome="answered")
    for _ in range(2):
        log_contact(scope=cast.scope, customer_id=cast.ada.pk, particulars=call, at=NOON, actor=ACTOR, source="demo")
    assert question(cast).answer == "defer"
    withdraw_contacts(business_id=cast.business.pk, source="demo", reason="demo removed", at=NOON, actor=ACTOR)
    assert question(cast).answer == "allow"


def test_a_cap_with_a_share_for_service_is_one_line_of_the_budget(cast: Cast) -> None:
    """Two limits of one name, and the one that leaves less room is shown."""
    lines = budget_of(scope=cast.scope, customer_id=cast.ada.pk, at=NOON)
    assert [(line.cap, line.most) for line in lines if line.cap == "weekly"] == [("weekly", 2)]
