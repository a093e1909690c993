"""Of two thousand offers a quote looks at the few that can match."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from regulars.loyalty.rules.baskets import Basket, Line, Member
from regulars.loyalty.rules.offer_index import OfferIndex
from regulars.loyalty.rules.offers import Offer
from regulars.loyalty.rules.pricing import price

from tests.loyalty.rules.offering import ADA, BERLIN, NOON, basket, special

pytestmark = pytest.mark.pure
MANY = 2000


def a_chains_offers() -> list[Offer]:
    """Two thousand specials of a chain: on single products or categories, in branches, channels, tiers and weeks of the year."""
    chance = random.Random(52)
    found: list[Offer] = []
    for number in range(MANY):
        start = date(2026, 1, 1) + timedelta(days=chance.randrange(360))
        goods: dict[str, Any] = {"products": [f"product {chance.randrange(800)}" for _ in range(3)]}
        if number % 20 == 0:
            goods = {"categories": [f"category {chance.randrange(60)}"]}
        where: dict[str, Any] = {"branches": [f"b{chance.randrange(12)}"]} if number % 3 else {"channels": ["shop"]}
        if number % 4 == 0:
            where["tiers"] = ["gold"]
        if number % 5 == 0:
            where["traits"] = {"risk": ["high"]}
        period = {"from_on": str(start), "until_on": str(start + timedelta(days=60))} if number % 2 else {}
        found.append(special(f"o{number}", percent="10", goods=goods, where=where, period=period, stacking="best"))
    return found


OFFERS = a_chains_offers()
INDEX = OfferIndex(OFFERS)
LINES = tuple(Line(amount_minor=300 + n, product=f"Product {n * 37}", category=f"Category {n * 3}") for n in range(20))
CART = Basket(lines=LINES, currency="EUR", channel="till", branch="b3")


@pytest.mark.parametrize("member", [None, ADA, Member(traits={"risk": "high"})], ids=["guest", "gold", "at risk"])
def test_few_of_two_thousand_are_looked_at(member: Member | None) -> None:
    candidates = INDEX.candidates(CART, member, NOON, BERLIN)
    assert len(INDEX) == MANY
    assert 0 < len(candidates) <= MANY // 100
    quick, naive = price(CART, candidates, member, NOON, BERLIN), price(CART, OFFERS, member, NOON, BERLIN)
    assert (quick.lines, quick.applied) == (naive.lines, naive.applied)
    assert len(quick.applied) + len(quick.not_applied) == len(candidates)


def test_an_empty_basket_looks_at_nothing() -> None:
    nothing = Basket(lines=(), currency="EUR", channel="till", branch="b3")
    assert OfferIndex([special(percent="5")]).candidates(nothing, ADA, NOON, BERLIN) == ()


# what an offer says, the basket's place, member, instant, kept
KEYS: list[tuple[str, dict[str, Any], Member | None, str, bool]] = [
    ("everywhere", {}, ADA, "2026-11-20T12:00", True),
    ("this channel", {"where": {"channels": ["till", "shop"]}}, ADA, "2026-11-20T12:00", True),
    ("other channel", {"where": {"channels": ["shop"]}}, ADA, "2026-11-20T12:00", False),
    ("this branch", {"where": {"branches": ["mitte"]}}, ADA, "2026-11-20T12:00", True),
    ("other branch", {"where": {"branches": ["nord"]}}, ADA, "2026-11-20T12:00", False),
    ("own tier", {"where": {"tiers": ["gold"]}}, ADA, "2026-11-20T12:00", True),
    ("other tier", {"where": {"tiers": ["silver"]}}, ADA, "2026-11-20T12:00", False),
    ("a guest learns what members get", {"where": {"tiers": ["silver"]}}, None, "2026-11-20T12:00", True),
    ("trait", {"where": {"traits": {"risk": ["high"]}}}, Member(traits={"risk": "high"}), "2026-11-20T12:00", True),
    ("other trait", {"where": {"traits": {"risk": ["high"]}}}, Member(traits={"risk": "low"}), "2026-11-20T12:00", False),
    ("product, whatever its case", {"goods": {"products": ["P0"]}}, ADA, "2026-11-20T12:00", True),
    ("other product", {"goods": {"products": ["p9"]}}, ADA, "2026-11-20T12:00", False),
    ("a category is no product", {"goods": {"categories": ["p0"]}}, ADA, "2026-11-20T12:00", False),
    ("last day", {"period": {"until_on": "2026-11-20"}}, ADA, "2026-11-20T23:59", True),
    ("the day after", {"period": {"until_on": "2026-11-20"}}, ADA, "2026-11-21T00:00", False),
    ("first day", {"period": {"from_on": "2026-11-20"}}, ADA, "2026-11-20T00:00", True),
    ("the day before", {"period": {"from_on": "2026-11-20"}}, ADA, "2026-11-19T23:59", False),
    (
        "into the night after",
        {"period": {"until_on": "2026-11-20", "from_time": "22:00", "until_time": "02:00"}},
        ADA,
        "2026-11-21T01:59",
        True,
    ),
    ("weekday", {"period": {"weekdays": ["fri"]}}, ADA, "2026-11-20T12:00", True),
    ("other weekday", {"period": {"weekdays": ["sat", "thu"]}}, ADA, "2026-11-20T12:00", False),
    (
        "weekday into the night",
        {"period": {"weekdays": ["thu"], "from_time": "22:00", "until_time": "02:00"}},
        ADA,
        "2026-11-20T01:00",
        True,
    ),
    ("until the end of time", {"period": {"until_on": "9999-12-31"}}, ADA, "2026-11-20T12:00", True),
]


@pytest.mark.parametrize(("parts", "member", "wall", "kept"), [row[1:] for row in KEYS], ids=[row[0] for row in KEYS])
def test_an_offer_is_kept_where_its_keys_match(parts: dict[str, Any], member: Member | None, wall: str, kept: bool) -> None:
    at = datetime.fromisoformat(wall).replace(tzinfo=BERLIN).astimezone(UTC)
    assert bool(OfferIndex([special(percent="5", **parts)]).candidates(basket(900), member, at, BERLIN)) is kept
