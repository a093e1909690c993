"""Offers that contradict one another or can never apply are found before they are published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.loyalty.rules.offer_faults import WARNINGS, faults_of_offers
from regulars.loyalty.rules.offers import Offer, Stacking

from tests.loyalty.rules.offering import discount, special

pytestmark = pytest.mark.pure
NEW_YORK = ZoneInfo("America/New_York")
THIRTY = Stacking.model_validate_json('{"cap_percent": "30"}')


def found(*offers: Offer, at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> list[tuple[str, str]]:
    return faults_of_offers(offers, NEW_YORK, tiers={"gold"}, currency="EUR", at=at, stacking=THIRTY)


def hours(first: str, last: str, **parts: Any) -> Offer:
    return special(percent="9", period={"from_on": first, "until_on": last, "from_time": "02:00", "until_time": "03:00"} | parts)


FAULTS: list[tuple[str, Sequence[Offer], list[tuple[str, str]]]] = [
    ("nothing wrong", [special(percent="9", where={"tiers": ["gold"]}), discount(every=10, amount="2.50")], []),
    ("twice the same code", [special("x", percent="9"), discount("x", every=10, percent="9")], [("specials.0.code", "duplicate_code")]),
    ("over", [special("y", percent="9"), special(percent="9", period={"until_on": "2026-02-28"})], [("specials.1.period", "period_over")]),
    ("its last day", [special(percent="9", period={"until_on": "2026-03-01"})], []),
    ("case 20", [hours("2026-03-08", "2026-03-08")], [("specials.0.period", "hours_never")]),
    ("case 20 within a week", [hours("2026-03-05", "2026-03-11")], [("specials.0.period", "hours_skipped")]),
    ("case 20 on Sundays", [hours("2026-03-05", "2026-03-11", weekdays=["sun"])], [("specials.0.period", "hours_never")]),
    ("case 20 but on Mondays", [hours("2026-03-05", "2026-03-11", weekdays=["mon"])], []),
    ("half of the hour is there", [hours("2026-03-08", "2026-03-08", until_time="03:30")], []),
    (
        "a Monday in a weekend",
        [special(percent="9", period={"from_on": "2026-03-07", "until_on": "2026-03-08", "weekdays": ["mon"]})],
        [("specials.0.period", "weekdays_never")],
    ),
    ("no such tier", [special(percent="9", where={"tiers": ["gold", "platinum"]})], [("specials.0.where.tiers.1", "unknown_tier")]),
    (
        "trait without values",
        [special(percent="9", where={"traits": {"risk": []}})],
        [("specials.0.where.traits.risk", "trait_without_values")],
    ),
    (
        "named and excepted",
        [discount(every=9, percent="9", goods={"products": ["Rye", "bun"], "except_products": ["rye", "Bun", "cake"]})],
        [("discounts.0.goods", "goods_all_excepted")],
    ),
    ("one left", [special(percent="9", goods={"products": ["rye", "bun"], "except_products": ["rye"]})], []),
    ("no goods named", [special(percent="9", goods={"except_products": ["rye"]})], []),
    ("day limit", [special(percent="9", limit=2, limit_per_day=2)], [("specials.0.limit_per_day", "day_limit_idle")]),
    ("day limit below", [special(percent="9", limit=2, limit_per_day=1)], []),
    ("cap", [special(percent="90", cap_percent="30")], [("specials.0.cap_percent", "cap_idle")]),
    (
        "half a cent",
        [discount(after_spend="0.005", amount="1.001")],
        [("discounts.0.amount", "too_many_decimals"), ("discounts.0.after_spend", "too_many_decimals")],
    ),
    (
        "half a cent of price",
        [special(unit_price="0.125", min_order="9.999")],
        [("specials.0.min_order", "too_many_decimals"), ("specials.0.unit_price", "too_many_decimals")],
    ),
]


@pytest.mark.parametrize(("offers", "faults"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_faults_are_named_with_their_place(offers: Sequence[Offer], faults: list[tuple[str, str]]) -> None:
    assert found(*offers) == faults


def test_warnings_are_those_that_leave_an_offer_with_some_effect() -> None:
    codes = {code for _, offers, faults in FAULTS for _, code in faults}
    assert codes >= WARNINGS
    assert {"hours_skipped", "day_limit_idle", "cap_idle"} == WARNINGS


def test_two_thousand_offers_with_hours_are_checked_while_one_waits() -> None:
    offers = [hours("2026-03-05", "2031-03-04").model_copy(update={"code": f"o{n}"}) for n in range(2000)]
    start = perf_counter()
    assert len(found(*offers)) == 2000
    assert perf_counter() - start < 2
