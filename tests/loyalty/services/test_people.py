"""Merged, unmerged and forgotten members."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.customers.models import Merge
from regulars.customers.services import forget_customer, merge_customers, unmerge_customers
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.loyalty.models import Account, Entry, Hold, Membership, Program
from regulars.loyalty.queries import vouchers_of
from regulars.loyalty.services import (
    NotEnoughUnits,
    capture_hold,
    earn_by_purchase,
    expire_lots,
    forfeit_accounts,
    hold_units,
    release_hold,
    spend_units,
    void_voucher,
)

from tests.cast import ACTOR, Cast
from tests.loyalty.club import balance, bought, kinds, local, opened, refunded, usable
from tests.loyalty.rewarding import catalogue, had

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


def merged(cast: Cast) -> Merge:
    """Bo's record into Ada's."""
    return merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=JUNE, actor=ACTOR)


def unmerged(cast: Cast, merge: Merge) -> None:
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=JUNE, actor=ACTOR)


def test_12_a_sale_earns_once_whatever_was_merged_or_unmerged_since(cast: Cast) -> None:
    opened(cast)
    before = bought(cast, cast.bo, "30", at=JUNE)
    merge = merged(cast)
    refunded(cast, before, "10", at=JUNE)
    assert usable(cast.ada, JUNE) == 20
    between = bought(cast, cast.bo, "5", at=JUNE)
    unmerged(cast, merge)
    earn_by_purchase(purchase=between, at=JUNE, actor=ACTOR)
    assert (usable(cast.ada, JUNE), usable(cast.bo, JUNE)) == (5, 20)


def test_4_what_was_taken_back_of_the_other_record_while_they_were_one_counts(cast: Cast) -> None:
    program = opened(cast)
    sale = bought(cast, cast.bo, "30", at=JUNE)
    spend_units(program=program, customer=cast.bo, unit="points", units=30, why={}, at=JUNE, actor=ACTOR)
    bought(cast, cast.ada, "50", at=JUNE)
    merge = merged(cast)
    refunded(cast, sale, "20", at=JUNE)
    unmerged(cast, merge)
    refunded(cast, sale, "10", at=JUNE)
    assert (usable(cast.ada, JUNE), balance(cast.bo, JUNE).debt) == (30, 10)


def both_reserved(cast: Cast, program: Program) -> Hold:
    """30 of Bo's points and 20 of Ada's, in one hold; the records are two again."""
    bought(cast, cast.bo, "30", at=JUNE)
    bought(cast, cast.ada, "50", at=JUNE)
    merge = merged(cast)
    hold = hold_units(program=program, customer=cast.ada, unit="points", units=50, at=JUNE, actor=ACTOR)
    unmerged(cast, merge)
    assert [(balance(one, JUNE).usable, balance(one, JUNE).held) for one in (cast.ada, cast.bo)] == [(30, 20), (0, 30)]
    return hold


def test_35_a_hold_outlives_the_merge_in_which_it_was_made(cast: Cast) -> None:
    hold = both_reserved(cast, opened(cast))
    for _again in range(2):
        _hold, entries = capture_hold(scope=cast.scope, public_id=str(hold.public_id), units=35, at=JUNE, actor=ACTOR)
        assert sorted(entry.units for entry in entries) == [5, 30]
    assert [(balance(one, JUNE).usable, balance(one, JUNE).held) for one in (cast.ada, cast.bo)] == [(45, 0), (0, 0)]


@pytest.mark.parametrize("way", ["released", "buys", "other buys", "job"])
def test_36_a_hold_of_records_that_are_two_again_lets_all_of_it_go(cast: Cast, way: str) -> None:
    hold = both_reserved(cast, opened(cast))
    later = JUNE + timedelta(hours=1)
    if way == "released":
        release_hold(scope=cast.scope, public_id=str(hold.public_id), at=JUNE, actor=ACTOR)
    elif way == "job":
        expire_lots(at=later)
    else:
        bought(cast, cast.ada if way == "buys" else cast.bo, "0.10", at=later)
    assert [(balance(one, later).usable, balance(one, later).held) for one in (cast.ada, cast.bo)] == [(50, 0), (30, 0)]
    assert set(Account.objects.values_list("held", flat=True)) == {0}


def test_68_forgetting_one_of_two_records_frees_what_they_had_reserved_together(cast: Cast) -> None:
    both_reserved(cast, opened(cast))
    forfeit_accounts(customer_ids=[cast.bo.pk], at=JUNE, actor=ACTOR)
    assert [(balance(one, JUNE).usable, balance(one, JUNE).held) for one in (cast.ada, cast.bo)] == [(50, 0), (0, 0)]


def test_33_a_voucher_that_two_records_paid_for_gives_each_its_own_back(cast: Cast) -> None:
    program = catalogue(cast)
    bought(cast, cast.bo, "300", at=JUNE)
    bought(cast, cast.ada, "250", at=JUNE)
    merge = merged(cast)
    voucher = had(program, cast.bo).voucher
    unmerged(cast, merge)
    assert void_voucher(voucher=voucher, reason="", at=JUNE, actor=ACTOR)
    assert (usable(cast.ada, JUNE), usable(cast.bo, JUNE)) == (250, 300)


@pytest.mark.parametrize("two_again", [False, True])
def test_46_a_card_that_two_records_filled_is_undone_as_a_whole(cast: Cast, two_again: bool) -> None:
    card = {"code": "cups", "name": "Cups", "goods": {"products": ["coffee"]}, "target": 5, "reward": {"code": "free"}}
    free = {"code": "free", "name": "A coffee", "kind": "goods", "goods": {"products": ["coffee"]}}
    opened(cast, units=[], earning=[], cards=[card], rewards=[free])
    bought(cast, cast.bo, "6", at=JUNE, lines=[("coffee", "3")] * 2)
    merge = merged(cast)
    sale = bought(cast, cast.ada, "9", at=JUNE, lines=[("coffee", "3")] * 3)
    assert len(vouchers_of(customer=cast.ada, at=JUNE)) == 1
    if two_again:
        unmerged(cast, merge)
    refunded(cast, sale, "3", at=JUNE, lines=[("coffee", "3")])
    stands = [(one.usable, one.debt) for one in (balance(customer, JUNE, "cups") for customer in (cast.ada, cast.bo))]
    assert stands == ([(2, 0), (2, 0)] if two_again else [(4, 0), (4, 0)])
    assert vouchers_of(customer=cast.ada, at=JUNE) == []


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
