"""Members rise at once, keep a tier for their year, step down one step, and hear of it before."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.customers.queries import Customer
from regulars.customers.services import merge_customers
from regulars.groundwork.kernel.models import FactRow
from regulars.loyalty.models import TierStanding
from regulars.loyalty.queries import vouchers_of
from regulars.loyalty.queries.tiers import TierShown, tier_of
from regulars.loyalty.services import announce_reviews, review_tiers, spend_units
from regulars.loyalty.services.programs import FixedByBooks

from tests.cast import ACTOR, Cast
from tests.loyalty.club import BASE, DAY, POINTS, bought, changed, kinds, local, opened, refunded, usable

pytestmark = pytest.mark.django_db
STATUS = {"code": "status", "name": "Status", "kind": "qualifying"}
COUNTS = {"code": "counts", "name": "One per euro", "unit": "status", "points": 1, "per_amount": 1}
SILVER = {"code": "silver", "name": "Silver", "from_units": 500, "keep_units": 400}
GOLD = {"code": "gold", "name": "Gold", "from_units": 1000, "keep_units": 800, "earning": 2}


def climbing(cast: Cast, **changes: Any) -> Any:
    ladder = {"currency": "status", "tiers": [SILVER, GOLD]} | changes
    return opened(cast, units=[POINTS, STATUS], earning=[BASE, COUNTS], ladder=ladder)


def tier(cast: Cast, customer: Customer, at: Any) -> str:
    shown = shown_tier(customer, at)
    return shown.tier.code if shown.tier else ""


def shown_tier(customer: Customer, at: Any) -> TierShown:
    shown = tier_of(program=TierStanding.objects.filter(customer=customer).first().program, customer=customer, at=at)  # type: ignore[union-attr] # there is one
    assert shown is not None
    return shown


def told(name: str) -> list[str]:
    return [row.body["tier"] for row in FactRow.objects.filter(name=f"loyalty.{name}").order_by("pk")]


def test_40_a_tier_is_reached_at_once_and_promised_for_a_year(cast: Cast) -> None:
    climbing(cast)
    bought(cast, cast.ada, "600", at=local("2025-03-10 12:00"))
    assert tier(cast, cast.ada, local("2025-03-10 12:00")) == "silver"
    bought(cast, cast.ada, "450", at=local("2026-02-20 12:00"))
    assert tier(cast, cast.ada, local("2026-02-20 12:00")) == "gold"
    shown = shown_tier(cast.ada, local("2026-03-11 12:00"))
    assert (shown.tier.code if shown.tier else "", shown.units) == ("gold", 450)
    assert tier(cast, cast.ada, local("2027-02-20 23:59")) == "gold"
    assert tier(cast, cast.ada, local("2027-02-21 00:00")) == "silver"
    assert told("TierReached") == ["silver", "gold"]


def test_41_spending_touches_no_tier(cast: Cast) -> None:
    program = climbing(cast)
    at = local("2026-03-10 12:00")
    bought(cast, cast.ada, "600", at=at)
    spend_units(program=program, customer=cast.ada, unit="points", units=500, why={}, at=at, actor=ACTOR)
    assert tier(cast, cast.ada, at) == "silver"


def test_42_a_review_lowers_by_one_step_and_was_announced(cast: Cast) -> None:
    climbing(cast)
    bought(cast, cast.ada, "1000", at=local("2025-03-10 12:00"))
    bought(cast, cast.ada, "300", at=local("2025-06-10 12:00"))
    assert announce_reviews(at=local("2026-02-07 12:00")) == 0
    assert shown_tier(cast.ada, local("2026-02-10 12:00")).short == 500
    assert [announce_reviews(at=local("2026-02-10 12:00")) for _again in range(2)] == [1, 0]
    assert FactRow.objects.get(name="loyalty.TierAtRisk").body["missing"] == "500"
    assert review_tiers(at=local("2026-03-10 23:59")) == 0
    for _again in range(2):
        review_tiers(at=local("2026-03-11 00:10"))
    assert tier(cast, cast.ada, local("2026-03-11 00:10")) == "silver"
    assert told("TierLowered") == ["silver"]


def test_43_an_order_earns_at_the_tier_held_before_it(cast: Cast) -> None:
    climbing(cast)
    bought(cast, cast.ada, "1200", at=local("2026-03-10 12:00"))
    assert usable(cast.ada, local("2026-03-10 12:00")) == 1200
    assert told("TierReached") == ["silver", "gold"]
    bought(cast, cast.ada, "10", at=local("2026-03-11 12:00"))
    assert usable(cast.ada, local("2026-03-11 12:00")) == 1220


def test_43_a_jump_over_two_tiers_gives_the_welcome_of_the_one_reached_and_once_in_a_life(cast: Cast) -> None:
    gifts = [{"code": code, "name": code, "kind": "gift"} for code in ("mug", "cake")]
    ladder = {"currency": "status", "tiers": [SILVER | {"welcome": "mug"}, GOLD | {"welcome": "cake"}]}
    opened(cast, units=[POINTS, STATUS], earning=[BASE, COUNTS], ladder=ladder, rewards=gifts)
    bought(cast, cast.ada, "1200", at=local("2024-03-10 12:00"))
    assert [one.reward.code for one in vouchers_of(customer=cast.ada, at=local("2024-03-10 12:00"))] == ["cake"]
    bought(cast, cast.ada, "1200", at=local("2026-06-10 12:00"))
    assert tier(cast, cast.ada, local("2026-06-10 12:00")) == "gold"
    assert [one.reward.code for one in vouchers_of(customer=cast.ada, at=local("2026-06-10 12:00"))] == ["cake"]


def test_a_review_that_nobody_has_held_counts_for_the_next_order(cast: Cast) -> None:
    climbing(cast)
    bought(cast, cast.ada, "1200", at=local("2025-03-10 12:00"))
    bought(cast, cast.ada, "10", at=local("2026-03-11 12:00"))
    assert kinds(cast.ada)[-2:] == [("issued", 1200), ("issued", 10)]
    assert usable(cast.ada, local("2026-03-11 12:00")) == 1210


def test_26_what_was_bought_last_year_counts_last_year_however_late_it_comes(cast: Cast) -> None:
    climbing(cast, window="calendar_year")
    bought(cast, cast.ada, "600", at=local("2025-11-10 12:00"))
    from regulars.loyalty.services import earn_by_purchase

    from tests.loyalty.club import recorded

    late = recorded(cast, cast.ada, "450", at=local("2025-12-31 23:50"))
    earn_by_purchase(purchase=late, at=local("2026-01-02 09:00"), actor=ACTOR)
    assert tier(cast, cast.ada, local("2026-01-02 09:00")) == "gold"


def test_a_refund_counts_against_the_tier_from_the_day_of_the_purchase(cast: Cast) -> None:
    climbing(cast)
    sale = bought(cast, cast.ada, "600", at=local("2026-03-10 12:00"))
    refunded(cast, sale, "600", at=local("2026-03-20 12:00"))
    shown = shown_tier(cast.ada, local("2026-03-20 12:00"))
    assert (shown.tier.code if shown.tier else "", shown.units) == ("silver", 0)
    bought(cast, cast.ada, "450", at=local("2026-03-21 12:00"))
    assert shown_tier(cast.ada, local("2026-03-21 12:00")).missing == 550


def test_a_merged_record_brings_its_tier(cast: Cast) -> None:
    climbing(cast)
    bought(cast, cast.bo, "1000", at=local("2026-03-10 12:00"))
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=local("2026-03-11 12:00"), actor=ACTOR)
    bought(cast, cast.ada, "10", at=local("2026-03-12 12:00"))
    assert tier(cast, cast.ada, local("2026-03-12 12:00")) == "gold"
    assert usable(cast.ada, local("2026-03-12 12:00")) == 1020


def test_a_tier_that_somebody_may_hold_is_not_taken_away(cast: Cast) -> None:
    climbing(cast)
    with pytest.raises(FixedByBooks):
        changed(
            cast,
            at=local("2024-02-01 00:00") + DAY,
            units=[POINTS, STATUS],
            earning=[BASE],
            ladder={"currency": "status", "tiers": [SILVER]},
        )
