"""Many offers, of which only those are looked at that can match: by channel, branch, day, goods, tier and trait.

Each key has a set of offers, kept as the bits of one whole number; the candidates are what is in the sets of every key that a basket has. So a
quote costs what its candidates cost, not what all offers do. The index may keep an offer that then doesn't apply, and never drops one
that does: hours, except-lists, limits and figures are left to `due`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from regulars.loyalty.rules.baskets import Basket, Member
from regulars.loyalty.rules.calendars import DAY, DAYS, local_day
from regulars.loyalty.rules.offers import Offer
from regulars.loyalty.rules.parts import Period
from regulars.loyalty.rules.stack import rank_of


class OfferIndex:
    """An index of offers, built once for a program's version; safe to share, nothing in it changes."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self.offers = tuple(sorted(offers, key=rank_of))
        self._channels = _Key([offer.where.channels for offer in self.offers])
        self._branches = _Key([offer.where.branches for offer in self.offers])
        self._tiers = _Key([offer.where.tiers for offer in self.offers])
        self._goods = _Key([_goods_of(offer) for offer in self.offers])
        names = {name for offer in self.offers for name in offer.where.traits}
        self._traits = {name: _Key([offer.where.traits.get(name) for offer in self.offers]) for name in names}
        self._days = _Days([offer.period for offer in self.offers])

    def __len__(self) -> int:
        return len(self.offers)

    def candidates(self, basket: Basket, member: Member | None, at: datetime, zone: ZoneInfo) -> tuple[Offer, ...]:
        """The offers that can match, in the order of application. A guest gets those of every tier and trait: they are told what they miss."""
        found = self._channels.of([basket.channel]) & self._branches.of([basket.branch]) & self._days.of(local_day(at, zone))
        found &= self._goods.of(_words_of(basket)) if any(line.counts for line in basket.lines) else 0
        if member is not None:
            found &= self._tiers.of(member.tiers)
            for name, key in self._traits.items():
                found &= key.of([member.traits[name]] if name in member.traits else [])
        return tuple(self.offers[place] for place in _places(found))


class _Key:
    """For one key: the offers per value, and those for which any value will do (None or nothing named)."""

    def __init__(self, values_of: Sequence[Iterable[str] | None]) -> None:
        self._free = 0
        named: defaultdict[str, int] = defaultdict(int)
        for place, values in enumerate(values_of):
            if values is None or not (listed := tuple(values)):
                self._free |= 1 << place
                continue
            for value in listed:
                named[value] |= 1 << place
        self._named = dict(named)

    def of(self, values: Iterable[str]) -> int:
        return reduce(or_, (self._named.get(value, 0) for value in values), self._free)


class _Days:
    """The offers per stretch of days between the days on which one begins or ends, and per weekday."""

    def __init__(self, periods: Sequence[Period]) -> None:
        changes: defaultdict[date, int] = defaultdict(int)
        self._first = 0
        self._weekdays = [0] * len(DAYS)
        for place, period in enumerate(periods):
            bit, past = 1 << place, _over_midnight(period)
            if period.from_on is None:
                self._first |= bit
            else:
                changes[period.from_on] ^= bit
            if period.until_on is not None and period.until_on < date.max - 2 * DAY:
                changes[period.until_on + (2 if past else 1) * DAY] ^= bit
            for number, weekday in enumerate(DAYS):
                if not period.weekdays or weekday in period.weekdays or (past and DAYS[number - 1] in period.weekdays):
                    self._weekdays[number] |= bit
        self._starts = sorted(changes)
        self._valid = [self._first]
        for day in self._starts:
            self._valid.append(self._valid[-1] ^ changes[day])

    def of(self, day: date) -> int:
        return self._valid[bisect_right(self._starts, day)] & self._weekdays[day.weekday()]


def _over_midnight(period: Period) -> bool:
    """Whether its hours run into the next day."""
    return period.until_time != "24:00" and period.until_time < period.from_time


def _goods_of(offer: Offer) -> tuple[str, ...]:
    goods = offer.goods
    return tuple({f"product {word.casefold()}" for word in goods.products} | {f"category {word.casefold()}" for word in goods.categories})


def _words_of(basket: Basket) -> set[str]:
    counted = [line for line in basket.lines if line.counts]
    products = {f"product {line.product.casefold().strip()}" for line in counted}
    return products | {f"category {line.category.casefold().strip()}" for line in counted}


def _places(bits: int) -> Iterable[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
