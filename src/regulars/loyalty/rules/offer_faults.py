"""What is wrong with offers that are each well formed: they contradict one another, name what isn't there, or can never apply.

Codes (places as in the document, "discounts.0.period"):

- duplicate_code: another offer has this code; codes are the names of counts and limits;
- period_over: its last day is past;
- weekdays_never: no day of its period is one of its weekdays;
- hours_never: a clock change skips its hours on every day of the period (case 20);
- hours_skipped: the same on some of its days: a warning, see `WARNINGS`;
- unknown_tier: the program has no such tier;
- trait_without_values: no customer can have none of the values;
- goods_all_excepted: everything that it names is excepted again;
- day_limit_idle: the limit per day is not below the one in all: a warning;
- cap_idle: its cap is not below the program's: a warning;
- too_many_decimals: an amount that the currency can't pay.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.money import NotMoney, minor_units
from regulars.loyalty.rules.calendars import DAY, DAYS, empty_days, end_of, local_day, start_of
from regulars.loyalty.rules.offers import Discount, Offer, Special, Stacking
from regulars.loyalty.rules.parts import Goods, Period
from regulars.loyalty.rules.pricing import NO_CAPS

WARNINGS = frozenset({"hours_skipped", "day_limit_idle", "cap_idle"})
AMOUNTS = ("min_order", "amount", "after_spend", "unit_price", "unit_amount")
LOOKED_AT = timedelta(days=3660)


def faults_of_offers(
    offers: Sequence[Offer],
    zone: ZoneInfo,
    *,
    tiers: Collection[str],
    currency: str,
    at: datetime,
    stacking: Stacking = NO_CAPS,
) -> list[tuple[str, str]]:
    """All faults as (place, code), in the order of the document: discounts count from discounts.0, specials from specials.0."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for place, offer in _placed(offers):
        if offer.code in seen:
            found.append((f"{place}.code", "duplicate_code"))
        seen.add(offer.code)
        found += [(f"{place}.period", code) for code in _faults_of_period(offer.period, zone, local_day(at, zone))]
        found += [(f"{place}.{key}", code) for key, code in _faults_of_one(offer, tiers, currency)]
        if offer.cap_percent is not None and stacking.cap_percent is not None and offer.cap_percent >= stacking.cap_percent:
            found.append((f"{place}.cap_percent", "cap_idle"))
    return found


def _placed(offers: Sequence[Offer]) -> Iterator[tuple[str, Offer]]:
    for section, kind in (("discounts", Discount), ("specials", Special)):
        for number, offer in enumerate(offer for offer in offers if isinstance(offer, kind)):
            yield f"{section}.{number}", offer


def _faults_of_one(offer: Offer, tiers: Collection[str], currency: str) -> Iterator[tuple[str, str]]:
    for number, tier in enumerate(offer.where.tiers):
        if tier not in tiers:
            yield f"where.tiers.{number}", "unknown_tier"
    for name, values in offer.where.traits.items():
        if not values:
            yield f"where.traits.{name}", "trait_without_values"
    if _all_excepted(offer.goods):
        yield "goods", "goods_all_excepted"
    if isinstance(offer, Special) and offer.limit is not None and offer.limit_per_day is not None and offer.limit_per_day >= offer.limit:
        yield "limit_per_day", "day_limit_idle"
    for name in AMOUNTS:
        amount = getattr(offer, name, None)
        try:
            minor_units(amount if amount is not None else "0", currency)
        except NotMoney:
            yield name, "too_many_decimals"


def _all_excepted(goods: Goods) -> bool:
    """Whether what is named is excepted word by word. A product may be excepted by a category that only receipts know."""
    named = {("product", word.casefold()) for word in goods.products} | {("category", word.casefold()) for word in goods.categories}
    excepted = {("product", word.casefold()) for word in goods.except_products}
    excepted |= {("category", word.casefold()) for word in goods.except_categories}
    return bool(named) and named <= excepted


def _faults_of_period(period: Period, zone: ZoneInfo, today: date) -> list[str]:
    if period.until_on is not None and period.until_on < today:
        return ["period_over"]
    if period.from_on is None or period.until_on is None:
        return []
    days = _days_of(period, period.from_on, min(period.until_on, period.from_on + LOOKED_AT))
    if next(days, None) is None:
        return ["weekdays_never"]
    skipped = {day for day in _changing(period, zone) if _skips(day, period.from_time, period.until_time, zone)}
    if not skipped:
        return []
    every_day = _days_of(period, period.from_on, min(period.until_on, period.from_on + LOOKED_AT))
    return ["hours_never" if all(day in skipped for day in every_day) else "hours_skipped"]


def _days_of(period: Period, first: date, last: date) -> Iterator[date]:
    days = (first + n * DAY for n in range((last - first).days + 1))
    return (day for day in days if not period.weekdays or DAYS[day.weekday()] in period.weekdays)


def _changing(period: Period, zone: ZoneInfo) -> list[date]:
    """The days of a period on which clocks change: only they can lack hours, and looking at each minute of all others takes seconds."""
    if period.from_on is None or period.until_on is None:
        return []
    first, last = period.from_on, min(period.until_on, period.from_on + LOOKED_AT)
    days = (day for year in range(first.year, last.year + 1) for day in _clock_changes(year, zone))
    return [day for day in days if first <= day <= last and (not period.weekdays or DAYS[day.weekday()] in period.weekdays)]


@lru_cache(maxsize=1000)
def _clock_changes(year: int, zone: ZoneInfo) -> tuple[date, ...]:
    days = (date(year, 1, 1) + n * DAY for n in range(366 if isleap(year) else 365))
    return tuple(day for day in days if end_of(day, zone) - start_of(day, zone) != DAY)


@lru_cache(maxsize=10_000)
def _skips(day: date, from_time: str, until_time: str, zone: ZoneInfo) -> bool:
    return bool(empty_days(Period(from_on=day, until_on=day, from_time=from_time, until_time=until_time), zone))
