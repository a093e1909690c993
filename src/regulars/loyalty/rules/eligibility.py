"""Whether a member may have an offer on a basket at an instant; if not, the first reason and how near it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.money import minor_units
from regulars.loyalty.rules import baskets as reasons
from regulars.loyalty.rules.baskets import Basket, Member, NotApplied, Progress, Used
from regulars.loyalty.rules.calendars import DAY, local_day, start_of, within
from regulars.loyalty.rules.offers import Discount, Offer, Special
from regulars.loyalty.rules.parts import Where

UNIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An offer that a member may have: the positions of the goods meant, and the most units left of its limits (None: no limit)."""

    offer: Offer
    meant: frozenset[int]
    most_milli: int | None = None
    limited_by: str = ""


def due(offer: Offer, basket: Basket, member: Member | None, at: datetime, zone: ZoneInfo) -> Due | NotApplied:
    """The offer as it stands for this member and basket, or the first reason against it. A guest (None) may have none."""
    meant = frozenset(place for place, line in enumerate(basket.lines) if line.counts and offer.goods.mean(line.product, line.category))
    refused = _out_of_place(offer, basket, meant, at, zone)
    if refused:
        return NotApplied(offer=offer.code, reason=refused)
    if member is None:
        return NotApplied(offer=offer.code, reason=reasons.FOR_MEMBERS)
    return _not_theirs(offer.where, offer.code, member) or _lacking(offer, basket, member, meant) or _within_limits(offer, member, meant)


def counted_from(offer: Discount, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant from which purchases count towards a discount: so many local days, today being one of them. None: from the first one."""
    if offer.window_days is None:
        return None
    return start_of(local_day(at, zone) - (offer.window_days - 1) * DAY, zone)


def whole_units(basket: Basket, meant: frozenset[int]) -> dict[int, int]:
    """The units that count as bought where some are free: whole ones, of goods that have a price."""
    return {place: basket.lines[place].quantity_milli // UNIT for place in meant if basket.lines[place].amount_minor}


def _out_of_place(offer: Offer, basket: Basket, meant: frozenset[int], at: datetime, zone: ZoneInfo) -> str:
    where = offer.where
    if (where.channels and basket.channel not in where.channels) or (where.branches and basket.branch not in where.branches):
        return reasons.NOT_HERE
    if not within(offer.period, at, zone):
        return reasons.NOT_IN_PERIOD
    return "" if meant else reasons.OTHER_GOODS


def _not_theirs(where: Where, code: str, member: Member) -> NotApplied | None:
    if where.tiers and member.tiers.isdisjoint(where.tiers):
        return NotApplied(offer=code, reason=reasons.OTHER_TIER)
    if any(member.traits.get(name) not in values for name, values in where.traits.items()):
        return NotApplied(offer=code, reason=reasons.OTHER_TRAIT)
    return None


def _lacking(offer: Offer, basket: Basket, member: Member, meant: frozenset[int]) -> NotApplied | None:
    least = minor_units(offer.min_order, basket.currency) if offer.min_order is not None else 0
    if basket.order_minor < least:
        return NotApplied(offer=offer.code, reason=reasons.LACKS_AMOUNT, lacks=least - basket.order_minor, limit=least)
    if isinstance(offer, Discount):
        return _lacking_progress(offer, basket.currency, member.progress.get(offer.code, Progress()))
    if isinstance(offer, Special) and offer.buy is not None:
        units = sum(whole_units(basket, meant).values())
        if units <= offer.buy:
            return NotApplied(offer=offer.code, reason=reasons.LACKS_UNITS, lacks=offer.buy + 1 - units, limit=offer.buy + 1)
    return None


def _lacking_progress(offer: Discount, currency: str, progress: Progress) -> NotApplied | None:
    """For `every`, this purchase counts as one, so what lacks are purchases after it; for the others what lacked before it."""
    if offer.after_spend is not None:
        reason, needed, has = reasons.LACKS_SPEND, minor_units(offer.after_spend, currency), progress.spend_minor
    else:
        this_one = 1 if offer.every is not None else 0
        reason, needed, has = reasons.LACKS_PURCHASES, offer.every or offer.after_purchases or 0, progress.purchases + this_one
    if has >= needed:
        return None
    return NotApplied(offer=offer.code, reason=reason, lacks=needed - has, limit=needed)


def _within_limits(offer: Offer, member: Member, meant: frozenset[int]) -> Due | NotApplied:
    used = member.used.get(offer.code, Used())
    total, daily = (offer.limit, offer.limit_per_day) if isinstance(offer, Special) else (None, None)
    # Free goods and amounts go by whole units; of a price, half a kilo may be left.
    least = UNIT if offer.amount is not None or (isinstance(offer, Special) and offer.buy is not None) else 1
    left: list[tuple[int, str]] = []
    for limit, had, name, reason in (
        (total, used.total_milli, reasons.BY_LIMIT, reasons.LIMIT_REACHED),
        (daily, used.today_milli, reasons.BY_DAY_LIMIT, reasons.DAY_LIMIT_REACHED),
    ):
        if limit is None:
            continue
        if limit * UNIT - had < least:
            return NotApplied(offer=offer.code, reason=reason, limit=limit)
        left.append((limit * UNIT - had, name))
    if not left:
        return Due(offer=offer, meant=meant)
    most, name = min(left, key=lambda one: one[0])
    return Due(offer=offer, meant=meant, most_milli=most, limited_by=name)
