"""Who may be one person: what one change finds and what the comparison of all finds are the same, and the page costs the same."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.business.queries import Scope
from regulars.customers.models import Customer, Likeness
from regulars.customers.queries import likely_pairs
from regulars.customers.rules.likeness import SIGNS, signs_of, strength_of
from regulars.customers.services import (
    NewCustomer,
    Registration,
    add_contact_point,
    compare_customers,
    describe_customer,
    forget_customer,
    keep_apart,
    merge_customers,
    register_customers,
    remove_contact_point,
    unmerge_customers,
)
from regulars.groundwork.kernel.jobs import KINDS, Work
from regulars.groundwork.kernel.models import Job
from regulars.groundwork.kernel.refusals import NotFound

from tests.cast import ACTOR, NOON, Cast, enrol

pytestmark = pytest.mark.django_db


def kept() -> set[tuple[int, int, tuple[str, ...]]]:
    return {(row.low_id, row.high_id, signs_of(row.strength)) for row in Likeness.objects.all()}


def signs_by_pair() -> dict[tuple[int, int], tuple[str, ...]]:
    return {(low, high): signs for low, high, signs in kept()}


def phone(customer: Customer, value: str) -> None:
    add_contact_point(customer=customer, kind="phone", value=value, region="", at=NOON, actor=ACTOR)


def test_each_set_of_signs_has_a_strength_of_its_own() -> None:
    assert [strength_of(set(one)) for one in SIGNS] == [7, 6, 5, 4, 3, 2, 1]
    assert all(signs_of(strength_of(one)) == one for one in SIGNS)


def test_a_change_writes_what_the_comparison_of_all_would(cast: Cast) -> None:
    twin = enrol(cast.business, "Ada", "Lindqvist", "A-9", None)
    phone(cast.bo, "+49301234567")
    phone(cast.cleo, "+49 30 1234567")
    found = kept()
    assert (cast.bo.pk, cast.cleo.pk, ("phone",)) in found
    assert any(pair[:2] == (cast.ada.pk, twin.pk) and "name" in pair[2] for pair in found)
    Likeness.objects.all().delete()
    assert compare_customers(business_id=cast.business.pk) == len(found)
    assert kept() == found


def test_the_second_comparison_writes_nothing(cast: Cast) -> None:
    phone(cast.bo, "+49301234567")
    phone(cast.cleo, "+49301234567")
    compare_customers(business_id=cast.business.pk)
    before = set(Likeness.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as asked:
        compare_customers(business_id=cast.business.pk)
    assert set(Likeness.objects.values_list("pk", flat=True)) == before
    assert not [one for one in asked if one["sql"].startswith(("INSERT", "DELETE"))]


def test_who_is_alike_no_more_is_suggested_no_more(cast: Cast) -> None:
    phone(cast.bo, "+49301234567")
    point = add_contact_point(customer=cast.cleo, kind="phone", value="+49301234567", region="", at=NOON, actor=ACTOR)
    twin = enrol(cast.business, "Dora", "Quist", "A-9", None)
    other = enrol(cast.business, "Dora", "Quist", "A-10", None)
    remove_contact_point(customer=cast.cleo, contact_point_id=point.pk, at=NOON, actor=ACTOR)
    renamed = NewCustomer(given_name="Doris", family_name="Quist")
    assert (cast.bo.pk, cast.cleo.pk) not in signs_by_pair()
    assert "name" in signs_by_pair()[twin.pk, other.pk]
    describe_customer(customer=other, who=renamed, branch_id=None, at=NOON, actor=ACTOR)
    assert "name" not in signs_by_pair().get((twin.pk, other.pk), ())


def test_an_address_of_an_office_is_a_sign_of_nothing(cast: Cast) -> None:
    people = [enrol(cast.business, f"Person{n}", f"Office{n}", f"O-{n}", None) for n in range(7)]
    for one in people:
        phone(one, "+49309999999")
    compare_customers(business_id=cast.business.pk)
    ours = {one.pk for one in people}
    assert not [pair for pair in kept() if "phone" in pair[2] and {pair[0], pair[1]} <= ours]


def test_decisions_count_at_once_and_leave_with_the_next_comparison(cast: Cast) -> None:
    for one in (cast.ada, cast.bo, cast.cleo):
        phone(one, "+49301234567")
    keep_apart(scope=cast.scope, one_id=cast.ada.pk, other_id=cast.bo.pk, at=NOON, actor=ACTOR)
    merge = merge_customers(scope=cast.scope, loser_id=cast.cleo.pk, survivor_id=cast.bo.pk, at=NOON, actor=ACTOR)
    assert likely_pairs(scope=cast.scope).pairs == []
    compare_customers(business_id=cast.business.pk)
    assert kept() == set()
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=NOON, actor=ACTOR)
    assert {(pair.older.pk, pair.newer.pk) for pair in likely_pairs(scope=cast.scope).pairs} == {
        (cast.ada.pk, cast.cleo.pk),
        (cast.bo.pk, cast.cleo.pk),
    }


def test_nothing_is_kept_of_the_forgotten(cast: Cast) -> None:
    phone(cast.ada, "+49301234567")
    phone(cast.bo, "+49301234567")
    assert kept()
    forget_customer(scope=cast.scope, customer_id=cast.bo.pk, reason="own_wish", at=NOON, actor=ACTOR)
    assert kept() == set()


def test_pages_follow_each_other_and_a_stranger_sees_none(cast: Cast) -> None:
    crowd = [
        Registration(number=f"T-{n}", who=NewCustomer(given_name=f"Twin{n // 2}", family_name="Quist"), branch_id=cast.market.pk, at=NOON)
        for n in range(14)
    ]
    register_customers(business_id=cast.business.pk, source="card", registrations=crowd)
    first = likely_pairs(scope=cast.scope, size=5)
    with CaptureQueriesContext(connection) as asked:
        second = likely_pairs(scope=cast.scope, size=5, cursor=first.next_cursor)
    assert len(asked) == 1
    assert (len(first.pairs), len(second.pairs), second.next_cursor) == (5, 2, "")
    assert len({pair.older.pk for pair in first.pairs + second.pairs}) == 7
    assert likely_pairs(scope=Scope(cast.other.pk)).pairs == []
    elsewhere = Scope(cast.business.pk, frozenset({cast.station.pk}))
    assert likely_pairs(scope=elsewhere).pairs == []
    for wrong in ("x", "7", "7-", "-1-2", "7-" + "9" * 40):
        with pytest.raises(NotFound):
            likely_pairs(scope=cast.scope, cursor=wrong)


def test_an_upgrade_compares_who_was_there_before(cast: Cast) -> None:
    phone(cast.ada, "+49301234567")
    phone(cast.bo, "+49301234567")
    Likeness.objects.all().delete()
    for _again in range(2):
        import_module("regulars.customers.migrations.0009_compare_once").compare(apps, None)
    (one,) = Job.objects.filter(kind="customers.compare")
    KINDS[one.kind].run(Work(job_id=one.pk, fence=1, payload=one.payload, lease=timedelta(minutes=1)))
    assert (cast.ada.pk, cast.bo.pk, ("phone",)) in kept()


def test_the_database_keeps_a_pair_once_and_in_order(cast: Cast) -> None:
    for low, high in ((cast.bo.pk, cast.ada.pk), (cast.ada.pk, cast.ada.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Likeness.objects.create(business=cast.business, low_id=low, high_id=high, strength=1)
