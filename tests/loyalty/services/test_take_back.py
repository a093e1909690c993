"""Refunds take back what they earned, no more and no less, whatever happened since."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.ids import new_id
from regulars.loyalty.models import Entry
from regulars.loyalty.services import earn_by_purchase, spend_units, take_back_by_refund

from tests.cast import ACTOR, Cast, enrol
from tests.loyalty.club import BASE, DAY, balance, bought, changed, kinds, local, opened, recorded, refunded, usable

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")


def clawed(customer: Customer) -> int:
    return -sum(units for kind, units in kinds(customer) if kind == "clawed")


def test_4_small_refunds_take_back_together_what_one_would(cast: Cast) -> None:
    opened(cast, earning=[BASE | {"per_amount": 10}])
    sale = bought(cast, cast.ada, "21.90", at=JUNE)
    seen = []
    for _part in range(4):
        refunded(cast, sale, "5", at=JUNE + DAY)
        seen.append(clawed(cast.ada))
    assert seen == [1, 1, 2, 2]


def test_5_what_was_spent_since_becomes_a_debt_that_earnings_repay(cast: Cast) -> None:
    program = opened(cast)
    sale = bought(cast, cast.ada, "100", at=JUNE)
    spend_units(program=program, customer=cast.ada, unit="points", units=80, why={}, at=JUNE, actor=ACTOR)
    refunded(cast, sale, "100", at=JUNE)
    assert (usable(cast.ada, JUNE), balance(cast.ada, JUNE).debt) == (0, 80)
    bought(cast, cast.ada, "100", at=JUNE)
    assert (usable(cast.ada, JUNE), balance(cast.ada, JUNE).debt) == (20, 0)


def test_6_or_is_written_off_and_reported(cast: Cast) -> None:
    program = opened(cast, points={"shortfall": "write_off"})
    sale = bought(cast, cast.ada, "100", at=JUNE)
    spend_units(program=program, customer=cast.ada, unit="points", units=80, why={}, at=JUNE, actor=ACTOR)
    refunded(cast, sale, "100", at=JUNE)
    assert (usable(cast.ada, JUNE), balance(cast.ada, JUNE).debt) == (0, 0)
    assert kinds(cast.ada) == [("issued", 100), ("redeemed", -80), ("clawed", -100), ("written_off", 80)]


def test_7_points_paid_come_back_with_the_money_and_earnings_go(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "80", at=JUNE)
    sale = recorded(cast, cast.ada, "42", at=JUNE, lines=[("cake", "25.20"), ("tart", "16.80")])
    spend_units(
        program=program, customer=cast.ada, unit="points", units=80, why={"worth_minor": 800}, at=JUNE, actor=ACTOR, purchase_id=sale.pk
    )
    earn_by_purchase(purchase=sale, at=JUNE, actor=ACTOR)
    refunded(cast, sale, "16.80", at=JUNE, lines=[("tart", "16.80")])
    assert kinds(cast.ada)[2:] == [("issued", 42), ("clawed", -17), ("restored", 32)]


@pytest.mark.parametrize("earning", [[BASE | {"points": 2}], []], ids=["11 doubled", "11 deleted"])
def test_a_refund_goes_by_the_version_that_gave(cast: Cast, earning: list[object]) -> None:
    opened(cast)
    sale = bought(cast, cast.ada, "50", at=JUNE)
    changed(cast, at=JUNE + DAY, earning=earning)
    refunded(cast, sale, "50", at=JUNE + 2 * DAY)
    assert clawed(cast.ada) == 50


def test_14_points_that_were_still_waiting_never_become_active(cast: Cast) -> None:
    opened(cast, points={"pending_days": 14})
    sale = bought(cast, cast.ada, "50", at=local("2026-03-01 10:00"))
    bought(cast, cast.ada, "30", at=local("2026-03-01 11:00"))
    refunded(cast, sale, "50", at=local("2026-03-10 10:00"))
    assert usable(cast.ada, local("2026-03-16 10:00")) == 30


def test_a_refund_told_twice_takes_back_once(cast: Cast) -> None:
    opened(cast)
    sale = bought(cast, cast.ada, "50", at=JUNE)
    refund = refunded(cast, sale, "20", at=JUNE)
    take_back_by_refund(refund=refund, at=JUNE, actor=ACTOR)
    assert kinds(cast.ada) == [("issued", 50), ("clawed", -20)]


def test_a_refund_heard_of_before_its_sale_takes_back_all_the_same(cast: Cast) -> None:
    opened(cast)
    sale = recorded(cast, cast.ada, "50", at=JUNE)
    refunded(cast, sale, "50", at=JUNE)
    earn_by_purchase(purchase=sale, at=JUNE, actor=ACTOR)
    assert balance(cast.ada, JUNE).total == 0


def test_lots_of_the_purchase_itself_go_first(cast: Cast) -> None:
    opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "50", at=JUNE)
    sale = bought(cast, cast.ada, "50", at=JUNE + DAY)
    refunded(cast, sale, "50", at=JUNE + DAY)
    assert balance(cast.ada, JUNE + DAY).ends_next_at == local("2026-07-16 00:00")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
    st.sampled_from(["floor", "half_up", "half_even"]),
)
def test_refunding_all_in_any_parts_and_order_ends_as_one_refund(cast: Cast, parts: list[int], chance: object, rounding: str) -> None:
    who = enrol(cast.business, "Some", "Body", str(new_id()), None)
    opened_with = {"rounding": rounding, "scale": 1}
    changed_at = local("2026-06-15 12:00") + DAY * Entry.objects.count()
    opened(cast, at=changed_at, points=opened_with, earning=[BASE | {"points": "1.7"}], description=str(new_id()))
    total = sum(parts)
    sale = bought(cast, who, f"{total // 100}.{total % 100:02}", at=changed_at)
    chance.shuffle(parts)  # type: ignore[attr-defined] # Hypothesis' random
    for part in parts:
        refunded(cast, sale, f"{part // 100}.{part % 100:02}", at=changed_at)
    assert (balance(who, changed_at).total, balance(who, changed_at).debt) == (0, 0)
