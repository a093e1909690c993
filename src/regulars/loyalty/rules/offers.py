"""Offers to members, as sections of a program's document: frequent-buyer discounts (R10) and members-only specials (R12).

How offers stack, in one model. Every offer says one of three things:

- "stack": joins with all others that stack;
- "best": of all that say so, the one that is best for the customer joins the stack;
- "exclusive": stands alone.

The candidates are: the stack; the stack with each "best" one; each exclusive one. The candidate that saves the customer most is taken; of
equals the one with the fewest offers, then the first by priority and code. Within a candidate offers are applied one after another, the
smallest `priority` first, then by code, each to what is still to pay. An offer takes at most its own `cap_percent` of the order, all of
them together the program's (`Stacking`); at most `max_offers` of those that give anything join, in that same order. The order is
the sum of all lines but rewards and gift cards.

What this guarantees: the result does not depend on the order in which offers are stored or goods are rung up; no line falls below zero; no
cap is passed; no other candidate would have been better for the customer. Cases 52 and 55 of the contract.

Amounts are in whole units of the program's currency ("15.00"), written as text; a percentage is rounded to minor units once per offer,
half up.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.loyalty.rules.parts import Code, Goods, Name, Part, Percent, Period, Positive, Where

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Stacking(Part):
    """What holds for all offers of a program together: the most they take off an order, and how many join in one."""

    cap_percent: Percent | None = None
    max_offers: int = Field(10, ge=1, le=100)


class Offer(Part):
    """What every offer has. The smallest `priority` is applied first; `min_order` is what the order must come to before any discount."""

    code: Code
    name: Name
    period: Period = Period()
    where: Where = Where()
    stacking: Literal["stack", "best", "exclusive"] = "stack"
    priority: int = Field(100, ge=0, le=10_000)
    cap_percent: Percent | None = None
    min_order: Positive | None = None
    goods: Goods = Goods()
    # What it gives; each kind allows exactly one way.
    percent: Percent | None = None
    amount: Positive | None = None


class Discount(Offer):
    """A frequent-buyer discount, given by the till without being asked for.

    Earned in one way: `every` tenth purchase (this one counts as one), or once `after_purchases` or `after_spend` was reached by earlier
    purchases. Only those of the last `window_days` count, today included (None: all). With `starts_anew` counting begins again after each
    time that the discount was given, which `every` always does: otherwise a window that slides would make every purchase the tenth one.

    Gives `percent` or a fixed `amount` off the goods meant, once an order.
    """

    every: Annotated[int, Field(ge=2, le=1000)] | None = None
    after_purchases: Count | None = None
    after_spend: Positive | None = None
    window_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    starts_anew: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _exactly_one(self, ("every", "after_purchases", "after_spend"))
        _exactly_one(self, ("percent", "amount"))
        return self

    @property
    def counts_since_given(self) -> bool:
        """Whether purchases up to the last one that got this discount count no more."""
        return self.starts_anew or self.every is not None


class Special(Offer):
    """A members-only special on goods: a price, or something off them.

    `unit_price`: a unit costs this, if it would cost more. `unit_amount`: so much off each unit. `percent`: off the goods. `amount`: off the goods
    together, once an order. `buy` with `free`: of so many units bought, so many more are free, the cheapest ones; only whole units count.

    `limit` is what a member may have in all, `limit_per_day` in a local day: units at the special price, or free units; an `amount` counts
    as one unit an order. Goods sold by weight count by their unit (0.5 kg is half a unit).
    """

    unit_price: Positive | None = None
    unit_amount: Positive | None = None
    buy: Annotated[int, Field(ge=1, le=1000)] | None = None
    free: Annotated[int, Field(ge=1, le=1000)] | None = None
    limit: Count | None = None
    limit_per_day: Count | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.buy is None) != (self.free is None):
            raise PydanticCustomError("buy_without_free", "buy and free belong together")
        _exactly_one(self, ("unit_price", "unit_amount", "percent", "amount", "buy"))
        return self


def _exactly_one(part: Part, names: tuple[str, ...]) -> None:
    given = [name for name in names if getattr(part, name) is not None]
    if len(given) != 1:
        wanted = ", ".join(names)
        raise PydanticCustomError("not_exactly_one", "give exactly one of these: {wanted}", {"wanted": wanted, "given": ", ".join(given)})
