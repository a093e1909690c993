"""Logging, correcting, withdrawing contacts; the database itself keeps the log whole."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from regulars.business.queries import Scope
from regulars.contacts.models import Contact, FollowUp
from regulars.contacts.queries import StoryFilter, TermKind, Valence, story_of, terms_of, versions_of
from regulars.contacts.services import (
    AlreadyCorrected,
    ContactKeyTaken,
    ContactParticulars,
    ContactRefused,
    FollowUpEnded,
    FollowUpRefused,
    Promise,
    TermRefused,
    add_term,
    cancel_follow_up,
    correct_contact,
    describe_term,
    keep_follow_up,
    log_contact,
    remember_fact,
    withdraw_contacts,
)
from regulars.customers.events import CustomerDescribed
from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.worker import run_until_idle

from tests.cast import ACTOR, NOON, Cast

CALL = ContactParticulars(channel="phone", direction="in", nature="question", outcome="answered")


def log(cast: Cast, one: ContactParticulars = CALL, **about: Any) -> Contact:
    customer = about.pop("customer", cast.ada)
    about = {"at": NOON, "actor": ACTOR} | about
    return log_contact(scope=cast.scope, customer_id=customer.pk, particulars=one, **about)


def part(**change: Any) -> ContactParticulars:
    return ContactParticulars(**({"channel": "phone", "direction": "in", "nature": "question", "outcome": "answered"} | change))


@pytest.mark.django_db
def test_a_contact_is_written_down_announced_and_stands_in_the_story(cast: Cast) -> None:
    row = log(
        cast,
        part(mood_stated=-1, mood_inferred=1, minutes=4, effort=2, note="About the rye", links={"purchase": "p-1"}, staff_id=cast.tom.pk),
    )
    run_until_idle()
    lines = story_of(scope=cast.scope, customer=cast.ada, kinds=["contacts"]).lines
    assert [line.headline for line in lines] == ["They called"]
    assert lines[0].details == ("Question", "Answered", "Mood: unhappy", "Tom Baker")
    assert lines[0].note == "About the rye"
    assert FactRow.objects.filter(name="contacts.ContactLogged", subject=f"contact:{row.pk}").count() == 1
    row.refresh_from_db()
    assert (row.mood_stated, row.mood_inferred) == (-1, 1), "stated and inferred are never mixed"
    everything = [line.kind for line in story_of(scope=cast.scope, customer=cast.ada).lines]
    assert everything.count("contacts.phone") == 1
    assert "contacts.ContactLogged" not in everything, "the log itself is the line, its fact is not told again"


@pytest.mark.django_db
def test_the_same_key_is_one_contact_and_another_content_is_refused(cast: Cast) -> None:
    first = log(cast, key="k-1")
    assert log(cast, key="k-1", at=NOON + timedelta(minutes=1)).pk == first.pk
    with pytest.raises(ContactKeyTaken):
        log(cast, part(channel="email"), key="k-1")
    assert Contact.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"direction": "sideways"}, "direction"),
        ({"began_by": "nobody"}, "began_by"),
        ({"nature": "gossip"}, "nature"),
        ({"nature": ""}, "nature"),
        ({"topic": "weather"}, "topic"),
        ({"outcome": "married"}, "outcome"),
        ({"mood_stated": 3}, "mood_stated"),
        ({"mood_inferred": -3}, "mood_inferred"),
        ({"effort": 0}, "effort"),
        ({"minutes": -1}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"note": "x" * 10_001}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"links": {"secret": "1"}}, "links"),
        ({"happened_at": NOON + timedelta(hours=1)}, "happened_at"),
        ({"happened_at": NOON.replace(year=1969)}, "happened_at"),
        ({"happened_at": NOON.replace(tzinfo=None)}, "happened_at"),
    ],
)
def test_what_can_not_be_is_refused_beside_its_field(cast: Cast, change: dict[str, Any], field: str) -> None:
    with pytest.raises(ContactRefused) as refused:
        log(cast, part(**change))
    assert field in refused.value.fields
    assert refused.value.fields[field]
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_a_customer_of_another_business_or_branch_gets_no_contact(cast: Cast) -> None:
    foreign = Scope(business_id=cast.other.pk)
    with pytest.raises(NotFound):
        log_contact(scope=foreign, customer_id=cast.ada.pk, particulars=CALL, at=NOON, actor=ACTOR)
    station = Scope(business_id=cast.business.pk, branch_ids=frozenset({cast.station.pk}))
    with pytest.raises(NotFound):
        log_contact(scope=station, customer_id=cast.ada.pk, particulars=CALL, at=NOON, actor=ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"channel": "email"},
        {"note": "other"},
        {"mood_stated": 1},
        {"at": NOON - timedelta(days=1)},
        {"outcome": "resolved"},
        {"void": True},
    ],
)
def test_the_database_itself_refuses_to_change_a_contact(cast: Cast, change: dict[str, Any]) -> None:
    row = log(cast, part(note="as it was"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Contact.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Contact.objects.filter(pk=row.pk)._raw_delete("default")
    row.refresh_from_db()
    assert (row.channel, row.note) == ("phone", "as it was")


@pytest.mark.django_db
def test_erasure_may_blank_the_words_and_nothing_else(cast: Cast) -> None:
    row = log(cast, part(note="her daughter is ill", links={"message": "m-1"}))
    Contact.objects.filter(pk=row.pk).update(note="", links={})
    row.refresh_from_db()
    assert (row.note, row.links, row.nature) == ("", {}, "question")


@pytest.mark.django_db
def test_a_correction_takes_the_place_of_the_old_entry_which_stays(cast: Cast) -> None:
    old = log(cast)
    new = correct_contact(scope=cast.scope, contact=old, particulars=part(outcome="resolved"), at=NOON + timedelta(hours=1), actor=ACTOR)
    assert (new.corrects_id, new.at) == (old.pk, old.at)
    lines = story_of(scope=cast.scope, customer=cast.ada, kinds=["contacts"]).lines
    assert [line.contact_id for line in lines] == [str(new.public_id)]
    assert "corrected" in lines[0].details
    assert [one.pk for one in versions_of(contact=old)] == [old.pk, new.pk] == [one.pk for one in versions_of(contact=new)]
    with pytest.raises(AlreadyCorrected):
        correct_contact(scope=cast.scope, contact=old, particulars=CALL, at=NOON, actor=ACTOR)
    again = correct_contact(scope=cast.scope, contact=new, particulars=None, at=NOON, actor=ACTOR, note="wrong customer")
    assert again.void
    assert story_of(scope=cast.scope, customer=cast.ada, kinds=["contacts"]).lines == []
    assert Contact.objects.count() == 3


@pytest.mark.django_db
def test_filters_show_what_they_name_and_pages_meet(cast: Cast) -> None:
    for n in range(12):
        log(
            cast,
            part(
                channel=("phone", "email", "visit")[n % 3],
                nature=("question", "complaint")[n % 2],
                outcome=("resolved", "unresolved", "answered")[n % 3],
                staff_id=(cast.tom.pk, cast.ines.pk)[n % 2],
                happened_at=NOON - timedelta(hours=n // 2),
            ),
        )
    log(cast, customer=cast.bo)

    def count(**chosen: Any) -> int:
        return len(story_of(scope=cast.scope, customer=cast.ada, size=100, chosen=StoryFilter(**chosen)).lines)

    assert count(channel="email") == 4
    assert count(nature="complaint") == 6
    assert count(outcome="unresolved") == 4
    assert count(staff_id=cast.tom.pk) == 6
    assert count(channel="email", staff_id=cast.tom.pk) == 2
    assert count(channel="till") == 0
    whole = [line.order for line in story_of(scope=cast.scope, customer=cast.ada, size=100).lines]
    paged, cursor = [], ""
    while True:
        page = story_of(scope=cast.scope, customer=cast.ada, cursor=cursor, size=5)
        paged += [line.order for line in page.lines]
        cursor = page.next_cursor
        if not cursor:
            break
    assert paged == whole
    assert len(whole) >= 12


@pytest.mark.django_db
def test_o1_an_attempt_leaves_the_promise_open_and_a_call_after_the_instant_keeps_it_late(cast: Cast) -> None:
    """O1: promise "call by Tuesday 12:00"; 11:58 without reaching anyone, 12:05 reached."""
    due = NOON + timedelta(days=1)
    log(cast, promise=Promise("Call about the cake", due, cast.tom.pk))
    promised = FollowUp.objects.get()
    tried = part(direction="out", nature="follow-up", outcome="not-reached")
    log(cast, tried, at=due - timedelta(minutes=2), keeps=str(promised.public_id))
    promised.refresh_from_db()
    assert promised.open, "an attempt keeps nothing"
    reached = log(cast, part(direction="out", nature="follow-up"), at=due + timedelta(minutes=5), keeps=str(promised.public_id))
    promised.refresh_from_db()
    assert not promised.open
    assert (promised.ending.how, promised.ending.contact_id) == ("kept", reached.pk)
    run_until_idle()
    kinds = [line.headline for line in story_of(scope=cast.scope, customer=cast.ada, kinds=["facts"]).lines]
    assert "Promise kept late: %(what)s" in kinds


@pytest.mark.django_db
@pytest.mark.parametrize(
    "promise",
    [
        Promise("", NOON + timedelta(days=1)),
        Promise("x" * 201, NOON + timedelta(days=1)),
        Promise("late", NOON),
        Promise("far", NOON.replace(year=2040)),
    ],
)
def test_a_promise_that_is_none_is_refused_and_the_contact_with_it(cast: Cast, promise: Promise) -> None:
    with pytest.raises(FollowUpRefused):
        log(cast, promise=promise)
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_a_promise_ends_once_and_cancelling_needs_a_reason(cast: Cast) -> None:
    log(cast, promise=Promise("Call", NOON + timedelta(days=1)))
    key = str(FollowUp.objects.get().public_id)
    with pytest.raises(FollowUpRefused):
        cancel_follow_up(scope=cast.scope, public_id=key, reason=" ", at=NOON, actor=ACTOR)
    cancel_follow_up(scope=cast.scope, public_id=key, reason="She moved away", at=NOON, actor=ACTOR)
    with pytest.raises(FollowUpEnded):
        keep_follow_up(scope=cast.scope, public_id=key, at=NOON, actor=ACTOR)
    with pytest.raises(NotFound):
        keep_follow_up(scope=Scope(business_id=cast.other.pk), public_id=key, at=NOON, actor=ACTOR)


@pytest.mark.django_db
def test_the_business_makes_the_words_its_own_and_old_contacts_keep_theirs(cast: Cast) -> None:
    old = log(cast)
    added = add_term(scope=cast.scope, kind=TermKind.NATURE, label="Tasting  evening", valence=Valence.NONE, at=NOON, actor=ACTOR)
    assert (added.code, added.label) == ("tasting-evening", "Tasting evening")
    log(cast, part(nature="tasting-evening"))
    describe_term(
        scope=cast.scope, kind=TermKind.NATURE, code="question", label="Enquiry", valence=Valence.NONE, retired=True, at=NOON, actor=ACTOR
    )
    with pytest.raises(ContactRefused):
        log(cast)
    lines = story_of(scope=cast.scope, customer=cast.ada, kinds=["contacts"]).lines
    assert sorted(line.details[0] for line in lines) == ["Enquiry", "Tasting evening"]
    kept = correct_contact(scope=cast.scope, contact=old, particulars=part(outcome="resolved"), at=NOON, actor=ACTOR)
    assert kept.nature == "question", "a correction may keep a retired word"
    with pytest.raises(TermRefused):
        add_term(scope=cast.scope, kind=TermKind.NATURE, label="tasting EVENING", valence=Valence.NONE, at=NOON, actor=ACTOR)
    assert "tasting-evening" not in terms_of(scope=Scope(business_id=cast.other.pk)).known[TermKind.NATURE]


@pytest.mark.django_db
def test_a_source_leaves_only_with_its_withdrawal_on_record(cast: Cast) -> None:
    log(cast, source="demo", promise=Promise("Call", NOON + timedelta(days=1)))
    corrected = log(cast, source="demo")
    correct_contact(scope=cast.scope, contact=corrected, particulars=part(outcome="resolved"), at=NOON, actor=ACTOR)
    own = log(cast)
    assert withdraw_contacts(business_id=cast.business.pk, source="demo", reason="demo removed", at=NOON, actor=ACTOR) == 1
    left = set(Contact.objects.values_list("pk", flat=True))
    assert {own.pk, corrected.pk} < left, "what somebody corrected stays with its correction"
    assert not FollowUp.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_key_logged_by_many_at_once_is_one_contact(cast: Cast) -> None:
    outcomes: list[Any] = []

    def attempt() -> None:
        try:
            outcomes.append(log(cast, key="k-1").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert len(set(outcomes)) == 1
    assert Contact.objects.count() == 1


def test_a_fact_about_somebody_who_is_gone_is_let_go(cast: Cast) -> None:
    """An import undone, the demo removed: what was still to be told about them has no timeline to stand on, and its job must not fail."""
    fact = CustomerDescribed(tenant_id=cast.business.pk, at=NOON, actor=ACTOR, customer_id=9_999_999, headline="Changed")
    assert not remember_fact(fact=fact, fact_key="k")
    connection.check_constraints()
