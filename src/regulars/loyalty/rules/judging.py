"""What a new version means for members: each change is better, worse or neutral, with a code that says why (P9, cases 50, 51).

A change is worse unless it is certainly not: what this module doesn't know, or what helps some and hurts others, counts as worse. Names and
descriptions are neutral, so is what only the firm's own books see. Values are compared as they count, defaults included: a limit that
appears where there was none is a tighter one.

Why this is enough to hold P9: versions follow each other and none begins before the newest one, so what a member had until then always
stands in the newest version; whatever was earned, held or given keeps the version that it came by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from regulars.loyalty.rules.calendars import DAY, local_day, start_of
from regulars.loyalty.rules.differences import Change, told
from regulars.loyalty.rules.document import Program
from regulars.loyalty.rules.offers import Special
from regulars.loyalty.rules.parts import Goods, Part, Period, clock_time
from regulars.loyalty.rules.tiers import Ladder, Tier

Bearing = Literal["better", "worse", "neutral"]
Verdict = tuple[Bearing, str]
Judge = Callable[[Any, Any, str], Verdict]

WITHOUT_END = Decimal("Infinity")
UNSURE: Verdict = ("worse", "changed")
WORDS: Verdict = ("neutral", "words")
SAME: Verdict = ("neutral", "same")
OVER: Verdict = ("neutral", "over")
ROUNDINGS = ("floor", "half_even", "half_up")


@dataclass(frozen=True)
class Judged:
    """A change, what it means for members, and why as a code ("costs_more")."""

    change: Change
    bearing: Bearing
    code: str


def judged_changes(before: Program, after: Program, *, begins_at: datetime) -> list[Judged]:
    """Every change from one document to the next that begins then, judged; in the order of the document's sections."""
    begins_on = local_day(begins_at, after.tzinfo)
    found = list(_fields(before, after, (), TOP))
    found += _never_earn(before.never_earn, after.never_earn)
    for section, judges in SECTIONS.items():
        found += _rows(getattr(before, section), getattr(after, section), (section,), judges, after, begins_on)
    return [*found, *_ladders(before.ladder, after, begins_on)]


def worst(changes: Sequence[Judged]) -> Bearing:
    """What a version means as a whole: worse if any change is."""
    bearings = {one.bearing for one in changes}
    return "worse" if "worse" in bearings else "better" if "better" in bearings else "neutral"


def notice_ends(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The first instant at which what is published now may begin to be worse: the same time of day on the wall so many days later."""
    return (at.astimezone(zone) + days * DAY).astimezone(UTC)


def first_day_after(instant: datetime, zone: ZoneInfo) -> date:
    """The first local day that begins then or later."""
    day = local_day(instant, zone)
    return day if start_of(day, zone) >= instant else day + DAY


def _fields(old: Part, new: Part, place: tuple[str, ...], judges: Mapping[str, Judge]) -> Iterator[Judged]:
    """The plain values of a rule; parts within it leaf by leaf."""
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if before == after or (*place, name) in ELSEWHERE:
            continue
        if isinstance(before, Part) or isinstance(after, Part):
            yield from _leaves(old, new, name, place, judges.get(name, _unsure))
        else:
            yield _judged((*place, name), before, after, judges.get(name, _unsure)(old, new, name))


def _leaves(old: Part, new: Part, name: str, place: tuple[str, ...], judge: Judge) -> Iterator[Judged]:
    before, after = getattr(old, name), getattr(new, name)
    for leaf in type(after or before).model_fields:
        was, now = (getattr(one, leaf) if one is not None else None for one in (before, after))
        if was != now:
            yield _judged((*place, name, leaf), was, now, judge(old, new, leaf))


def _rows(
    before: Sequence[Any], after: Sequence[Any], place: tuple[str, ...], judges: Mapping[str, Judge], document: Program, begins_on: date
) -> Iterator[Judged]:
    """Rules with codes, matched by them, never by where they stand."""
    old, new = ({one.code: one for one in rows} for rows in (before, after))
    for code in [*new, *(code for code in old if code not in new)]:
        if code not in old:
            yield _judged((*place, code), None, new[code].name, _added(new[code], document))
        elif code not in new:
            yield _judged((*place, code), old[code].name, None, OVER if _is_over(old[code], begins_on) else ("worse", "removed"))
        elif _is_over(old[code], begins_on) and _is_over(new[code], begins_on):
            yield from (Judged(one.change, *OVER) for one in _fields(old[code], new[code], (*place, code), judges))
        else:
            yield from _fields(old[code], new[code], (*place, code), judges)


def _added(rule: Any, document: Program) -> Verdict:
    """A new rule gives something; but a new tier may be poorer than the one below, and an offer may push others out of an order."""
    if isinstance(rule, Tier):
        return ("better", "added") if _is_richer(rule, document) else UNSURE
    crowded = len(document.discounts) + len(document.specials) > document.stacking.max_offers
    return UNSURE if crowded and rule in (*document.discounts, *document.specials) else ("better", "added")


def _is_richer(tier: Tier, document: Program) -> bool:
    """Whether nobody who rises to a new tier loses by it: it earns as much as the one below, and every rule for that one means it too."""
    tiers = document.ladder.tiers if document.ladder else ()
    place = tiers.index(tier)
    below = tiers[place - 1] if place else None
    rules: tuple[Any, ...] = (*document.earning, *document.cards, *document.discounts, *document.specials, *document.rewards)
    left_out = any(below is not None and below.code in rule.where.tiers and tier.code not in rule.where.tiers for rule in rules)
    return not left_out and tier.earning >= (below.earning if below else 1)


def _is_over(rule: Any, begins_on: date) -> bool:
    period = getattr(rule, "period", None)
    return period is not None and period.until_on is not None and period.until_on < begins_on


def _never_earn(before: Goods | None, after: Goods | None) -> Iterator[Judged]:
    if before == after:
        return
    verdict: Verdict = ("worse", "applies_to_less")
    if after is None or (before is not None and _reach(after, before) == "wider"):
        verdict = ("better", "applies_to_more")
    place = ("never_earn",)
    for leaf in Goods.model_fields:
        was, now = (getattr(one, leaf) if one is not None else () for one in (before, after))
        if was != now:
            yield _judged((*place, leaf), was, now, verdict)


def _ladders(before: Ladder | None, document: Program, begins_on: date) -> Iterator[Judged]:
    after = document.ladder
    if before == after:
        return
    if before is None or after is None:
        poorer = after is not None and any(tier.earning < 1 for tier in after.tiers)
        gained: Verdict = UNSURE if poorer else ("better", "added")
        yield _judged(("ladder",), _names(before), _names(after), ("worse", "removed") if after is None else gained)
        return
    yield from _fields(before, after, ("ladder",), LADDER)
    yield from _rows(before.tiers, after.tiers, ("ladder", "tiers"), TIER, document, begins_on)


def _names(ladder: Ladder | None) -> list[str] | None:
    return [tier.name for tier in ladder.tiers] if ladder else None


def _judged(place: tuple[str, ...], before: Any, after: Any, verdict: Verdict) -> Judged:
    return Judged(Change(place, _shown(before), _shown(after)), *verdict)


def _shown(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple | list):
        return told([_shown(one) for one in value]) if value else None
    return told(value) or None


# How single values are judged. Each takes the whole rule before and after, since what one value means may hang on another.


def _unsure(_old: Any, _new: Any, _name: str) -> Verdict:
    return UNSURE


def _words(_old: Any, _new: Any, _name: str) -> Verdict:
    return WORDS


def _own_books(_old: Any, _new: Any, _name: str) -> Verdict:
    return ("neutral", "for_the_books")


def _more(worse: str, better: str, *, none: Decimal | int = 0) -> Judge:
    """More is better for members; `none` is what a missing value counts as."""

    def judge(old: Any, new: Any, name: str) -> Verdict:
        before, after = (none if value is None else value for value in (getattr(old, name), getattr(new, name)))
        return SAME if after == before else ("better", better) if after > before else ("worse", worse)

    return judge


def _fewer(worse: str, better: str, *, none: Decimal | int = 0) -> Judge:
    """Less is better for members."""
    more = _more(worse, better, none=none)
    return lambda old, new, name: more(new, old, name)


def _either(good: Any, worse: str, better: str) -> Judge:
    """One of two values is the better one."""
    return lambda _old, new, name: ("better", better) if getattr(new, name) == good else ("worse", worse)


def _goods(old: Any, new: Any, _leaf: str) -> Verdict:
    # Of "buy two, get the cheapest free" more goods may make the free one cheaper.
    if isinstance(new, Special) and new.buy is not None:
        return UNSURE
    reach = _reach(old.goods, new.goods)
    return {"wider": ("better", "applies_to_more"), "narrower": ("worse", "applies_to_less")}.get(reach, UNSURE)  # type: ignore[return-value] # the bearings are literals


def _reach(before: Goods, after: Goods) -> str:
    """Whether the goods meant afterwards certainly hold all from before ("wider"), or the other way round."""
    return "wider" if _holds(after, before) else "narrower" if _holds(before, after) else "other"


def _holds(outer: Goods, inner: Goods) -> bool:
    every = not (outer.products or outer.categories)
    listed = _folded(inner.products) <= _folded(outer.products) and _folded(inner.categories) <= _folded(outer.categories)
    meant = every or (bool(inner.products or inner.categories) and listed)
    spared = _folded(outer.except_products) <= _folded(inner.except_products)
    return meant and spared and _folded(outer.except_categories) <= _folded(inner.except_categories)


def _folded(words: Sequence[str]) -> set[str]:
    return {word.casefold() for word in words}


def _where(old: Any, new: Any, leaf: str) -> Verdict:
    before, after = getattr(old.where, leaf), getattr(new.where, leaf)
    if leaf == "traits":
        wider = all(name in before and set(before[name]) <= set(values) for name, values in after.items())
        narrower = all(name in after and set(after[name]) <= set(values) for name, values in before.items())
    else:
        wider = not after or bool(before and set(before) <= set(after))
        narrower = not before or bool(after and set(after) <= set(before))
    return ("better", "applies_to_more") if wider else ("worse", "applies_to_less") if narrower else UNSURE


def _period(old: Any, new: Any, leaf: str) -> Verdict:
    before, after = old.period, new.period
    if leaf == "until_on":
        return _later(before.until_on or date.max, after.until_on or date.max, "ends_sooner", "lasts_longer")
    if leaf == "from_on":
        return _later(after.from_on or date.min, before.from_on or date.min, "begins_later", "begins_sooner")
    if leaf == "weekdays":
        wider = not after.weekdays or (before.weekdays and set(before.weekdays) <= set(after.weekdays))
        return ("better", "applies_to_more") if wider else ("worse", "applies_to_less")
    return _hours(before, after)


def _later(before: date, after: date, worse: str, better: str) -> Verdict:
    return ("better", better) if after > before else ("worse", worse)


def _hours(before: Period, after: Period) -> Verdict:
    (first, last), (begins, ends) = (
        (clock_time(one.from_time).isoformat(), "24:00" if one.until_time == "24:00" else clock_time(one.until_time).isoformat())
        for one in (before, after)
    )
    if last < first or ends < begins:  # over midnight
        return UNSURE
    return ("better", "applies_to_more") if begins <= first and last <= ends else ("worse", "applies_to_less")


def _expiry(old: Any, new: Any, _leaf: str) -> Verdict:
    before, after = old.expiry, new.expiry
    if after.kind == "none":
        return ("better", "lives_longer")
    longer = _months(after) >= _months(before) and not (before.kind == "activity" and after.kind == "fixed")
    return ("better", "lives_longer") if longer and _notice(before) in (None, _notice(after)) else ("worse", "ends_sooner")


def _months(expiry: Any) -> Decimal | int:
    return WITHOUT_END if expiry.months is None else expiry.months


def _notice(expiry: Any) -> Any:
    """The notice before an end that it promises, if any; cards promise none."""
    return getattr(expiry, "notice", None)


def _price(old: Any, new: Any, _leaf: str) -> Verdict:
    before, after = old.price, new.price
    if before is None or after is None:
        return ("better", "can_be_had") if before is None else ("worse", "can_not_be_had")
    if before.unit != after.unit:
        return UNSURE
    return ("worse", "costs_more") if after.units > before.units else ("better", "costs_less")


def _card_reward(old: Any, new: Any, _leaf: str) -> Verdict:
    if old.reward.code != new.reward.code:
        return UNSURE
    return ("better", "gives_more") if new.reward.count > old.reward.count else ("worse", "gives_less")


def _keep(old: Tier, new: Tier, _name: str) -> Verdict:
    before, after = old.needed_to_keep, new.needed_to_keep
    return SAME if after == before else ("worse", "harder_to_keep") if after > before else ("better", "easier_to_keep")


def _welcome(old: Tier, new: Tier, _name: str) -> Verdict:
    return ("better", "gives_more") if old.welcome is None else ("worse", "gives_less") if new.welcome is None else UNSURE


def _rounding(old: Any, new: Any, _name: str) -> Verdict:
    grew = ROUNDINGS.index(new.rounding) > ROUNDINGS.index(old.rounding)
    return ("better", "earns_more") if grew else ("worse", "earns_less")


def _gift_name(_old: Any, new: Any, _name: str) -> Verdict:
    """Of a gift the name is all that is said about the thing itself."""
    return UNSURE if new.kind == "gift" else WORDS


EARNS, GIVES, REACH = ("earns_less", "earns_more"), ("gives_less", "gives_more"), ("harder_to_reach", "easier_to_reach")
LIMIT = _more("limits_tighter", "limits_wider", none=WITHOUT_END)
RULE: dict[str, Judge] = {"name": _words, "description": _words, "goods": _goods, "where": _where, "period": _period, "expiry": _expiry}
TOP: dict[str, Judge] = {
    "name": _words,
    "description": _words,
    "joining": _either("by_purchase", "harder_to_join", "easier_to_join"),
    "hold_minutes": _more("holds_shorter", "holds_longer"),
    "grace_days": _more("ends_sooner", "lives_longer"),
    "late_days_max": _more("late_days_fewer", "late_days_more"),
    "notice_days": _more("notice_shorter", "notice_longer"),
    "adjustment_units_max": _own_books,
    "offline_overspend": _either("refuse", "owes_more", "owes_less"),
    "stacking": lambda old, new, leaf: LIMIT(old.stacking, new.stacking, leaf),
}
UNIT = RULE | {
    "rounding": _rounding,
    "pending_days": _fewer("active_later", "active_sooner"),
    "shortfall": _either("write_off", "owes_more", "owes_less"),
    "worth": _more("worth_less", "worth_more"),
    "cost": _own_books,
    "expected_use_percent": _own_books,
}
EARNING = RULE | {
    "points": _more(*EARNS),
    "per_amount": _fewer(*EARNS, none=WITHOUT_END),
    "minimum_amount": _fewer(*REACH),
    "mode": _either("add", *EARNS),
}
LADDER: dict[str, Judge] = {
    "window_months": _more(*REACH),
    "guarantee_months": _more("kept_shorter", "kept_longer"),
    "notice_days": _more("notice_shorter", "notice_longer"),
}
TIER = RULE | {"from_units": _fewer(*REACH), "keep_units": _keep, "earning": _more(*EARNS), "welcome": _welcome}
CARD = RULE | {
    "per_amount": _fewer(*EARNS, none=WITHOUT_END),
    "target": _fewer(*REACH),
    "per_visit_max": LIMIT,
    "per_day_max": LIMIT,
    "minutes_between": _fewer("limits_tighter", "limits_wider"),
    "minimum_amount": _fewer(*REACH),
    "reward": _card_reward,
}
OFFER = RULE | {"percent": _more(*GIVES), "amount": _more(*GIVES), "cap_percent": LIMIT, "min_order": _fewer(*REACH)}
DISCOUNT = OFFER | {
    "every": _fewer(*REACH, none=WITHOUT_END),
    "after_purchases": _fewer(*REACH, none=WITHOUT_END),
    "after_spend": _fewer(*REACH, none=WITHOUT_END),
    "window_days": _more(*REACH, none=WITHOUT_END),
    "starts_anew": _either(False, *REACH),
}
SPECIAL = OFFER | {
    "unit_price": _fewer("costs_more", "costs_less", none=WITHOUT_END),
    "unit_amount": _more(*GIVES),
    "buy": _fewer(*REACH, none=WITHOUT_END),
    "free": _more(*GIVES),
    "limit": LIMIT,
    "limit_per_day": LIMIT,
}
REWARD = RULE | {
    "name": _gift_name,
    "amount": _more(*GIVES),
    "percent": _more(*GIVES),
    "price": _price,
    "cost": _own_books,
    "stock": LIMIT,
    "per_member_max": LIMIT,
    "per_member_day_max": LIMIT,
    "valid_days": _more("ends_sooner", "lives_longer", none=WITHOUT_END),
}
SECTIONS: dict[str, Mapping[str, Judge]] = {
    "units": UNIT,
    "earning": EARNING,
    "cards": CARD,
    "discounts": DISCOUNT,
    "specials": SPECIAL,
    "rewards": REWARD,
}
# What has rows or a verdict of its own, and the two values that say nothing to members.
ELSEWHERE = {(name,) for name in ("format", "effective_at", "never_earn", "ladder", *SECTIONS)} | {("ladder", "tiers")}
