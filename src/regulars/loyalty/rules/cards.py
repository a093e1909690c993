"""Punch cards: what earns a stamp, when a card is full, what a refund takes back, when a card ends (cases 45 to 48, B7).

The state of a member's card is three integers. Surplus is always carried over to the next card. Whatever is punched and taken back, in
whatever order, `stamps - owed + target * full cards` changes by exactly the stamps that came or went: nothing is lost and nothing is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal, Protocol, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.groundwork.kernel.money import minor_units
from regulars.loyalty.rules.calendars import end_of, local_day, months_after, within
from regulars.loyalty.rules.parts import Code, Goods, Name, Part, Period, Positive, Where

MILLI = 1000
MINUTE = timedelta(minutes=1)

# Why a visit got fewer stamps than its goods are worth, or none; the figures that each carries stand behind it.
NOT_HERE = "not_here"  # another channel or branch
OTHER_TIER = "other_tier"
OTHER_TRAIT = "other_trait"
NOT_IN_PERIOD = "not_in_period"
OTHER_GOODS = "other_goods"  # nothing that was paid for is meant
FREE_LINE = "free_line"  # lines: how many of the goods meant were free, and so never count
PART_OF_A_UNIT = "part_of_a_unit"  # quantity_milli: less than one whole unit
LACKS_AMOUNT = "lacks_amount"  # needed_minor, paid_minor, lacks_minor
TOO_SOON = "too_soon"  # minutes_between, minutes_left (rounded up)
PER_VISIT_MAX = "per_visit_max"  # limit, left_out
PER_DAY_MAX = "per_day_max"  # limit, today_so_far, left_out
# And what it got them for.
PER_ITEM = "per_item"  # stamps, quantity_milli
PER_VISIT = "per_visit"  # stamps
PER_AMOUNT = "per_amount"  # stamps, paid_minor, per_minor

# Zero passes the document's own check, so that `faults_of_cards` can say what it means: no stamp, ever.
Limit = Annotated[int, Field(ge=0, le=1000)]


class CardExpiry(Part):
    """When a card that isn't full is over: never; so many months after its first stamp ("fixed"); or after its last one ("activity")."""

    kind: Literal["none", "fixed", "activity"] = "none"
    months: Annotated[int, Field(ge=1, le=120)] | None = None

    @model_validator(mode="after")
    def _months_where_they_count(self) -> Self:
        if (self.months is None) != (self.kind == "none"):
            raise PydanticCustomError("months_of_expiry", "give months for a card that expires, and none for one that never does")
        return self


class CardReward(Part):
    """What a full card gives: a reward of the program, and how many of it."""

    code: Code
    count: int = Field(1, ge=1, le=100)


class Card(Part):
    """A kind of punch card.

    `stamps_per` "item": one for each whole unit of `goods` (weights of all lines together, rounded down once); "visit": one a visit with any
    of them; "amount": one for each full `per_amount` paid for them. `minimum_amount` is what must have been paid for them in the visit.
    Amounts are in whole units of the program's currency ("2.50"). `minutes_between` counts between stamps of any two visits.
    """

    code: Code
    name: Name
    goods: Goods = Goods()
    stamps_per: Literal["item", "visit", "amount"] = "item"
    per_amount: Positive | None = None
    target: int = Field(ge=2, le=100)
    per_visit_max: Limit | None = None
    per_day_max: Limit | None = None
    minutes_between: int = Field(0, ge=0, le=7 * 24 * 60)
    minimum_amount: Positive | None = None
    where: Where = Where()
    period: Period = Period()
    expiry: CardExpiry = CardExpiry()
    reward: CardReward

    @model_validator(mode="after")
    def _amount_where_it_counts(self) -> Self:
        if (self.per_amount is None) != (self.stamps_per != "amount"):
            raise PydanticCustomError("per_amount", "give per_amount with stamps per amount, and only then")
        return self


class SoldLine(Protocol):
    """A position as stamps see it: `amount_minor` is what was paid for it, after discounts and points. `reward`: given for points or stamps;
    `excluded`: a gift card and the like."""

    @property
    def product(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def quantity_milli(self) -> int: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def reward(self) -> bool: ...
    @property
    def excluded(self) -> bool: ...


class Sold(Protocol):
    """A basket as stamps see it."""

    @property
    def lines(self) -> Sequence[SoldLine]: ...
    @property
    def currency(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def branch(self) -> str: ...


class Holder(Protocol):
    """Whose card it is: the tiers held before this purchase (P8), and published traits."""

    @property
    def tiers(self) -> frozenset[str]: ...
    @property
    def traits(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the account of a visit's stamps: a code of this module and its figures."""

    code: str
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamps:
    """How many stamps a visit gives, and why so many and not more."""

    count: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Punches:
    """How a member's card stands. `target` is the one that it was begun with (a card in use keeps it); `owed` are stamps that were taken back
    when there were none left, and that the next ones repay. Raises ValueError for a card that can't exist."""

    target: int
    stamps: int = 0
    owed: int = 0

    def __post_init__(self) -> None:
        if self.target < 2 or not 0 <= self.stamps < self.target or self.owed < 0 or (self.stamps and self.owed):
            raise ValueError(f"no card stands at {self.stamps} of {self.target} with {self.owed} owed")


def stamps_for(
    card: Card,
    basket: Sold,
    *,
    holder: Holder,
    today_so_far: int,
    last_stamp_at: datetime | None,
    at: datetime,
    zone: ZoneInfo,
) -> Stamps:
    """The stamps that a purchase gives on a card, with the account of it; a count of 0 always says why.

    `today_so_far` are the card's stamps of the local day of `at`; `last_stamp_at` is the stamp nearest to `at`, which for a receipt that
    comes in late may lie after it. Raises NotMoney for an amount that the basket's currency can't have (`faults_of_cards` finds it first).
    """
    refused = _not_now(card, basket, holder, last_stamp_at, at, zone)
    if refused:
        return Stamps(0, (refused,))
    meant = [line for line in basket.lines if not line.excluded and card.goods.mean(line.product, line.category)]
    paid_for = [line for line in meant if not line.reward and line.amount_minor > 0]
    free = (Reason(FREE_LINE, {"lines": len(meant) - len(paid_for)}),) if len(meant) > len(paid_for) else ()
    worth = _worth(card, paid_for, basket.currency)
    limited = _limited(card, worth.count, today_so_far) if worth.count else Stamps(0, ())
    return Stamps(limited.count, (*worth.reasons, *free, *limited.reasons))


def _not_now(card: Card, basket: Sold, holder: Holder, last_stamp_at: datetime | None, at: datetime, zone: ZoneInfo) -> Reason | None:
    where = card.where
    if (where.channels and basket.channel not in where.channels) or (where.branches and basket.branch not in where.branches):
        return Reason(NOT_HERE)
    if where.tiers and holder.tiers.isdisjoint(where.tiers):
        return Reason(OTHER_TIER)
    if any(holder.traits.get(name) not in values for name, values in where.traits.items()):
        return Reason(OTHER_TRAIT)
    if not within(card.period, at, zone):
        return Reason(NOT_IN_PERIOD)
    # The distance, not the order: two receipts of one minute are too close whichever of them comes in first.
    left = card.minutes_between * MINUTE - abs(at - last_stamp_at) if last_stamp_at else timedelta(0)
    if left > timedelta(0):
        return Reason(TOO_SOON, {"minutes_between": card.minutes_between, "minutes_left": -(-left // MINUTE)})
    return None


def _worth(card: Card, lines: Sequence[SoldLine], currency: str) -> Stamps:
    """The stamps of the goods themselves, before any limit."""
    paid = sum(line.amount_minor for line in lines)
    if not lines:
        return Stamps(0, (Reason(OTHER_GOODS),))
    needed = minor_units(card.minimum_amount, currency) if card.minimum_amount else 0
    if paid < needed:
        return Stamps(0, (_lacks(needed, paid),))
    if card.per_amount:
        per = minor_units(card.per_amount, currency)
        reason = Reason(PER_AMOUNT, {"stamps": paid // per, "paid_minor": paid, "per_minor": per}) if paid >= per else _lacks(per, paid)
        return Stamps(paid // per, (reason,))
    if card.stamps_per == "visit":
        return Stamps(1, (Reason(PER_VISIT, {"stamps": 1}),))
    quantity = sum(line.quantity_milli for line in lines)
    whole = quantity // MILLI
    figures = {"stamps": whole, "quantity_milli": quantity}
    return Stamps(whole, (Reason(PER_ITEM, figures) if whole else Reason(PART_OF_A_UNIT, {"quantity_milli": quantity}),))


def _lacks(needed: int, paid: int) -> Reason:
    return Reason(LACKS_AMOUNT, {"needed_minor": needed, "paid_minor": paid, "lacks_minor": needed - paid})


def _limited(card: Card, count: int, today_so_far: int) -> Stamps:
    reasons = []
    if card.per_visit_max is not None and count > card.per_visit_max:
        reasons.append(Reason(PER_VISIT_MAX, {"limit": card.per_visit_max, "left_out": count - card.per_visit_max}))
        count = card.per_visit_max
    if card.per_day_max is not None and count > (room := max(card.per_day_max - today_so_far, 0)):
        reasons.append(Reason(PER_DAY_MAX, {"limit": card.per_day_max, "today_so_far": today_so_far, "left_out": count - room}))
        count = room
    return Stamps(count, tuple(reasons))


def punched(state: Punches, stamps: int) -> tuple[Punches, int]:
    """The card after new stamps, and how many cards they filled. Stamps that are owed are repaid first (case 47); what is over goes on the
    next card (case 45). Raises ValueError below zero."""
    if stamps < 0:
        raise ValueError("stamps are taken back by taken_back")
    held = state.stamps - state.owed + stamps
    full = max(held, 0) // state.target
    return _standing_at(state, held - full * state.target), full


def taken_back(state: Punches, stamps: int, cards_unused: int) -> tuple[Punches, int]:
    """The card after a refund, and how many full cards it undoes.

    `cards_unused` are full cards none of whose rewards has been redeemed: only where the stamps don't suffice is one undone, its rewards
    withdrawn and its stamps put back (case 46); where there is none, the rest is owed (case 47). Raises ValueError below zero.
    """
    if stamps < 0 or cards_unused < 0:
        raise ValueError("stamps come by punched, and cards are counted from zero")
    left = state.stamps - state.owed - stamps
    undone = min(cards_unused, max(-(left // state.target), 0))
    return _standing_at(state, left + undone * state.target), undone


def _standing_at(state: Punches, left: int) -> Punches:
    return Punches(state.target, max(left, 0), max(-left, 0))


def card_ends(card: Card, first_at: datetime | None, last_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The instant from which a card's stamps count no more, in UTC: the end of a local day (P6). None: it never ends, or has no stamp yet.

    `first_at` and `last_at` are the first and last stamp on the card that is being filled: surplus counts from the purchase it came with.
    """
    stamp_at = first_at if card.expiry.kind == "fixed" else last_at
    if card.expiry.months is None or stamp_at is None:
        return None
    return end_of(months_after(local_day(stamp_at, zone), card.expiry.months), zone)
