"""Merged, unmerged and forgotten members."""

from __future__ import annotations

import pytest

from regulars.customers.services import forget_customer, merge_customers, unmerge_customers
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.loyalty.models import Entry, Membership
from regulars.loyalty.services import NotEnoughUnits, hold_units, spend_units

from tests.cast import ACTOR, Cast
from tests.loyalty.club import balance, bought, kinds, local, opened, refunded, usable

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")


def test_merged_members_share_their_points_and_each_lot_keeps_its_end(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "50", at=local("2026-06-10 10:00"))
    bought(cast, cast.bo, "30", at=local("2026-06-01 10:00"))
    merge = merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=JUNE, actor=ACTOR)
    assert usable(cast.ada, JUNE) == 80
    assert balance(cast.ada, JUNE).ends_next_at == local("2026-07-02 00:00")
    spend_units(program=program, customer=cast.ada, unit="points", units=60, why={}, at=JUNE, actor=ACTOR)
    assert (kinds(cast.bo), kinds(cast.ada)) == ([("issued", 30), ("redeemed", -30)], [("issued", 50), ("redeemed", -30)])
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=JUNE, actor=ACTOR)
    assert (usable(cast.ada, JUNE), usable(cast.bo, JUNE)) == (20, 0)


def test_what_a_merged_record_owes_holds_the_other_back(cast: Cast) -> None:
    program = opened(cast)
    sale = bought(cast, cast.bo, "30", at=JUNE)
    spend_units(program=program, customer=cast.bo, unit="points", units=30, why={}, at=JUNE, actor=ACTOR)
    refunded(cast, sale, "30", at=JUNE)
    bought(cast, cast.ada, "50", at=JUNE)
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=JUNE, actor=ACTOR)
    assert usable(cast.ada, JUNE) == 20
    with pytest.raises(NotEnoughUnits):
        spend_units(program=program, customer=cast.ada, unit="points", units=21, why={}, at=JUNE, actor=ACTOR)


def test_68_a_forgotten_member_leaves_balanced_books(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "50", at=JUNE)
    hold_units(program=program, customer=cast.ada, unit="points", units=20, at=JUNE, actor=ACTOR)
    bought(cast, cast.bo, "30", at=JUNE)
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=JUNE, actor=ACTOR)
    for _again in range(2):
        run_until_idle()
    assert kinds(cast.ada) == [("issued", 50), ("forfeited", -50)]
    assert balance(cast.ada, JUNE).total == 0
    assert usable(cast.bo, JUNE) == 30
    assert Membership.objects.get(customer=cast.ada).left_at == JUNE
    assert "Lindqvist" not in str([entry.why for entry in Entry.objects.all()])


def test_a_forgotten_member_owes_nothing_any_more(cast: Cast) -> None:
    program = opened(cast)
    sale = bought(cast, cast.ada, "30", at=JUNE)
    spend_units(program=program, customer=cast.ada, unit="points", units=30, why={}, at=JUNE, actor=ACTOR)
    refunded(cast, sale, "30", at=JUNE)
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=JUNE, actor=ACTOR)
    run_until_idle()
    assert balance(cast.ada, JUNE).debt == 0


def test_purchases_and_refunds_are_heard_of_by_themselves(cast: Cast) -> None:
    from tests.loyalty.club import recorded, refund_recorded

    opened(cast)
    sale = recorded(cast, cast.ada, "50", at=JUNE)
    refund_recorded(cast, sale, "20", at=JUNE)
    run_until_idle()
    assert sorted(kinds(cast.ada)) == [("clawed", -20), ("issued", 50)]
