"""What a quote is made of: the basket and the member that go in, the priced lines and the reasons that come out.

Amounts in minor units of the basket's currency, quantities in thousandths. Codes and figures only: whoever shows them finds the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Why an offer was not applied.
NOT_HERE = "not_here"  # another channel or branch
NOT_IN_PERIOD = "not_in_period"
OTHER_GOODS = "other_goods"  # nothing in the basket is meant
FOR_MEMBERS = "for_members"  # a guest asks
OTHER_TIER = "other_tier"
OTHER_TRAIT = "other_trait"
LACKS_AMOUNT = "lacks_amount"  # lacks: minor units of the order
LACKS_PURCHASES = "lacks_purchases"  # lacks: purchases
LACKS_SPEND = "lacks_spend"  # lacks: minor units spent in the window
LACKS_UNITS = "lacks_units"  # lacks: whole units of the goods meant
LIMIT_REACHED = "limit_reached"  # limit: units per member
DAY_LIMIT_REACHED = "day_limit_reached"  # limit: units per member and day
CAPPED = "capped"  # earlier offers took all that the program allows
TOO_MANY = "too_many"  # limit: how many offers join
NOTHING_LEFT = "nothing_left"  # the goods meant cost nothing any more
NO_GAIN = "no_gain"  # the goods cost no more than the special price
BEATEN = "beaten"  # by: the offers that are better for the customer

# Why it was, per way of giving; and what kept it from giving more.
EVERY, AFTER_PURCHASES, AFTER_SPEND = "every_nth", "after_purchases", "after_spend"
UNIT_PRICE, UNIT_AMOUNT, PERCENT, AMOUNT, CHEAPEST_FREE = "unit_price", "unit_amount", "percent", "amount", "cheapest_free"
BY_LIMIT, BY_DAY_LIMIT, BY_OFFER_CAP, BY_PROGRAM_CAP = "limit", "day_limit", "offer_cap", "program_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One position before any discount. `reward`: given for points or stamps, `excluded`: a gift card and the like; offers touch neither."""

    amount_minor: int
    product: str = ""
    category: str = ""
    quantity_milli: int = 1000
    reward: bool = False
    excluded: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is part of the order that offers look at."""
        return not self.reward and not self.excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What somebody wants to buy. Raises ValueError for amounts below zero and quantities that are not above it: those are refunds."""

    lines: tuple[Line, ...]
    currency: str
    channel: str = ""
    branch: str = ""

    def __post_init__(self) -> None:
        if any(line.amount_minor < 0 or line.quantity_milli <= 0 for line in self.lines):
            raise ValueError("a basket has no amount below zero and no quantity of nothing")

    @property
    def order_minor(self) -> int:
        """What caps and least orders are counted of: all lines but rewards and gift cards."""
        return sum(line.amount_minor for line in self.lines if line.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a member has come towards one discount: earlier purchases and their spend, since `counted_from` and, where
    its `counts_since_given`, after the last purchase that got it."""

    purchases: int = 0
    spend_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The units of one special that a member has had, holds included: in all, and in the local day of the quote."""

    total_milli: int = 0
    today_milli: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What offers ask about a member. A discount without progress and a special without use count from zero, as a newcomer does."""

    tiers: frozenset[str] = frozenset()
    traits: Mapping[str, str] = field(default_factory=dict)
    progress: Mapping[str, Progress] = field(default_factory=dict)
    used: Mapping[str, Used] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line with what each offer took off it, in the order in which they were applied. Fixed at order time (P12)."""

    position: int
    amount_minor: int
    quantity_milli: int
    shares: tuple[tuple[str, int], ...] = ()

    @property
    def discount_minor(self) -> int:
        """What all offers took off it."""
        return sum(share for _, share in self.shares)

    @property
    def paid_minor(self) -> int:
        """What it costs."""
        return self.amount_minor - self.discount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """An offer that gave something. `units_milli` is what it takes of a special's limits; `withheld_minor` is what a cap took back of it;
    `cut_by` names what kept it from giving more ("" for nothing)."""

    offer: str
    reason: str
    amount_minor: int
    units_milli: int = 0
    withheld_minor: int = 0
    cut_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplied:
    """An offer that gave nothing, and why; the figures say how near it was (see the reasons)."""

    offer: str
    reason: str
    lacks: int = 0
    limit: int = 0
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The answer. `applied` in the order of application, `not_applied` by priority and code; `order_minor` is what caps were counted of."""

    lines: tuple[PricedLine, ...]
    order_minor: int
    applied: tuple[Applied, ...]
    not_applied: tuple[NotApplied, ...]

    @property
    def discount_minor(self) -> int:
        """What all offers took off."""
        return sum(one.amount_minor for one in self.applied)

    @property
    def total_minor(self) -> int:
        """What is to pay, rewards' and gift cards' own amounts included."""
        return sum(line.paid_minor for line in self.lines)
