"""What the sections of a program's document are made of: strict parts, codes, exact numbers, days and hours.

A document is JSON that people write by hand or with the builder. Nothing is guessed: unknown keys, floats, booleans and texts that are no
number are refused, each with its place.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)


class Part(BaseModel):
    """A section of the document: frozen, strict, and no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _number(value: Any) -> Decimal:
    """An exact number from a whole number or a plain decimal text; JSON's floats are refused, they are not exact."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str) or not NUMBER.fullmatch(str(value)):
        raise ValueError('write a number as text, like "1.5": not below zero, at most twelve digits before and six after the point')
    return Decimal(value)


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("this must be more than zero")
    return value


def _percent(value: Decimal) -> Decimal:
    if value > 100:
        raise ValueError("this must be at most 100")
    return value


def _clock(value: Any) -> str:
    if not isinstance(value, str) or not CLOCK.fullmatch(value):
        raise ValueError('write a time of day like "09:30", at most "24:00"')
    return value


Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
# A product or category as the tills write it.
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Positive = Annotated[Decimal, BeforeValidator(lambda value: _positive(_number(value)))]
Percent = Annotated[Decimal, BeforeValidator(lambda value: _percent(_positive(_number(value))))]
Clock = Annotated[str, BeforeValidator(_clock)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Period(Part):
    """When a rule counts, by the program's own calendar: days (both inclusive), weekdays, and hours of the wall clock.

    Hours that run over midnight (22:00 to 02:00) belong to the day on which they began.
    """

    from_on: date | None = None
    until_on: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    from_time: Clock = "00:00"
    until_time: Clock = "24:00"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_on and self.until_on and self.until_on < self.from_on:
            raise ValueError("the last day lies before the first")
        if self.from_time == self.until_time:
            raise ValueError("the hours are empty: they end when they begin")
        if self.from_time == "24:00":
            raise ValueError("hours begin at 23:59 at the latest")
        return self


class Goods(Part):
    """Which goods a rule means. Empty: all. Products and categories as on the receipt, whatever their case."""

    products: tuple[Word, ...] = ()
    categories: tuple[Word, ...] = ()
    except_products: tuple[Word, ...] = ()
    except_categories: tuple[Word, ...] = ()

    def mean(self, product: str, category: str) -> bool:
        """Whether a line with this product and category is meant."""
        products, categories, no_products, no_categories = self._sets
        if not products and not categories and not no_products and not no_categories:
            return True
        named, kind = product.casefold().strip(), category.casefold().strip()
        if named in no_products or kind in no_categories:
            return False
        return (not products and not categories) or named in products or kind in categories

    @cached_property
    def _sets(self) -> tuple[frozenset[str], ...]:
        return tuple(map(_folded, (self.products, self.categories, self.except_products, self.except_categories)))


class Where(Part):
    """Where and for whom a rule counts. Empty: everywhere, for every member. `channels` are the sources of sales ("till", "shop"),
    `branches` their codes, `tiers` the member's own, `traits` published ones ("risk": ["slipping away"])."""

    channels: tuple[Code, ...] = ()
    branches: tuple[Code, ...] = ()
    tiers: tuple[Code, ...] = ()
    traits: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def exact(value: Decimal) -> Fraction:
    """The number as a fraction, for rules that divide."""
    return Fraction(value)


def clock_time(text: str) -> time:
    """ "09:30" as a time of day; "24:00" is the day's end and reads as midnight."""
    return time(0) if text == "24:00" else time.fromisoformat(text)


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
