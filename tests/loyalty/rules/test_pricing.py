"""What a basket costs a member, and why: the price list of offers as tables of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from regulars.loyalty.rules.baskets import Basket, Line, Member, Priced, Progress, Used
from regulars.loyalty.rules.eligibility import counted_from
from regulars.loyalty.rules.offers import Offer, Stacking
from regulars.loyalty.rules.pricing import judged_at, price, refund_of

from tests.loyalty.rules.offering import ADA, BERLIN, NOON, basket, discount, special

pytestmark = pytest.mark.pure
THIRTY = Stacking.model_validate_json('{"cap_percent": "30"}')
A = special("a", percent="20", priority=1)
B = special("b", amount="15.00", priority=2)
C = special("c", percent="30", stacking="exclusive")


def priced(given: Basket, *offers: Offer, member: Member | None = ADA, at: datetime = NOON, stacking: Stacking | None = None) -> Priced:
    return price(given, offers, member, at, BERLIN, stacking or Stacking())


def taken(result: Priced) -> dict[str, int]:
    return {one.offer: one.amount_minor for one in result.applied}


def reasons(result: Priced) -> dict[str, tuple[Any, ...]]:
    return {one.offer: (one.reason, *(figure for figure in (one.lacks, one.limit, one.by) if figure)) for one in result.not_applied}


# case, offers, program's stacking, amounts by offer, total, why the others don't apply
STACKS: list[tuple[str, Sequence[Offer], Stacking, dict[str, int], int, dict[str, tuple[Any, ...]]]] = [
    ("case 52: best for the customer", (A, B, C), Stacking(), {"a": 2000, "b": 1500}, 6500, {"c": ("beaten", ("a", "b"))}),
    ("case 52: cap 30 %", (A, B, C), THIRTY, {"c": 3000}, 7000, {"a": ("beaten", ("c",)), "b": ("beaten", ("c",))}),
    ("case 52: cap 30 %, without C", (A, B), THIRTY, {"a": 2000, "b": 1000}, 7000, {}),
    ("exclusive wins", (A, C), Stacking(), {"c": 3000}, 7000, {"a": ("beaten", ("c",))}),
    (
        "percent after amount, by priority",
        (special("a", percent="20", priority=3), B),
        Stacking(),
        {"b": 1500, "a": 1700},
        6800,
        {},
    ),
    (
        "equal priority goes by code",
        (special("z", percent="50"), special("y", amount="10")),
        Stacking(),
        {"y": 1000, "z": 4500},
        4500,
        {},
    ),
    (
        "of the best group one joins",
        (A, special("m", percent="10", stacking="best"), special("n", amount="9", stacking="best")),
        Stacking(),
        {"a": 2000, "n": 900},
        7100,
        {"m": ("beaten", ("n",))},
    ),
    (
        "the best is applied in its own place",
        (special("a", percent="20", priority=5), special("m", percent="10", stacking="best", priority=1)),
        Stacking(),
        {"m": 1000, "a": 1800},
        7200,
        {},
    ),
    (
        "of equals the fewest offers",
        (special("s", amount="15"), special("t", amount="15"), special("e", amount="30", stacking="exclusive")),
        Stacking(),
        {"e": 3000},
        7000,
        {"s": ("beaten", ("e",)), "t": ("beaten", ("e",))},
    ),
    (
        "own cap",
        (special("a", percent="50", cap_percent="12.5"),),
        Stacking(),
        {"a": 1250},
        8750,
        {},
    ),
    (
        "nothing left of the cap",
        (A, B, special("d", amount="1", priority=3)),
        Stacking.model_validate_json('{"cap_percent": "20"}'),
        {"a": 2000},
        8000,
        {"b": ("capped",), "d": ("capped",)},
    ),
    ("at most one", (A, B), Stacking(max_offers=1), {"a": 2000}, 8000, {"b": ("too_many", 1)}),
    (
        "nothing left to pay",
        (special("all", percent="100", priority=1), B),
        Stacking(),
        {"all": 10_000},
        0,
        {"b": ("nothing_left",)},
    ),
    (
        "in the best candidate, but after one that left nothing",
        (special("m", percent="100", stacking="best", priority=1), A.model_copy(update={"priority": 2}), special("p", unit_price="100")),
        Stacking(),
        {"m": 10_000},
        0,
        {"a": ("nothing_left",), "p": ("nothing_left",)},
    ),
    ("no offers", (), Stacking(), {}, 10_000, {}),
]


@pytest.mark.parametrize(("offers", "stacking", "amounts", "total", "others"), [row[1:] for row in STACKS], ids=[row[0] for row in STACKS])
def test_offers_stack_as_the_model_says(
    offers: Sequence[Offer], stacking: Stacking, amounts: dict[str, int], total: int, others: dict[str, tuple[Any, ...]]
) -> None:
    result = priced(basket(10_000), *offers, stacking=stacking)
    assert (taken(result), result.total_minor, reasons(result)) == (amounts, total, others)
    assert list(taken(result)) == list(amounts)


def test_what_a_cap_takes_back_is_told() -> None:
    result = priced(basket(10_000), A, B, stacking=THIRTY)
    assert [(one.offer, one.cut_by, one.withheld_minor) for one in result.applied] == [("a", "", 0), ("b", "program_cap", 500)]
    [own] = priced(basket(10_000), special(percent="50", cap_percent="12.5")).applied
    assert (own.cut_by, own.withheld_minor) == ("offer_cap", 3750)
    [both] = priced(basket(10_000), special(percent="50", cap_percent="30"), stacking=THIRTY).applied
    assert (both.cut_by, both.withheld_minor) == ("program_cap", 2000)


COFFEE = {"goods": {"categories": ["Coffee"]}}


def coffee(amount: int, units: int = 1, **parts: Any) -> Line:
    return Line(amount_minor=amount, product="espresso", category="coffee", quantity_milli=units * 1000, **parts)


CAKE = Line(amount_minor=400, product="cake", category="pastry")

# case, special's parts, lines, units used before, amount off, units counted
SPECIALS: list[tuple[str, dict[str, Any], list[int | Line], Used, int, int]] = [
    ("case 55: buy 2 get 1", {"buy": 2, "free": 1}, [900, 700, 500], Used(), 500, 1000),
    ("case 55: as rung up otherwise", {"buy": 2, "free": 1}, [500, 900, 700], Used(), 500, 1000),
    ("case 55: as one line of three", {"buy": 2, "free": 1}, [coffee(2100, 3)], Used(), 700, 1000),
    ("six: the two cheapest", {"buy": 2, "free": 1}, [900, 900, 900, 100, 100, 100], Used(), 200, 2000),
    ("five: one", {"buy": 2, "free": 1}, [900, 900, 900, 100, 100], Used(), 100, 1000),
    ("buy 2 get 2, takes only one", {"buy": 2, "free": 2}, [900, 700, 500], Used(), 500, 1000),
    ("a third of 10.00", {"buy": 2, "free": 1}, [coffee(1000, 3)], Used(), 333, 1000),
    ("free units limited", {"buy": 1, "free": 1, "limit": 3}, [coffee(900, 3), coffee(800, 2), 500], Used(total_milli=1000), 600, 2000),
    ("what costs nothing is neither bought nor free", {"buy": 2, "free": 1}, [0, 900, 700, 500], Used(), 500, 1000),
    ("only goods meant", {"buy": 1, "free": 1} | COFFEE, [coffee(900), CAKE, coffee(800)], Used(), 800, 1000),
    ("price", {"unit_price": "2.00"} | COFFEE, [coffee(900, 3), CAKE], Used(), 300, 3000),
    ("price, not dearer", {"unit_price": "2.00"}, [coffee(900, 3), coffee(150)], Used(), 300, 3000),
    ("price by weight", {"unit_price": "2.00"}, [Line(amount_minor=105, quantity_milli=350)], Used(), 35, 350),
    ("price for two of three", {"unit_price": "2.00", "limit": 2}, [coffee(900, 3)], Used(), 200, 2000),
    ("price for the dearest", {"unit_price": "2.00", "limit": 1}, [coffee(300), coffee(500), coffee(400)], Used(), 300, 1000),
    ("one left of two", {"unit_price": "2.00", "limit": 2}, [coffee(900, 3)], Used(total_milli=1000), 100, 1000),
    ("half a unit left", {"unit_price": "2.00", "limit": 2}, [coffee(900, 3)], Used(total_milli=1500), 50, 500),
    ("one left today", {"unit_price": "2.00", "limit": 9, "limit_per_day": 2}, [coffee(900, 3)], Used(today_milli=1000), 100, 1000),
    ("percent", {"percent": "20"}, [999], Used(), 200, 1000),
    ("half a cent is rounded up, once", {"percent": "50"}, [1, 1, 1], Used(), 2, 3000),
    ("percent of two units", {"percent": "50", "limit": 2}, [coffee(900, 3)], Used(), 300, 2000),
    ("off each unit", {"unit_amount": "0.50"}, [coffee(900, 3), 30], Used(), 180, 4000),
    ("amount, once an order", {"amount": "15"}, [coffee(900, 3), 800], Used(), 1500, 1000),
    ("amount, at most what the goods cost", {"amount": "15"} | COFFEE, [coffee(900, 3), CAKE], Used(), 900, 1000),
    ("amount is no unit price of its limit", {"amount": "2", "limit": 2}, [900], Used(total_milli=1000), 200, 1000),
]


@pytest.mark.parametrize(("parts", "lines", "used", "off", "units"), [row[1:] for row in SPECIALS], ids=[row[0] for row in SPECIALS])
def test_a_special_gives_what_it_says(parts: dict[str, Any], lines: list[int | Line], used: Used, off: int, units: int) -> None:
    result = priced(basket(*lines), special(**parts), member=Member(used={"s": used}))
    [one] = result.applied
    assert (one.amount_minor, one.units_milli) == (off, units)
    assert result.total_minor == sum(line.amount_minor for line in basket(*lines).lines) - off


# case, offer, member, basket, reason and figures
REASONS: list[tuple[str, Offer, Member | None, Basket, tuple[Any, ...]]] = [
    ("case 56: a guest", special(percent="20", limit=2), None, basket(900), ("for_members",)),
    ("case 56: two had", special(percent="20", limit=2), Member(used={"s": Used(total_milli=2000)}), basket(900), ("limit_reached", 2)),
    (
        "two had today",
        special(percent="20", limit=9, limit_per_day=2),
        Member(used={"s": Used(total_milli=2000, today_milli=2000)}),
        basket(900),
        ("day_limit_reached", 2),
    ),
    (
        "half a free coffee",
        special(buy=1, free=1, limit=2),
        Member(used={"s": Used(total_milli=1500)}),
        basket(9, 9),
        ("limit_reached", 2),
    ),
    (
        "eighth purchase of ten",
        discount(every=10, percent="9"),
        Member(progress={"d": Progress(purchases=7)}),
        basket(9),
        ("lacks_purchases", 2, 10),
    ),
    (
        "two lack",
        discount(after_purchases=5, percent="9"),
        Member(progress={"d": Progress(purchases=3)}),
        basket(9),
        ("lacks_purchases", 2, 5),
    ),
    (
        "4.00 lack",
        discount(after_spend="50", percent="9"),
        Member(progress={"d": Progress(spend_minor=4600)}),
        basket(9),
        ("lacks_spend", 400, 5000),
    ),
    ("a newcomer", discount(after_spend="50", percent="9"), ADA, basket(9), ("lacks_spend", 5000, 5000)),
    ("least order", special(percent="20", min_order="20.00"), ADA, basket(900, 700), ("lacks_amount", 400, 2000)),
    ("a reward is no order", special(amount="1", min_order="20"), ADA, basket(1600, coffee(500, reward=True)), ("lacks_amount", 400, 2000)),
    ("one unit lacks", special(buy=2, free=1), ADA, basket(900, 700), ("lacks_units", 1, 3)),
    ("one that is paid for lacks", special(buy=2, free=1), ADA, basket(900, 700, 0), ("lacks_units", 1, 3)),
    ("other tier", special(percent="9", where={"tiers": ["silver"]}), ADA, basket(9), ("other_tier",)),
    (
        "other trait",
        special(percent="9", where={"traits": {"risk": ["high"]}}),
        Member(traits={"risk": "low"}),
        basket(9),
        ("other_trait",),
    ),
    ("no such trait", special(percent="9", where={"traits": {"risk": ["high"]}}), ADA, basket(9), ("other_trait",)),
    ("other channel", special(percent="9", where={"channels": ["shop"]}), ADA, basket(9), ("not_here",)),
    ("other branch", special(percent="9", where={"branches": ["nord"]}), ADA, basket(9), ("not_here",)),
    ("over", special(percent="9", period={"until_on": "2026-11-19"}), ADA, basket(9), ("not_in_period",)),
    ("later today", special(percent="9", period={"from_time": "18:00"}), ADA, basket(9), ("not_in_period",)),
    ("other goods", special(percent="9", **COFFEE), ADA, basket(9), ("other_goods",)),
    ("only a reward", special(percent="9", **COFFEE), ADA, basket(coffee(300, reward=True)), ("other_goods",)),
    ("only a gift card", special(percent="9"), ADA, basket(Line(amount_minor=5000, excluded=True)), ("other_goods",)),
    ("no dearer than the special", special(unit_price="2.00"), ADA, basket(coffee(600, 3)), ("no_gain",)),
    ("free goods", special(percent="50"), ADA, basket(0), ("nothing_left",)),
]


@pytest.mark.parametrize(("offer", "member", "given", "reason"), [row[1:] for row in REASONS], ids=[row[0] for row in REASONS])
def test_what_does_not_apply_says_why_and_how_near_it_was(
    offer: Offer, member: Member | None, given: Basket, reason: tuple[Any, ...]
) -> None:
    result = priced(given, offer, member=member)
    assert (reasons(result), result.applied) == ({offer.code: reason}, ())
    assert result.total_minor == sum(line.amount_minor for line in given.lines)


REACHED = [
    ("the tenth", discount(every=10, percent="50"), Progress(purchases=9), "every_nth", 450),
    ("kept since the tenth, when another was better", discount(every=10, percent="50"), Progress(purchases=11), "every_nth", 450),
    ("after five", discount(after_purchases=5, amount="3"), Progress(purchases=5), "after_purchases", 300),
    ("50.00 spent", discount(after_spend="50", percent="10", **COFFEE), Progress(spend_minor=5000), "after_spend", 50),
]


@pytest.mark.parametrize(("offer", "progress", "reason", "off"), [row[1:] for row in REACHED], ids=[row[0] for row in REACHED])
def test_a_frequent_buyer_gets_the_discount_without_asking(offer: Offer, progress: Progress, reason: str, off: int) -> None:
    result = priced(basket(400, coffee(500)), offer, member=Member(progress={"d": progress}))
    assert [(one.reason, one.amount_minor) for one in result.applied] == [(reason, off)]


@pytest.mark.parametrize(
    ("days", "since"),
    [(None, None), (1, "2026-11-20T00:00:00+01:00"), (30, "2026-10-22T00:00:00+02:00")],
    ids=["ever", "today", "thirty days, over the end of summer time"],
)
def test_a_window_counts_local_days_and_today_is_one(days: int | None, since: str | None) -> None:
    offer = discount(every=10, percent="5", **({"window_days": days} if days else {}))
    assert counted_from(offer, NOON, BERLIN) == (datetime.fromisoformat(since) if since else None)


def test_rewards_and_gift_cards_are_paid_in_full() -> None:
    given = basket(4000, coffee(300, reward=True), Line(amount_minor=5000, excluded=True))
    result = priced(given, special(percent="50"))
    assert (result.order_minor, result.discount_minor, result.total_minor) == (4000, 2000, 7300)
    assert [line.discount_minor for line in result.lines] == [2000, 0, 0]


def test_a_limit_that_cuts_is_told() -> None:
    [one] = priced(basket(coffee(900, 3)), special(unit_price="2.00", limit=2)).applied
    assert (one.reason, one.cut_by, one.withheld_minor) == ("unit_price", "limit", 0)
    [other] = priced(basket(coffee(900, 3)), special(unit_price="2.00", limit=9, limit_per_day=2)).applied
    assert other.cut_by == "day_limit"
    [free] = priced(basket(9, 9, 9, 9), special(buy=1, free=1, limit=1)).applied
    assert (free.cut_by, free.amount_minor) == ("limit", 9)


def test_a_rounded_cent_never_goes_to_a_line_that_is_already_free() -> None:
    """5 + 0.25 + 0.25 is 6, and the largest remainder would give the first line 6 of its 5."""
    crumbs = [Line(amount_minor=1, quantity_milli=5, product=product) for product in ("bun", "rye")]
    result = priced(basket(5, *crumbs), special(unit_amount="0.50"))
    assert [line.discount_minor for line in result.lines] == [5, 1, 0]


def test_ties_go_to_the_line_that_was_rung_up_first() -> None:
    lines = [Line(amount_minor=1000, product=product) for product in ("rye", "bun", "cake")]
    result = priced(basket(*lines), special(amount="10"))
    assert [line.discount_minor for line in result.lines] == [334, 333, 333]


def test_a_cent_of_line_order_never_changes_the_total() -> None:
    """The first offer's cent goes to one of two equal lines, and the second offer makes the one line free: the total must not follow."""
    offers = (special("a", amount="0.01", priority=1), special("b", percent="100", priority=2, goods={"products": ["rye"]}))
    lines = [Line(amount_minor=100, product="rye"), Line(amount_minor=100, product="bun")]
    results = [priced(basket(*lines), *offers), priced(basket(*reversed(lines)), *offers)]
    assert {(one.total_minor, tuple(taken(one).items())) for one in results} == {(99, (("a", 1), ("b", 100)))}


def test_two_offers_of_one_code_are_refused() -> None:
    with pytest.raises(ValueError):
        priced(basket(9), special(percent="5"), special(percent="6"))


@pytest.mark.parametrize(
    "line", [Line(amount_minor=-1), Line(amount_minor=5, quantity_milli=0), Line(amount_minor=5, quantity_milli=-1000)]
)
def test_a_basket_of_less_than_nothing_is_refused(line: Line) -> None:
    with pytest.raises(ValueError):
        basket(line)


def test_case_27_a_hold_keeps_the_quotes_instant_over_midnight() -> None:
    offer = special(percent="10", period={"until_on": "2026-11-20"})
    quoted = datetime.fromisoformat("2026-11-20T23:58:00+01:00")
    paid = datetime.fromisoformat("2026-11-21T00:04:00+01:00")
    until = datetime.fromisoformat("2026-11-21T00:13:00+01:00")
    quote = priced(basket(10_000), offer, at=quoted)
    assert quote.total_minor == 9000
    assert priced(basket(10_000), offer, at=judged_at(paid, quoted_at=quoted, hold_until=until)) == quote
    assert reasons(priced(basket(10_000), offer, at=paid)) == {"s": ("not_in_period",)}
    assert judged_at(until, quoted_at=quoted, hold_until=until) == until
    assert judged_at(paid, quoted_at=None, hold_until=None) == paid
    assert judged_at(quoted, quoted_at=paid, hold_until=until) == quoted


def test_case_54_a_cancelled_line_takes_its_own_share_with_it() -> None:
    order = priced(basket(6000, 4000), special(amount="10.00"))
    assert [line.shares for line in order.lines] == [(("s", 600),), (("s", 400),)]
    assert refund_of(order.lines, {1: 1000}).amount_minor == 3600
    assert refund_of(order.lines, {0: 1000}).amount_minor == 5400
    assert refund_of(order.lines, {0: 1000, 1: 1000}).by_line == {0: 5400, 1: 3600}


def test_a_line_refunded_in_parts_gives_back_what_it_cost() -> None:
    lines = priced(basket(coffee(1000, 3)), special(amount="0.01")).lines
    parts = [refund_of(lines, {0: 1000}, {0: gone}).amount_minor for gone in (0, 1000, 2000)]
    assert (parts, sum(parts)) == ([333, 333, 333], 999)


@pytest.mark.parametrize(
    ("refunded", "before"),
    [({2: 1000}, {}), ({0: 1001}, {}), ({0: 1000}, {0: 1}), ({0: 0}, {}), ({0: -1}, {0: 5}), ({0: 5}, {0: -5}), ({0: 5}, {7: 5})],
)
def test_more_than_was_sold_is_never_refunded(refunded: dict[int, int], before: dict[int, int]) -> None:
    lines = priced(basket(600, 400)).lines
    with pytest.raises(ValueError):
        refund_of(lines, refunded, before)
