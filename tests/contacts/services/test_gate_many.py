"""Many questions at once: the same answers as one by one, in a number of statements that doesn't grow with them."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.contacts.models import Contact, Slot
from regulars.contacts.services import (
    AskRefused,
    Confirmation,
    ContactParticulars,
    ContactRefused,
    Decision,
    GateQuestion,
    ReservationGone,
    confirm_reservations,
    decide_contact,
    decide_contacts,
    recheck_reservations,
    release_reservation,
)
from regulars.customers.models import Customer
from regulars.customers.services import (
    NewCustomer,
    add_contact_point,
    merge_customers,
    register_customer,
    unmerge_customers,
    withdraw_consent,
)
from regulars.groundwork.kernel.refusals import NotFound, Refusal

from tests.cast import ACTOR, NOON, Cast
from tests.contacts.services.gate_asking import OFFER, SERVICE, apply, consent, question, reserve, send

LETTER = replace(SERVICE, channel="post")


def crowd(cast: Cast, count: int) -> list[Customer]:
    return [
        register_customer(business_id=cast.business.pk, who=NewCustomer(given_name=f"P{n}"), branch_id=None, at=NOON, actor=ACTOR)
        for n in range(count)
    ]


def decide(cast: Cast, *questions: GateQuestion) -> list[Decision | Refusal]:
    return decide_contacts(scope=cast.scope, questions=questions, reserve=True, at=NOON, actor=ACTOR)


def answers(found: list[Decision | Refusal]) -> list[str]:
    return [one.code if isinstance(one, Refusal) else one.answer for one in found]


@pytest.mark.django_db
def test_each_gets_its_own_answer_and_a_refusal_stands_in_its_place(cast: Cast) -> None:
    apply(cast)
    send(cast)
    send(cast)
    found = decide(
        cast,
        GateQuestion(cast.ada.pk, SERVICE),
        GateQuestion(cast.bo.pk, SERVICE, "bo-1"),
        GateQuestion(10**9, SERVICE),
        GateQuestion(cast.bo.pk, replace(SERVICE, priority=11)),
        GateQuestion(cast.bo.pk, OFFER),
    )
    assert answers(found) == ["defer", "allow", "not_found", "ask_refused", "refuse"]
    assert isinstance(found[2], NotFound)
    assert isinstance(found[3], AskRefused)
    assert Slot.objects.filter(state="reserved").values_list("key", flat=True).get() == "bo-1"


@pytest.mark.django_db
def test_many_questions_about_one_person_never_get_more_places_than_there_are(cast: Cast) -> None:
    apply(cast)
    found = decide(cast, *(GateQuestion(cast.ada.pk, SERVICE, f"k-{n}") for n in range(9)))
    assert Counter(answers(found)) == Counter(allow=2, defer=7)
    assert answers(found)[:2] == ["allow", "allow"], "the first to ask come first"


@pytest.mark.django_db
def test_the_statements_don_t_grow_with_the_questions(cast: Cast) -> None:
    apply(cast)
    reserve(cast)  # the rules are read
    few, many = crowd(cast, 2), crowd(cast, 40)
    counted = []
    for people in (few, many):
        with CaptureQueriesContext(connection) as queries:
            found = decide(cast, *(GateQuestion(one.pk, SERVICE) for one in people))
        assert set(answers(found)) == {"allow"}
        counted.append(len([one for one in queries if one["sql"].lstrip().startswith(("SELECT", "WITH"))]))
    assert counted[0] == counted[1] <= 4


@pytest.mark.django_db
def test_rechecked_together_each_by_what_is_true_now(cast: Cast) -> None:
    apply(cast)
    for one in (cast.ada, cast.bo):
        consent(cast, one)
    ada, bo = (str(reserve(cast, OFFER, customer=one).reservation) for one in (cast.ada, cast.bo))
    service = str(reserve(cast, customer=cast.bo).reservation)
    withdraw_consent(
        scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers", source="form", proof={}, at=NOON, actor=ACTOR
    )
    release_reservation(scope=cast.scope, reservation=service, reason="dropped", at=NOON, actor=ACTOR)
    found = recheck_reservations(scope=cast.scope, reservations=[ada, bo, service, "nothing"], at=NOON)
    assert {name: one.answer for name, one in found.items()} == {ada: "refuse", bo: "allow", service: "refuse"}
    assert found[ada].reasons[0].code == "consent_withdrawn"
    assert found[service].reasons[0].code == "reservation_released"
    assert set(Slot.objects.filter(pinned_at__isnull=False).values_list("public_id", flat=True)) == {
        Slot.objects.get(public_id=bo).public_id
    }


@pytest.mark.django_db
def test_confirmed_together_what_can_t_be_confirmed_takes_nobody_with_it(cast: Cast) -> None:
    apply(cast)
    ada, bo = (str(reserve(cast, customer=one).reservation) for one in (cast.ada, cast.bo))
    gone = str(reserve(cast).reservation)
    release_reservation(scope=cast.scope, reservation=gone, reason="dropped", at=NOON, actor=ACTOR)
    strange = ContactParticulars(channel="email", direction="out", nature="nothing-known")
    said = [Confirmation(ada, ACTOR), Confirmation(bo, ACTOR, strange), Confirmation(gone, ACTOR), Confirmation("nothing", ACTOR)]
    found = confirm_reservations(scope=cast.scope, confirmations=said, at=NOON)
    assert isinstance(found[0], Contact)
    assert found[0].pk == Contact.objects.get().pk
    assert [type(one) for one in found[1:]] == [ContactRefused, ReservationGone, NotFound]
    assert confirm_reservations(scope=cast.scope, confirmations=said[:1], at=NOON + timedelta(hours=1))[0] == found[0]
    assert Slot.objects.get(public_id=ada).contact_id == found[0].pk
    assert Slot.objects.get(public_id=bo).state == "reserved"


@pytest.mark.django_db
def test_outreach_8_a_merge_unites_the_ledgers_also_when_many_are_asked(cast: Cast) -> None:
    apply(cast, {"caps": [{"name": "r", "most": 2, "days": 7}], "quiet_hours": {"default": []}, "classes": {}})
    send(cast, at=NOON - timedelta(days=3))
    send(cast, at=NOON - timedelta(days=2))
    send(cast, at=NOON - timedelta(days=1), customer=cast.bo)
    merge = merge_customers(scope=cast.scope, survivor_id=cast.bo.pk, loser_id=cast.ada.pk, at=NOON, actor=ACTOR)
    together = decide(cast, GateQuestion(cast.ada.pk, SERVICE), GateQuestion(cast.bo.pk, SERVICE))
    for one in together:
        assert isinstance(one, Decision)
        assert (one.answer, one.until) == ("defer", NOON + timedelta(days=5)), "two of three must have left the window"
        assert len(one.reasons[0].contacts) == 3
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=NOON, actor=ACTOR)
    apart = decide(cast, GateQuestion(cast.ada.pk, SERVICE), GateQuestion(cast.bo.pk, SERVICE))
    assert answers(apart) == ["defer", "allow"]
    assert isinstance(apart[0], Decision)
    assert len(apart[0].reasons[0].contacts) == 2


@pytest.mark.django_db
def test_outreach_11_two_at_one_letter_box_get_one_letter_and_their_mails(cast: Cast) -> None:
    apply(cast, {"caps": [{"name": "box", "most": 1, "days": 30, "channels": ["post"], "household": True}], "quiet_hours": {"default": []}})
    for one in (cast.ada, cast.bo):
        add_contact_point(customer=one, kind="postal", value="12 Mill Lane\nBath BA1 1AA\nUnited Kingdom", region="", at=NOON, actor=ACTOR)
    asked = [GateQuestion(one.pk, ask) for ask in (LETTER, SERVICE) for one in (cast.ada, cast.bo)]
    found = decide(cast, *asked)
    assert answers(found) == ["allow", "defer", "allow", "allow"]
    assert isinstance(found[1], Decision)
    assert found[1].reasons[0].code == "household"
    assert question(cast, LETTER, customer=cast.bo).reasons[0].code == "household"


@pytest.mark.django_db(transaction=True)
def test_outreach_5_threads_that_are_answered_together_get_exactly_the_places_there_are(cast: Cast) -> None:
    apply(cast)
    people = crowd(cast, 12)
    found: list[str] = []

    def ask(turn: int) -> None:
        try:
            for n in range(len(people)):
                one = people[(n + turn) % len(people)]
                decision = decide_contact(
                    scope=cast.scope, customer_id=one.pk, ask=SERVICE, reserve=True, key=f"{turn}-{n}", at=NOON, actor=ACTOR
                )
                found.append(decision.answer)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert Counter(found) == Counter(allow=24, defer=48)
    assert Counter(Slot.objects.values_list("customer_id", flat=True)) == Counter({one.pk: 2 for one in people})
