"""What the tests of offers write and draw: short documents, baskets, and random ones of both."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from regulars.loyalty.rules.baskets import Basket, Line, Member, Progress, Used
from regulars.loyalty.rules.offers import Discount, Offer, Special, Stacking

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
ADA = Member(tiers=frozenset({"gold"}))


def special(code: str = "s", **parts: Any) -> Special:
    """A special, as its JSON is read."""
    return Special.model_validate_json(json.dumps({"code": code, "name": code} | parts))


def discount(code: str = "d", **parts: Any) -> Discount:
    """A frequent-buyer discount, as its JSON is read."""
    return Discount.model_validate_json(json.dumps({"code": code, "name": code} | parts))


def basket(*amounts: int | Line, channel: str = "till", branch: str = "mitte") -> Basket:
    """A basket of lines; a bare amount is one unit of a product named after its place."""
    lines = tuple(
        amount if isinstance(amount, Line) else Line(amount_minor=amount, product=f"p{place}") for place, amount in enumerate(amounts)
    )
    return Basket(lines=lines, currency="EUR", channel=channel, branch=branch)


PRODUCTS = ("espresso", "croissant", "rye bread", "cake")
CATEGORIES = ("coffee", "pastry", "bread")
PERCENTS = st.sampled_from(["5", "10", "12.5", "20", "33.333", "50", "100"])
AMOUNTS = st.sampled_from(["0.01", "0.50", "1.00", "2.35", "7.00", "15.00"])


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


LINES = st.builds(
    Line,
    amount_minor=st.one_of(st.integers(0, 30), st.integers(0, 5000)),
    product=st.sampled_from(PRODUCTS),
    category=st.sampled_from(CATEGORIES),
    quantity_milli=st.sampled_from([350, 1000, 1000, 2000, 3000, 12_000]),
    reward=st.integers(0, 9).map(lambda n: n == 0),
    excluded=st.integers(0, 9).map(lambda n: n == 0),
)
BASKETS = st.builds(
    Basket,
    lines=st.lists(LINES, max_size=7).map(tuple),
    currency=st.just("EUR"),
    channel=st.sampled_from(["till", "shop"]),
    branch=st.sampled_from(["mitte", "nord", ""]),
)
WHERES = st.fixed_dictionaries(
    {},
    optional={
        "channels": _some(("till", "shop")),
        "branches": _some(("mitte", "nord")),
        "tiers": _some(("gold", "silver")),
        "traits": st.dictionaries(st.sampled_from(["risk", "segment"]), _some(("low", "high")), max_size=2),
    },
)
PERIODS = st.sampled_from(
    [
        {},
        {},
        {},
        {"from_on": "2026-11-20"},
        {"until_on": "2026-11-20"},
        {"until_on": "2026-11-19"},
        {"from_on": "2026-11-01", "until_on": "2026-11-19", "from_time": "22:00", "until_time": "02:00"},
        {"weekdays": ["fri"]},
        {"weekdays": ["thu"], "from_time": "22:00", "until_time": "13:00"},
        {"from_time": "09:00", "until_time": "18:00"},
    ]
)
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "where": WHERES,
    "period": PERIODS,
    "stacking": st.sampled_from(["stack", "stack", "best", "exclusive"]),
    "priority": st.sampled_from([1, 100, 100, 200]),
    "goods": st.fixed_dictionaries(
        {}, optional={"products": _some(PRODUCTS), "categories": _some(CATEGORIES), "except_products": _some(PRODUCTS)}
    ),
}
CAPS = {"cap_percent": PERCENTS, "min_order": AMOUNTS}
GIVES = st.one_of(PERCENTS.map(lambda value: {"percent": value}), AMOUNTS.map(lambda value: {"amount": value}))
EARNED = st.sampled_from([{"every": 10}, {"after_purchases": 3}, {"after_spend": "50"}])
SPECIAL_GIVES = st.one_of(
    GIVES,
    AMOUNTS.map(lambda value: {"unit_price": value}),
    AMOUNTS.map(lambda value: {"unit_amount": value}),
    st.tuples(st.integers(1, 3), st.integers(1, 2)).map(lambda pair: {"buy": pair[0], "free": pair[1]}),
)
LIMITS = st.fixed_dictionaries({}, optional={"limit": st.integers(1, 4), "limit_per_day": st.integers(1, 3)})


@st.composite
def offers(draw: st.DrawFn, most: int = 8) -> list[Offer]:
    """Offers with codes of their own; what is drawn is a well-formed document."""
    found: list[Offer] = []
    for number in range(draw(st.integers(0, most))):
        parts = draw(st.fixed_dictionaries(SHARED, optional=CAPS))
        if draw(st.booleans()):
            found.append(discount(f"o{number}", **parts, **draw(EARNED), **draw(GIVES)))
        else:
            found.append(special(f"o{number}", **parts, **draw(SPECIAL_GIVES), **draw(LIMITS)))
    return found


CODES = st.sampled_from([f"o{number}" for number in range(8)])
MEMBERS = st.builds(
    Member,
    tiers=_some(("gold", "silver")).map(frozenset),
    traits=st.dictionaries(st.sampled_from(["risk", "segment"]), st.sampled_from(["low", "high"])),
    progress=st.dictionaries(
        CODES, st.builds(Progress, purchases=st.sampled_from([0, 3, 9]), spend_minor=st.sampled_from([0, 4999, 5000]))
    ),
    used=st.dictionaries(CODES, st.builds(Used, total_milli=st.sampled_from([0, 1000, 4000]), today_milli=st.sampled_from([0, 500]))),
)
STACKINGS = st.builds(
    Stacking,
    cap_percent=st.one_of(st.none(), st.sampled_from([Stacking.model_validate_json('{"cap_percent": "30"}').cap_percent])),
    max_offers=st.sampled_from([1, 2, 10]),
)
