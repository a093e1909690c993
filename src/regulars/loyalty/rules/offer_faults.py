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

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.money import NotMoney, minor_units
from regulars.loyalty.rules.calendars import local_day
from regulars.loyalty.rules.contradictions import faults_of_period, never_means, never_published
from regulars.loyalty.rules.offers import Discount, Offer, Special, Stacking
from regulars.loyalty.rules.parts import Period
from regulars.loyalty.rules.pricing import NO_CAPS

WARNINGS = frozenset({"hours_skipped", "day_limit_idle", "cap_idle"})
AMOUNTS = ("min_order", "amount", "after_spend", "unit_price", "unit_amount")


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
        found += [(f"{place}.period", code) for code in _faults_in_time(offer.period, zone, local_day(at, zone))]
        found += [(f"{place}.{key}", code) for key, code in _faults_of_one(offer, tiers, currency)]
        if offer.cap_percent is not None and stacking.cap_percent is not None and offer.cap_percent >= stacking.cap_percent:
            found.append((f"{place}.cap_percent", "cap_idle"))
    return found


def _faults_in_time(period: Period, zone: ZoneInfo, today: date) -> list[str]:
    if period.until_on is not None and period.until_on < today:
        return ["period_over"]
    return faults_of_period(period, zone)


def _placed(offers: Sequence[Offer]) -> Iterator[tuple[str, Offer]]:
    for section, kind in (("discounts", Discount), ("specials", Special)):
        for number, offer in enumerate(offer for offer in offers if isinstance(offer, kind)):
            yield f"{section}.{number}", offer


def _faults_of_one(offer: Offer, tiers: Collection[str], currency: str) -> Iterator[tuple[str, str]]:
    for number, tier in enumerate(offer.where.tiers):
        if tier not in tiers:
            yield f"where.tiers.{number}", "unknown_tier"
    for name in never_published(offer.where):
        yield f"where.traits.{name}", "trait_without_values"
    if never_means(offer.goods):
        yield "goods", "goods_all_excepted"
    if isinstance(offer, Special) and offer.limit is not None and offer.limit_per_day is not None and offer.limit_per_day >= offer.limit:
        yield "limit_per_day", "day_limit_idle"
    for name in AMOUNTS:
        amount = getattr(offer, name, None)
        try:
            minor_units(amount if amount is not None else "0", currency)
        except NotMoney:
            yield name, "too_many_decimals"
