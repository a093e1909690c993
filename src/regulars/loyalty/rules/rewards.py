"""Rewards, as a section of a program's document (R13): what they are, what they cost, who may have them, and how long their vouchers last.

A reward reaches a member in two steps. They *get* it: for units of its price, from a full card, with a tier, as a gift, or as a code of a batch.
They get it as a voucher, which they *use* when they buy. `period`, and the tiers and traits of `where`, say when and for whom a reward may be
had for its price; the channels and branches of `where` say where its vouchers may be used, however they were got.

`stock` and the limits per member count what is had for the price. What a card, a tier or a person promised is given, whatever is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.groundwork.kernel.money import NotMoney, minor_units
from regulars.loyalty.rules.baskets import OTHER_TIER, OTHER_TRAIT
from regulars.loyalty.rules.calendars import DAY, end_of, local_day
from regulars.loyalty.rules.contradictions import faults_of_period, never_means, never_published
from regulars.loyalty.rules.parts import Code, Goods, Name, Note, Number, Part, Percent, Period, Positive, Where
from regulars.loyalty.rules.units import Unit

Fault = tuple[str, str]
# What may be published all the same: hours that a clock change skips on some days, and limits that limit nothing.
WARNINGS = frozenset({"hours_skipped", "day_limit_idle", "limit_without_price"})
LIMITS = ("stock", "per_member_max", "per_member_day_max")
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Price(Part):
    """So many units of a spendable unit, as people write them ("2.5" where the unit has a decimal)."""

    unit: Code
    units: Positive


class Reward(Part):
    """Something that a member gets.

    `kind` "goods": one of the goods meant is free; "money_off": `amount` off the goods meant; "percent_off": `percent` off them; "gift": a thing
    that is no goods of the till. `price`: None for what only cards, tiers, batches and people give. `cost` is what one costs the business, in
    the program's money. `stock`: how many there are in all, since the first version that had the reward. `valid_days`: a voucher may be used
    until the end of the day so many days after it was given; None: for ever.
    """

    code: Code
    name: Name
    description: Note = ""
    kind: Literal["goods", "money_off", "percent_off", "gift"]
    goods: Goods = Goods()
    amount: Positive | None = None
    percent: Percent | None = None
    price: Price | None = None
    cost: Number = Decimal(0)
    stock: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    per_member_max: Count | None = None
    per_member_day_max: Count | None = None
    valid_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    where: Where = Where()
    period: Period = Period()

    @model_validator(mode="after")
    def _as_its_kind_wants(self) -> Self:
        if (self.amount is not None) != (self.kind == "money_off"):
            raise PydanticCustomError("amount_of_reward", "give an amount with money off, and only then")
        if (self.percent is not None) != (self.kind == "percent_off"):
            raise PydanticCustomError("percent_of_reward", "give a percentage with percent off, and only then")
        if self.kind == "goods" and not (self.goods.products or self.goods.categories):
            raise PydanticCustomError("goods_of_reward", "say which goods are free")
        if self.kind == "gift" and self.goods != Goods():
            raise PydanticCustomError("goods_of_gift", "a gift is no goods of the till; leave the goods out")
        return self


def reward_named(rewards: Sequence[Reward], code: str) -> Reward | None:
    """The reward with this code, or None."""
    return next((one for one in rewards if one.code == code), None)


def price_units(price: Price, unit: Unit) -> int:
    """The price in the unit's smallest ones. Raises ValueError for more decimals than the unit has (a document is checked for that)."""
    scaled = price.units.scaleb(unit.scale)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{unit.code} has {unit.scale} decimals")
    return int(scaled)


def cost_minor(reward: Reward, currency: str) -> int:
    """What one costs the business, in minor units."""
    return minor_units(reward.cost, currency)


def voucher_ends(reward: Reward, given_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant from which a voucher given now can't be used any more (P6); None: never."""
    if reward.valid_days is None:
        return None
    return end_of(local_day(given_at, zone) + reward.valid_days * DAY, zone)


def ends_with(day: date | None, zone: ZoneInfo) -> datetime | None:
    """ "Until day D" as an instant: the first one of the day after (P6, case 21)."""
    return None if day is None else end_of(day, zone)


def not_theirs(where: Where, tiers: Collection[str], traits: Mapping[str, str]) -> str:
    """Why a member with these tiers and traits may not have it; empty: they may."""
    if where.tiers and not set(where.tiers) & set(tiers):
        return OTHER_TIER
    if any(traits.get(name) not in values for name, values in where.traits.items()):
        return OTHER_TRAIT
    return ""


def is_here(where: Where, channel: str, branch: str) -> bool:
    """Whether its vouchers may be used there. Who doesn't say where they are is nowhere in particular."""
    return (not where.channels or channel in where.channels) and (not where.branches or branch in where.branches)


def faults_of_rewards(
    rewards: Sequence[Reward], units: Sequence[Unit], zone: ZoneInfo, *, currency: str, tiers: Collection[str]
) -> list[Fault]:
    """All faults as (place, code), in the order of the document.

    Codes: duplicate_code, unknown_unit, not_spendable, too_many_decimals (a price, an amount or a cost that can't be paid), unknown_tier,
    trait_without_values, goods_all_excepted, weekdays_never, hours_never, hours_skipped (a warning), day_limit_idle (a limit per day that the
    one in all makes void: a warning), limit_without_price (of what nobody can have for units: a warning).
    """
    codes = Counter(reward.code for reward in rewards)
    known = {unit.code: unit for unit in units}
    found: list[Fault] = []
    for number, reward in enumerate(rewards):
        place = f"rewards.{number}"
        if codes[reward.code] > 1:
            found.append((f"{place}.code", "duplicate_code"))
        parts = (*_of_price(reward, known), *_of_money(reward, currency), *_of_limits(reward), *_of_matching(reward, zone, tiers))
        found += [(f"{place}.{rest}", code) for rest, code in parts]
    return found


def _of_price(reward: Reward, known: Mapping[str, Unit]) -> Iterator[Fault]:
    if reward.price is None:
        return
    unit = known.get(reward.price.unit)
    if unit is None:
        yield "price.unit", "unknown_unit"
    elif unit.kind != "spendable":
        yield "price.unit", "not_spendable"
    elif reward.price.units.scaleb(unit.scale) % 1:
        yield "price.units", "too_many_decimals"


def _of_money(reward: Reward, currency: str) -> Iterator[Fault]:
    for name in ("amount", "cost"):
        try:
            minor_units(getattr(reward, name) or "0", currency)
        except NotMoney:
            yield name, "too_many_decimals"


def _of_limits(reward: Reward) -> Iterator[Fault]:
    if reward.price is None:
        yield from ((name, "limit_without_price") for name in LIMITS if getattr(reward, name) is not None)
    elif reward.per_member_max and reward.per_member_day_max and reward.per_member_day_max >= reward.per_member_max:
        yield "per_member_day_max", "day_limit_idle"


def _of_matching(reward: Reward, zone: ZoneInfo, tiers: Collection[str]) -> Iterator[Fault]:
    if never_means(reward.goods):
        yield "goods", "goods_all_excepted"
    for number, tier in enumerate(reward.where.tiers):
        if tier not in tiers:
            yield f"where.tiers.{number}", "unknown_tier"
    for name in never_published(reward.where):
        yield f"where.traits.{name}", "trait_without_values"
    for code in faults_of_period(reward.period, zone):
        yield "period", code
