"""What is wrong with cards and tiers although each part is well written: rules that contradict each other, or never match.

Each fault is a place in a document with `cards` and a `ladder` ("cards.0.period"), and a code. Whoever shows them finds the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.money import NotMoney, minor_units
from regulars.loyalty.rules.calendars import DAY, DAYS, empty_days, end_of, start_of
from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.parts import Goods, Period, Where
from regulars.loyalty.rules.tiers import Ladder

Fault = tuple[str, str]
WARNINGS = frozenset({"hours_skipped", "visit_above_day"})  # what may be published all the same

QUALIFYING = "qualifying"  # the kind of currency that nobody can spend
SHORTEST_MONTH_DAYS = 28
DAYS_LOOKED_AT = 3_660
FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9998, 12, 31)  # beyond them, a zone's midnight may be no instant


def faults_of_cards(
    cards: Sequence[Card], reward_codes: Collection[str], zone: ZoneInfo, *, currency: str = "", tiers: Collection[str] | None = None
) -> list[Fault]:
    """The faults of a program's cards. With `currency` its amounts are looked at, too ("0.005" is none in euros), with `tiers` their names.

    Codes: duplicate_code, reward_unknown, too_many_decimals, below_one (a limit that lets no stamp through), visit_above_day (a limit that
    another one makes void: a warning), goods_all_excepted, trait_without_values, unknown_tier, weekdays_never (no such weekday in the
    period), hours_never (skipped by the clock change on every day), hours_skipped (on some: a warning).
    """
    codes = Counter(card.code for card in cards)
    found = []
    for number, card in enumerate(cards):
        place = f"cards.{number}"
        if codes[card.code] > 1:
            found.append((f"{place}.code", "duplicate_code"))
        if card.reward.code not in reward_codes:
            found.append((f"{place}.reward.code", "reward_unknown"))
        found += [
            (f"{place}.{name}", "too_many_decimals") for name in ("per_amount", "minimum_amount") if not _is_money(card, name, currency)
        ]
        found += [(f"{place}.{rest}", code) for rest, code in (*_of_limits(card), *_of_matching(card, zone, tiers))]
    return found


def _is_money(card: Card, name: str, currency: str) -> bool:
    amount = getattr(card, name)
    if amount is None or not currency:
        return True
    try:
        return minor_units(amount, currency) > 0
    except NotMoney:
        return False


def _of_limits(card: Card) -> Iterator[Fault]:
    for name in ("per_visit_max", "per_day_max"):
        if getattr(card, name) == 0:
            yield name, "below_one"
    if card.per_visit_max and card.per_day_max and card.per_visit_max > card.per_day_max:
        yield "per_visit_max", "visit_above_day"


def _of_matching(card: Card, zone: ZoneInfo, tiers: Collection[str] | None) -> Iterator[Fault]:
    if never_means(card.goods):
        yield "goods", "goods_all_excepted"
    for number, tier in enumerate(card.where.tiers):
        if tiers is not None and tier not in tiers:
            yield f"where.tiers.{number}", "unknown_tier"
    for name in never_published(card.where):
        yield f"where.traits.{name}", "trait_without_values"
    for code in faults_of_period(card.period, zone):
        yield "period", code


def never_means(goods: Goods) -> bool:
    """Whether everything that it names is excepted again."""
    if not goods.products and not goods.categories:
        return False
    named = {word.casefold() for word in goods.products} - {word.casefold() for word in goods.except_products}
    kinds = {word.casefold() for word in goods.categories} - {word.casefold() for word in goods.except_categories}
    return not named and not kinds


def never_published(where: Where) -> list[str]:
    """The traits that it asks for without a value that would do."""
    return [name for name, values in where.traits.items() if not values]


def faults_of_period(period: Period, zone: ZoneInfo) -> list[str]:
    """Whether a dated period matches no instant at all, or none on some of its days (case 20). At most ten years are looked at."""
    if period.from_on is None or period.until_on is None:
        return []
    first = max(period.from_on, FIRST_DAY).toordinal()
    last = min(period.until_on.toordinal(), first + DAYS_LOOKED_AT, LAST_DAY.toordinal())
    days = [day for day in map(date.fromordinal, range(first, last + 1)) if not period.weekdays or DAYS[day.weekday()] in period.weekdays]
    if not days:
        return ["weekdays_never"] if first <= last else []
    # Only next to a clock change can hours fail to occur; looking for them minute by minute on every day would take seconds.
    empty = [day for day in days if _changes_clocks(day, zone) and _skips(day, period.from_time, period.until_time, zone)]
    return [] if not empty else ["hours_never"] if len(empty) == len(days) else ["hours_skipped"]


@lru_cache(maxsize=20_000)
def _changes_clocks(day: date, zone: ZoneInfo) -> bool:
    return end_of(day + DAY, zone) - start_of(day, zone) != 2 * DAY


@lru_cache(maxsize=10_000)
def _skips(day: date, from_time: str, until_time: str, zone: ZoneInfo) -> bool:
    return bool(empty_days(Period(from_on=day, until_on=day, from_time=from_time, until_time=until_time), zone))


def faults_of_ladder(ladder: Ladder, currencies: Mapping[str, str], reward_codes: Collection[str]) -> list[Fault]:
    """The faults of a program's tiers; `currencies` are its own, with their kinds.

    Codes: currency_unknown, currency_not_qualifying, no_tiers, duplicate_code, not_ascending, keep_above_from, keep_not_ascending (a higher tier
    is easier to keep than the one below it), reward_unknown, notice_longer_than_guarantee.
    """
    found = []
    if ladder.currency not in currencies:
        found.append(("ladder.currency", "currency_unknown"))
    elif currencies[ladder.currency] != QUALIFYING:
        found.append(("ladder.currency", "currency_not_qualifying"))
    if not ladder.tiers:
        found.append(("ladder.tiers", "no_tiers"))
    if ladder.notice_days >= ladder.guarantee_months * SHORTEST_MONTH_DAYS:
        found.append(("ladder.notice_days", "notice_longer_than_guarantee"))
    return found + [(f"ladder.tiers.{rest}", code) for rest, code in (*_of_each_tier(ladder, reward_codes), *_of_neighbours(ladder))]


def _of_each_tier(ladder: Ladder, reward_codes: Collection[str]) -> Iterator[Fault]:
    codes = Counter(tier.code for tier in ladder.tiers)
    for number, tier in enumerate(ladder.tiers):
        if codes[tier.code] > 1:
            yield f"{number}.code", "duplicate_code"
        if tier.needed_to_keep > tier.from_units:
            yield f"{number}.keep_units", "keep_above_from"
        if tier.welcome is not None and tier.welcome not in reward_codes:
            yield f"{number}.welcome", "reward_unknown"


def _of_neighbours(ladder: Ladder) -> Iterator[Fault]:
    for number, (lower, higher) in enumerate(pairwise(ladder.tiers), start=1):
        if higher.from_units <= lower.from_units:
            yield f"{number}.from_units", "not_ascending"
        elif higher.needed_to_keep < lower.needed_to_keep:
            yield f"{number}.keep_units", "keep_not_ascending"
