"""Punch cards: stamped by purchases, redeemed when full, undone by refunds."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.groundwork.kernel.models import FactRow
from regulars.loyalty.models import Entry
from regulars.loyalty.queries import vouchers_of
from regulars.loyalty.services import UnknownUnit, adjust_units, earn_by_purchase, redeem_voucher, spend_units

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, balance, bought, changed, kinds, local, opened, refunded

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")
COFFEE = {"code": "coffee", "name": "Coffee card", "goods": {"products": ["coffee"]}, "target": 10, "reward": {"code": "free-coffee"}}
FREE = {"code": "free-coffee", "name": "A coffee", "kind": "goods", "goods": {"products": ["coffee"]}, "cost": "0.60"}


def carded(cast: Cast, **changes: Any) -> Any:
    return opened(cast, units=[], earning=[], cards=[COFFEE | changes], rewards=[FREE])


def drank(cast: Cast, cups: int, at: Any = JUNE, free: int = 0) -> Any:
    lines = [("coffee", "3.00")] * cups + [("coffee", "0")] * free
    return bought(cast, cast.ada, f"{3 * cups}", at=at, lines=lines)


def stamps(cast: Cast, at: Any = JUNE) -> tuple[int, int]:
    """What stands on the card, and what is owed."""
    stands = balance(cast.ada, at, unit="coffee")
    return stands.usable, stands.debt


@pytest.mark.parametrize(
    ("visits", "full", "left"), [([8, 5], 1, 3), ([25], 2, 5), ([1] * 20, 2, 0)], ids=["45 eight and five", "45 many", "b7"]
)
def test_a_full_card_is_redeemed_and_the_surplus_is_carried_over(cast: Cast, visits: list[int], full: int, left: int) -> None:
    carded(cast)
    for cups in visits:
        drank(cast, cups)
    assert stamps(cast) == (left, 0)
    assert sum(row.body["count"] for row in FactRow.objects.filter(name="loyalty.CardFilled")) == full
    assert sum(entry.units for entry in Entry.objects.filter(kind="redeemed")) == 10 * full


def test_b7_the_same_receipt_twice_stamps_once(cast: Cast) -> None:
    carded(cast)
    sale = drank(cast, 3)
    earn_by_purchase(purchase=sale, at=JUNE, actor=ACTOR)
    assert stamps(cast) == (3, 0)


def test_47_stamps_of_a_card_that_was_redeemed_are_owed_and_repaid(cast: Cast) -> None:
    carded(cast)
    drank(cast, 8)
    sale = drank(cast, 5)
    (voucher,) = vouchers_of(customer=cast.ada, at=JUNE)
    redeem_voucher(scope=cast.scope, code=voucher.code, at=JUNE, actor=ACTOR)
    refunded(cast, sale, "15", at=JUNE, lines=[("coffee", "3.00")] * 5)
    assert stamps(cast) == (0, 2)
    drank(cast, 2)
    assert stamps(cast) == (0, 0)


def test_46_a_refund_undoes_a_card_whose_reward_nobody_has_used(cast: Cast) -> None:
    carded(cast)
    drank(cast, 8)
    sale = drank(cast, 5)
    (voucher,) = vouchers_of(customer=cast.ada, at=JUNE)
    assert (voucher.reward.code, voucher.voucher.cause) == ("free-coffee", "card:coffee")
    refunded(cast, sale, "15", at=JUNE, lines=[("coffee", "3.00")] * 5)
    assert stamps(cast) == (8, 0)
    assert vouchers_of(customer=cast.ada, at=JUNE) == []


def test_46_a_card_whose_reward_has_ended_is_not_undone_whatever_a_job_has_done(cast: Cast) -> None:
    opened(cast, units=[], earning=[], cards=[COFFEE], rewards=[FREE | {"valid_days": 1}])
    drank(cast, 8)
    sale = drank(cast, 5)
    refunded(cast, sale, "15", at=JUNE + 3 * DAY, lines=[("coffee", "3.00")] * 5)
    assert stamps(cast, JUNE + 3 * DAY) == (0, 2)


def test_45_every_full_card_gives_its_reward_once(cast: Cast) -> None:
    carded(cast)
    sale = drank(cast, 25)
    earn_by_purchase(purchase=sale, at=JUNE, actor=ACTOR)
    assert len(vouchers_of(customer=cast.ada, at=JUNE)) == 2
    refunded(cast, sale, "30", at=JUNE, lines=[("coffee", "3.00")] * 10)
    assert (len(vouchers_of(customer=cast.ada, at=JUNE)), stamps(cast)) == (1, (5, 0))


def test_48_free_coffee_never_counts_and_a_visit_has_its_limit(cast: Cast) -> None:
    carded(cast, per_visit_max=3)
    drank(cast, 5, free=1)
    assert stamps(cast) == (3, 0)
    assert {one["code"] for one in Entry.objects.get().why["reasons"]} == {"per_item", "free_line", "per_visit_max"}


def test_a_day_has_its_limit_by_the_clock_of_the_shop(cast: Cast) -> None:
    carded(cast, per_day_max=4)
    for at in (local("2026-06-15 00:30"), local("2026-06-15 23:30"), local("2026-06-16 00:10")):
        drank(cast, 3, at=at)
    assert [units for kind, units in kinds(cast.ada)] == [3, 1, 3]


def test_what_stamps_nothing_says_why(cast: Cast) -> None:
    carded(cast)
    bought(cast, cast.ada, "4", at=JUNE, lines=[("tea", "4.00")])
    entry = Entry.objects.get()
    assert (entry.units, [one["code"] for one in entry.why["reasons"]]) == (0, ["other_goods"])


def test_all_stamps_of_a_card_end_together(cast: Cast) -> None:
    carded(cast, expiry={"kind": "activity", "months": 1})
    drank(cast, 2, at=local("2026-05-20 12:00"))
    drank(cast, 1, at=local("2026-06-15 12:00"))
    assert usable_stamps(cast, local("2026-07-15 23:59")) == 3
    assert usable_stamps(cast, local("2026-07-16 00:00")) == 0


def test_a_card_can_end_by_its_first_stamp(cast: Cast) -> None:
    carded(cast, expiry={"kind": "fixed", "months": 1})
    drank(cast, 2, at=local("2026-05-20 12:00"))
    drank(cast, 1, at=local("2026-06-15 12:00"))
    assert usable_stamps(cast, local("2026-06-20 23:59")) == 3
    assert usable_stamps(cast, local("2026-06-21 00:00")) == 0


def test_a_card_in_use_keeps_the_target_that_it_was_begun_with(cast: Cast) -> None:
    carded(cast)
    drank(cast, 6)
    changed(cast, at=JUNE + DAY, units=[], earning=[], cards=[COFFEE | {"target": 12}], rewards=[FREE])
    drank(cast, 5, at=JUNE + 2 * DAY)
    assert stamps(cast, JUNE + 2 * DAY) == (1, 0)
    drank(cast, 12, at=JUNE + 3 * DAY)
    assert stamps(cast, JUNE + 3 * DAY) == (1, 0)


def test_stamps_are_given_by_hand_but_not_spent(cast: Cast) -> None:
    program = carded(cast)
    drank(cast, 8)
    adjust_units(program=program, customer=cast.ada, unit="coffee", units=2, reason="The printer was broken", at=JUNE, actor=ACTOR)
    assert stamps(cast) == (0, 0)
    with pytest.raises(UnknownUnit):
        spend_units(program=program, customer=cast.ada, unit="coffee", units=1, why={}, at=JUNE, actor=ACTOR)


def usable_stamps(cast: Cast, at: Any) -> int:
    return balance(cast.ada, at, unit="coffee").usable
