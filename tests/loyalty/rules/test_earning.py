"""What a basket earns, and the reasons that it gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from regulars.loyalty.rules.earning import Earned, Earning, Standing, barred, points_for
from regulars.loyalty.rules.parts import Where
from regulars.loyalty.rules.receipts import Receipt, ReceiptLine
from regulars.loyalty.rules.units import Unit

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)
POINTS = {"code": "points", "name": "Points"}
BASE = {"code": "base", "name": "One a euro", "unit": "points", "points": 1, "per_amount": 1}
ITEM = {"code": "item", "name": "Each item", "unit": "points", "points": 3, "per": "item"}
VISIT = {"code": "visit", "name": "Each visit", "unit": "points", "points": 5, "per": "visit"}


def rule(shape: dict[str, Any], **more: Any) -> Earning:
    return Earning.model_validate_json(json.dumps(shape | more))


def unit(**more: Any) -> Unit:
    return Unit.model_validate(POINTS | more)


def line(amount: int, product: str = "", category: str = "", milli: int = 1000, **more: Any) -> ReceiptLine:
    return ReceiptLine(amount_minor=amount, product=product, category=category, quantity_milli=milli, **more)


def earned(
    *lines: ReceiptLine,
    rules: Any = (BASE,),
    units: Any = None,
    standing: Standing | None = None,
    at: datetime = NOON,
    decimals: int = 2,
    **place: Any,
) -> Earned:
    found = all_earned(*lines, rules=rules, units=units, standing=standing, at=at, decimals=decimals, **place)
    assert len(found) == 1
    return found[0]


def all_earned(
    *lines: ReceiptLine,
    rules: Any,
    units: Any = None,
    standing: Standing | None = None,
    at: datetime = NOON,
    decimals: int = 2,
    **place: Any,
) -> list[Earned]:
    chosen = [one if isinstance(one, Earning) else rule(one) for one in rules]
    basket = Receipt(lines=lines, currency="EUR", **place)
    return points_for(basket, chosen, units or [unit()], standing or Standing(), at=at, zone=BERLIN, decimals=decimals)


def reasons(found: Earned) -> dict[str, str]:
    return {step["rule"]: step["reason"] for step in found.why["rules"]}


@pytest.mark.parametrize(
    ("amount", "rounding", "units"),
    [
        (1050, "floor", 10),
        (1150, "floor", 11),
        (1050, "half_up", 11),
        (1150, "half_up", 12),
        (1050, "half_even", 10),
        (1150, "half_even", 12),
    ],
)
def test_1_an_order_is_rounded_once_as_the_program_says(amount: int, rounding: str, units: int) -> None:
    assert earned(line(amount), units=[unit(rounding=rounding)]).units == units


def test_2_three_lines_are_rounded_together() -> None:
    assert earned(line(50), line(50), line(50), units=[unit(rounding="half_up")]).units == 2


def test_3_decimals_of_a_unit_are_exact() -> None:
    assert earned(line(89), units=[unit(scale=2)]).units == 89


@pytest.mark.parametrize(
    ("more", "amount", "decimals", "units"),
    [
        ({"per_amount": 10}, 2190, 2, 2),
        ({"points": 2}, 1000, 2, 20),
        ({"points": "0.5", "per_amount": "2.50"}, 1000, 2, 2),
        ({}, 1000, 0, 1000),
        ({}, 12_000, 3, 12),
    ],
    ids=["4 one for ten", "two for one", "half for two and a half", "yen", "dinar"],
)
def test_units_per_amount(more: dict[str, Any], amount: int, decimals: int, units: int) -> None:
    assert earned(line(amount), rules=[BASE | more], decimals=decimals).units == units


def test_an_entry_keeps_of_the_members_traits_only_what_a_rule_asked_for() -> None:
    known = Standing(traits={"risk": "low", "segment": "regular"})
    assert earned(line(1000), standing=known).why["traits"] == {}
    asking = BASE | {"where": {"traits": {"risk": ["low"]}}}
    assert earned(line(1000), standing=known, rules=[asking]).why["traits"] == {"risk": "low"}


def test_43_the_tier_multiplies_what_is_spent_and_not_what_qualifies() -> None:
    gold = Standing(tiers=frozenset({"gold"}), traits={"risk": "low"}, factor=Fraction(3, 2))
    found = earned(line(1000), standing=gold)
    assert found.units == 15
    assert (found.why["factor"], found.why["exact"], found.why["tiers"]) == ("3/2", "15", ["gold"])
    qualifying = earned(line(1000), standing=gold, units=[unit(kind="qualifying")])
    assert (qualifying.units, qualifying.why["factor"]) == (10, "1")


def test_13_what_is_excluded_earns_nothing() -> None:
    found = earned(line(4000, "coffee"), line(0, "roll"), line(5000, "card", excluded=True))
    assert found.units == 40
    assert found.why["rules"] == [{"rule": "base", "exact": "40", "basis_minor": 4000, "reason": "counts"}]
    assert found.why["rounding"] == "floor"


def test_each_item_that_was_paid_counts_by_whole_ones() -> None:
    found = earned(line(500, "a", milli=2000), line(100, "b", milli=1999), line(0, "free", milli=3000), rules=[ITEM])
    assert (found.units, found.why["rules"][0]["items"], reasons(found)) == (9, 3, {"item": "counts"})


def test_half_an_item_is_none() -> None:
    found = earned(line(500, "a", milli=999), rules=[ITEM])
    assert (found.units, reasons(found)) == (0, {"item": "no_such_goods"})


def test_an_item_for_a_cent_is_an_item() -> None:
    assert earned(line(1, "a"), rules=[ITEM]).units == 3


@pytest.mark.parametrize(("amount", "units", "reason"), [(1, 5, "counts"), (0, 0, "nothing_paid")])
def test_a_visit_counts_when_something_was_paid(amount: int, units: int, reason: str) -> None:
    found = earned(line(amount), rules=[VISIT])
    assert (found.units, reasons(found)) == (units, {"visit": reason})


def test_goods_decide_what_a_rule_counts() -> None:
    sweet = BASE | {"code": "sweet", "goods": {"categories": ["sweet"]}, "points": 2}
    found = earned(line(1000, "cake", "sweet"), line(500, "rye", "bread"), rules=[BASE, sweet])
    assert found.units == 35
    none = earned(line(500, "rye", "bread"), rules=[sweet])
    assert (none.units, reasons(none)) == (0, {"sweet": "no_such_goods"})


@pytest.mark.parametrize(
    ("amount", "units", "reason", "lacks"), [(999, 0, "below_minimum", 1), (1000, 10, "counts", None), (0, 0, "below_minimum", 1000)]
)
def test_a_least_amount(amount: int, units: int, reason: str, lacks: int | None) -> None:
    found = earned(line(amount), rules=[BASE | {"minimum_amount": 10}])
    assert (found.units, reasons(found), found.why.get("lacks_minor")) == (units, {"base": reason}, lacks)
    assert found.why["rules"][0].get("minimum_minor") == (1000 if lacks else None)


def test_of_several_least_amounts_the_nearest_is_told() -> None:
    rules = [BASE | {"minimum_amount": 10}, BASE | {"code": "more", "minimum_amount": 20}]
    assert earned(line(900), rules=rules).why["lacks_minor"] == 100
    # One that counts leaves nothing to tell.
    assert "lacks_minor" not in earned(line(900), rules=[*rules, BASE | {"code": "always"}]).why


def test_a_least_amount_counts_its_own_goods() -> None:
    bread = BASE | {"minimum_amount": 10, "goods": {"categories": ["bread"]}}
    assert earned(line(5000, "cake", "sweet"), line(400, "rye", "bread"), rules=[bread]).why["lacks_minor"] == 600


def test_what_lies_above_a_least_amount_but_is_barred_lacks_nothing() -> None:
    found = earned(line(5000), rules=[BASE | {"minimum_amount": 10, "where": {"channels": ["shop"]}}], channel="till")
    assert "lacks_minor" not in found.why


@pytest.mark.parametrize(
    ("amount", "more", "standing", "scale", "lacks"),
    [
        (60, {}, Standing(), 0, 40),
        (60, {"per_amount": 10}, Standing(), 0, 940),
        (30, {}, Standing(factor=Fraction(2)), 0, 20),
        (99, {"points": 2, "per_amount": 3}, Standing(), 0, 51),
        (33, {"per_amount": "0.99"}, Standing(), 0, 66),
        (10, {"per_amount": 3}, Standing(), 1, 20),
    ],
)
def test_zero_says_how_much_was_missing(amount: int, more: dict[str, Any], standing: Standing, scale: int, lacks: int) -> None:
    found = earned(line(amount), rules=[BASE | more], standing=standing, units=[unit(scale=scale)])
    assert (found.units, found.why["lacks_minor"]) == (0, lacks)
    again = earned(line(amount + lacks), rules=[BASE | more], standing=standing, units=[unit(scale=scale)])
    assert again.units == 1


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        ([BASE], [line(100)]),
        ([BASE], [line(150)]),
        ([BASE, BASE | {"code": "other"}], [line(10)]),
        ([ITEM | {"points": "0.1"}], [line(100)]),
    ],
    ids=["a unit earned", "one and a half earned", "two rules", "a rule per item"],
)
def test_where_there_is_no_plain_answer_nothing_is_missing(rules: Any, lines: Any) -> None:
    assert "lacks_minor" not in earned(*lines, rules=rules).why


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ({}, ""),
        ({"channels": ["shop"]}, "other_channel"),
        ({"channels": ["shop", "till"]}, ""),
        ({"branches": ["station"]}, "other_branch"),
        ({"branches": ["market"]}, ""),
        ({"tiers": ["gold"]}, "other_tier"),
        ({"tiers": ["gold", "silver"]}, ""),
        ({"traits": {"risk": ["high"]}}, "other_members"),
        ({"traits": {"risk": ["low", "high"]}}, ""),
        ({"traits": {"risk": ["low"], "segment": ["regular"]}}, "other_members"),
        ({"channels": ["shop"], "branches": ["station"]}, "other_channel"),
    ],
)
def test_where_a_rule_counts(where: dict[str, Any], reason: str) -> None:
    basket = Receipt(lines=(line(1000),), currency="EUR", channel="till", branch="market")
    assert barred(Where.model_validate_json(json.dumps(where)), basket, frozenset({"silver"}), {"risk": "low"}) == reason
    standing = Standing(tiers=frozenset({"silver"}), traits={"risk": "low"})
    found = earned(line(1000), rules=[BASE | {"where": where}], standing=standing, channel="till", branch="market")
    assert (found.units, reasons(found)["base"]) == (0 if reason else 10, reason or "counts")


@pytest.mark.parametrize(
    ("at", "reason"), [("2026-11-01T05:30+00:00", "counts"), ("2026-11-01T06:30+00:00", "counts"), ("2026-11-01T07:30+00:00", "not_now")]
)
def test_19_an_hour_that_comes_twice_counts_twice(at: str, reason: str) -> None:
    happy = rule(BASE | {"period": {"from_time": "01:00", "until_time": "02:00"}})
    basket = Receipt(lines=(line(1000),), currency="USD")
    zone = ZoneInfo("America/New_York")
    found = points_for(basket, [happy], [unit()], Standing(), at=datetime.fromisoformat(at), zone=zone, decimals=2)
    assert reasons(found[0]) == {"base": reason}
    assert (found[0].units, found[0].why["exact"]) == ((10, "10") if reason == "counts" else (0, "0"))


@pytest.mark.parametrize("turned", [False, True])
def test_of_rules_marked_best_the_one_that_gives_most_counts_whatever_their_order(turned: bool) -> None:
    rules = [
        BASE,
        BASE | {"code": "a", "points": 2, "mode": "best"},
        BASE | {"code": "b", "points": 3, "mode": "best"},
        BASE | {"code": "c", "points": 3, "mode": "best"},
        BASE | {"code": "d", "points": 9, "mode": "best", "where": {"channels": ["shop"]}},
    ]
    found = earned(line(1000), rules=rules[::-1] if turned else rules, channel="till")
    assert found.units == 40
    assert reasons(found) == {"a": "another_gives_more", "b": "another_gives_more", "base": "counts", "c": "counts", "d": "other_channel"}


def test_each_unit_has_its_own_rules_in_the_order_of_their_codes() -> None:
    stars = Unit.model_validate({"code": "stars", "name": "Stars", "kind": "qualifying"})
    idle = Unit.model_validate({"code": "idle", "name": "Idle"})
    rules = [BASE, BASE | {"code": "star", "unit": "stars", "points": 2}]
    found = all_earned(line(1000), rules=rules, units=[stars, idle, unit()])
    assert [(one.unit, one.units) for one in found] == [("points", 10), ("stars", 20)]


@pytest.mark.parametrize("wrong", [BASE | {"per_amount": None}, ITEM | {"per_amount": 1}, VISIT | {"per_amount": 1}])
def test_an_amount_belongs_to_a_rule_per_amount(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="per_amount belongs to a rule per amount"):
        rule(wrong)
