"""What one offer takes off the lines that are meant, given what is still to pay on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from regulars.groundwork.kernel.money import minor_units
from regulars.loyalty.rules import baskets as reasons
from regulars.loyalty.rules.baskets import Basket, Line
from regulars.loyalty.rules.eligibility import UNIT, Due, whole_units
from regulars.loyalty.rules.offers import Discount, Offer, Special
from regulars.loyalty.rules.parts import exact
from regulars.loyalty.rules.shares import rounded, shares_of


@dataclass(frozen=True, slots=True)
class Cut:
    """What an offer takes: position → minor units, the units it counts for, and what a ceiling or a limit took back."""

    by_line: Mapping[int, int]
    units_milli: int = 0
    withheld_minor: int = 0
    limited: bool = False

    @property
    def total_minor(self) -> int:
        """What it takes in all."""
        return sum(self.by_line.values())


@dataclass(frozen=True, slots=True)
class _Gain:
    """What an offer would take off each line, exactly, before any ceiling: position → gain."""

    total: int
    by_line: Mapping[int, Fraction | int]
    units_milli: int
    limited: bool = False


def cut_of(one: Due, basket: Basket, left: Mapping[int, int], order: Sequence[int], ceiling: int | None) -> Cut:
    """What the offer takes off; `left` is still to pay by position, `order` decides among equals, `ceiling` is the most it may take."""
    places = [place for place in order if place in one.meant and left[place] > 0]
    gain = _gain_of(one, basket, {place: left[place] for place in places})
    total = gain.total if ceiling is None else min(gain.total, ceiling)
    if total <= 0:
        return Cut({}, withheld_minor=gain.total)
    ordered = [place for place in places if gain.by_line.get(place)]
    shares = shares_of(total, [gain.by_line[place] for place in ordered], [left[place] for place in ordered])
    by_line = {place: share for place, share in zip(ordered, shares, strict=True) if share}
    return Cut(by_line, gain.units_milli, gain.total - total, gain.limited)


def way_of(offer: Offer) -> str:
    """The reason code of an offer that gives: for discounts how it was earned, for specials how it gives."""
    if isinstance(offer, Discount):
        if offer.every is not None:
            return reasons.EVERY
        return reasons.AFTER_PURCHASES if offer.after_purchases is not None else reasons.AFTER_SPEND
    if isinstance(offer, Special) and offer.buy is not None:
        return reasons.CHEAPEST_FREE
    ways = (reasons.UNIT_PRICE, reasons.UNIT_AMOUNT, reasons.PERCENT, reasons.AMOUNT)
    return next(way for way in ways if getattr(offer, way, None) is not None)


def _gain_of(one: Due, basket: Basket, left: Mapping[int, int]) -> _Gain:
    offer = one.offer
    if offer.amount is not None:
        return _Gain(min(minor_units(offer.amount, basket.currency), sum(left.values())), left, UNIT)
    if isinstance(offer, Special) and offer.buy is not None and offer.free is not None:
        return _of_taken(left, basket, *_free_units(offer.buy, offer.free, one, basket, left))
    if offer.percent is not None and one.most_milli is None:
        units = sum(basket.lines[place].quantity_milli for place in left)
        return _Gain(rounded(sum(left.values()) * exact(offer.percent) / 100), left, units)
    return _by_unit(one, basket, left)


def _by_unit(one: Due, basket: Basket, left: Mapping[int, int]) -> _Gain:
    """Each unit gains by itself: where the limit leaves fewer than are in the basket, those that gain most."""
    whole = {place: _line_gain(one.offer, basket.lines[place], left[place], basket.currency) for place in left}
    dearest = sorted((place for place in whole if whole[place] > 0), key=lambda place: -whole[place] / basket.lines[place].quantity_milli)
    room, gains, units = one.most_milli, dict[int, Fraction | int](), 0
    for place in dearest:
        quantity = basket.lines[place].quantity_milli
        taken = quantity if room is None else min(quantity, room - units)
        if taken:
            gains[place] = whole[place] * taken / quantity
            units += taken
    limited = units < sum(basket.lines[place].quantity_milli for place in dearest)
    return _Gain(rounded(Fraction(sum(gains.values()))), gains, units, limited)


def _line_gain(offer: Offer, line: Line, left: int, currency: str) -> Fraction:
    if offer.percent is not None:
        return left * exact(offer.percent) / 100
    if isinstance(offer, Special) and offer.unit_price is not None:
        return max(Fraction(0), left - Fraction(minor_units(offer.unit_price, currency) * line.quantity_milli, UNIT))
    if isinstance(offer, Special) and offer.unit_amount is not None:
        return min(Fraction(left), Fraction(minor_units(offer.unit_amount, currency) * line.quantity_milli, UNIT))
    raise ValueError(f"offer {offer.code} gives nothing")


def _free_units(buy: int, free: int, one: Due, basket: Basket, left: Mapping[int, int]) -> tuple[dict[int, int], bool]:
    """How many whole units of which line are free, the cheapest by their price in the basket; and whether a limit allowed fewer.

    Goods that another offer made free already count among those bought: they were in the basket.
    """
    units = whole_units(basket, one.meant)
    groups, rest = divmod(sum(units.values()), buy + free)
    earned = groups * free + max(0, rest - buy)
    count = earned if one.most_milli is None else min(earned, one.most_milli // UNIT)
    taken, open_units = dict[int, int](), count
    for place in sorted(left, key=lambda place: Fraction(basket.lines[place].amount_minor, basket.lines[place].quantity_milli)):
        if open_units and units[place]:
            taken[place] = min(units[place], open_units)
            open_units -= taken[place]
    return taken, count < earned


def _of_taken(left: Mapping[int, int], basket: Basket, taken: Mapping[int, int], limited: bool) -> _Gain:
    gains = {place: Fraction(left[place] * count * UNIT, basket.lines[place].quantity_milli) for place, count in taken.items()}
    return _Gain(rounded(sum(gains.values(), Fraction(0))), gains, sum(taken.values()) * UNIT, limited)
