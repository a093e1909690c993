"""What a purchase earns: exact, rounded once per order, and able to explain itself (P1, cases 1 to 3, 11, 13, 19, 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from regulars.loyalty.rules.calendars import within
from regulars.loyalty.rules.parts import Code, Goods, Name, Number, Part, Period, Positive, Where
from regulars.loyalty.rules.receipts import Receipt
from regulars.loyalty.rules.units import Unit, rounded


class Earning(Part):
    """A rule by which purchases earn: so many `points` of a unit per amount of money, per item or per visit.

    `mode` add: on top of all others; best: of the rules marked so, only the one that gives most.
    """

    code: Code
    name: Name
    unit: Code
    points: Positive
    per: Literal["amount", "item", "visit"] = "amount"
    per_amount: Positive | None = None
    minimum_amount: Number | None = None
    goods: Goods = Goods()
    where: Where = Where()
    period: Period = Period()
    mode: Literal["add", "best"] = "add"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.per == "amount") != (self.per_amount is not None):
            raise ValueError("per_amount belongs to a rule per amount, and to no other")
        return self


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a rule may know of the member: tiers held before this purchase, published traits, and what each tier multiplies."""

    tiers: frozenset[str] = frozenset()
    traits: Mapping[str, str] = field(default_factory=dict)
    factor: Fraction = Fraction(1)


@dataclass(frozen=True, kw_only=True)
class Earned:
    """Units in the smallest step (points × 10^scale), and why: JSON that a page can turn into a sentence."""

    unit: str
    units: int
    why: dict[str, Any]


def points_for(
    basket: Receipt, rules: Sequence[Earning], units: Sequence[Unit], standing: Standing, *, at: datetime, zone: ZoneInfo, decimals: int
) -> list[Earned]:
    """What a basket earns of each unit that has a rule, zero included. `decimals`: those of the basket's currency."""
    found = []
    for unit in sorted(units, key=lambda one: one.code):
        own = sorted((rule for rule in rules if rule.unit == unit.code), key=lambda one: one.code)
        if own:
            found.append(_earned(basket, own, unit, standing, at, zone, Decimal(10) ** decimals))
    return found


def _earned(
    basket: Receipt, rules: Sequence[Earning], unit: Unit, standing: Standing, at: datetime, zone: ZoneInfo, minor: Decimal
) -> Earned:
    steps = [_step(basket, rule, standing, at, zone, minor) for rule in rules]
    counted = _stacked(rules, steps)
    # The tier multiplies what is spent, never what qualifies: a tier must not carry itself.
    factor = standing.factor if unit.kind == "spendable" else Fraction(1)
    exact = sum((step["exact"] for step in counted), Fraction(0)) * factor * 10**unit.scale
    units = rounded(exact, unit.rounding)
    # Of what is known about the member, only what a rule asked for: entries are kept for ever.
    asked = {name for rule in rules for name in rule.where.traits}
    why: dict[str, Any] = {
        "rules": [_written(step) for step in steps],
        "exact": str(exact),
        "rounding": unit.rounding,
        "factor": str(factor),
        "tiers": sorted(standing.tiers),
        "traits": {name: value for name, value in sorted(standing.traits.items()) if name in asked},
    }
    lacks = _lacks(basket, rules, counted, exact, units, unit, factor, minor)
    return Earned(unit=unit.code, units=units, why=why | ({"lacks_minor": lacks} if lacks else {}))


def _step(basket: Receipt, rule: Earning, standing: Standing, at: datetime, zone: ZoneInfo, minor: Decimal) -> dict[str, Any]:
    """One rule's part: its code, why it counts or not, on what, and the exact points."""
    step: dict[str, Any] = {"rule": rule.code, "exact": Fraction(0)}
    reason = _barred(rule, basket, standing, at, zone)
    if reason:
        return step | {"reason": reason}
    meant = [line for line in basket.lines if not line.excluded and rule.goods.mean(line.product, line.category)]
    amount = sum(line.amount_minor for line in meant)
    step["basis_minor"] = amount
    minimum = int((rule.minimum_amount or Decimal(0)) * minor)
    if amount < minimum:
        return step | {"reason": "below_minimum", "minimum_minor": minimum}
    if not meant:
        return step | {"reason": "no_such_goods"}
    points = Fraction(rule.points)
    if rule.per == "amount":
        return step | {"reason": "counts", "exact": points * amount / Fraction((rule.per_amount or Decimal(1)) * minor)}
    if rule.per == "item":
        items = sum(line.quantity_milli // 1000 for line in meant if line.amount_minor > 0)
        return step | {"reason": "counts" if items else "no_such_goods", "items": items, "exact": points * items}
    return step | {"reason": "counts" if amount > 0 else "nothing_paid", "exact": points if amount > 0 else Fraction(0)}


def barred(where: Where, basket: Receipt, tiers: frozenset[str], traits: Mapping[str, str]) -> str:
    """Why a rule doesn't count here or for this member, as a code; empty when it does."""
    if where.channels and basket.channel not in where.channels:
        return "other_channel"
    if where.branches and basket.branch not in where.branches:
        return "other_branch"
    if where.tiers and not tiers & set(where.tiers):
        return "other_tier"
    if any(traits.get(name) not in allowed for name, allowed in where.traits.items()):
        return "other_members"
    return ""


def _barred(rule: Earning, basket: Receipt, standing: Standing, at: datetime, zone: ZoneInfo) -> str:
    if not within(rule.period, at, zone):
        return "not_now"
    return barred(rule.where, basket, standing.tiers, standing.traits)


def _stacked(rules: Sequence[Earning], steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    best = [step for rule, step in zip(rules, steps, strict=True) if rule.mode == "best" and step["exact"]]
    # Ties by the rule's code: the order in which rules are stored decides nothing.
    chosen = max(best, key=lambda step: (step["exact"], step["rule"])) if best else None
    for step in best:
        if step is not chosen:
            step["reason"] = "another_gives_more"
    return [step for rule, step in zip(rules, steps, strict=True) if (rule.mode == "add" and step["exact"]) or step is chosen]


def _lacks(
    basket: Receipt,
    rules: Sequence[Earning],
    counted: Sequence[dict[str, Any]],
    exact: Fraction,
    units: int,
    unit: Unit,
    factor: Fraction,
    minor: Decimal,
) -> int:
    """How much money was missing to the next unit, where one rule per amount says so; 0 when that has no plain answer."""
    by_code = {rule.code: rule for rule in rules}
    below = [rule for rule in rules if rule.minimum_amount and not counted]
    if below:
        amounts = {rule.code: sum(one.amount_minor for one in basket.lines if rule.goods.mean(one.product, one.category)) for rule in below}
        return min(max(int((rule.minimum_amount or Decimal(0)) * minor) - amounts[rule.code], 0) for rule in below)
    if len(counted) != 1 or by_code[counted[0]["rule"]].per != "amount" or units > 0:
        return 0
    rule = by_code[counted[0]["rule"]]
    rate = Fraction(rule.points) * factor * 10**unit.scale / Fraction((rule.per_amount or Decimal(1)) * minor)
    missing = (Fraction(1) - exact) / rate
    return ceil(Fraction(missing))


def _written(step: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Fraction) else value for name, value in step.items()}
