"""May we contact this person, when, and why not: one pure decision from the question, the person, the rules and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from regulars.contacts.rules.gate_clock import Clock, Week, closed_by, open_from
from regulars.contacts.rules.gate_document import Cap, ClassRule, ContactClass, GateRules
from regulars.contacts.rules.gate_windows import Held, Limit, room_from, too_heavy, used_up

SERVICE = frozenset({ContactClass.SERVICE, ContactClass.REPLY})
ROUNDS_MAX = 400


@dataclass(frozen=True)
class Ask:
    """A wish to contact somebody. `priority` 1 is the most urgent, 9 the least. `weight` None: as the rules say for the channel.
    `wanted_at` None: now. `expires_at`: from when on it is worth nothing any more. `value` of the offer breaks ties."""

    channel: str
    purpose: str
    contact_class: str
    weight: int | None = None
    priority: int = 5
    wanted_at: datetime | None = None
    expires_at: datetime | None = None
    address: str = ""
    value: int = 0


@dataclass(frozen=True)
class Frozen:
    """A freeze: open while `closed_at` is None."""

    reason: str
    since: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Person:
    """What is known of the person asked about: all their records (the surviving one first), consent, wishes, clock, household, freezes."""

    customer_ids: tuple[int, ...]
    may: bool
    may_code: str
    may_sentence: str
    zones: tuple[str, ...]
    zone_known: bool = True
    channels_never: frozenset[str] = frozenset()
    hours: Week | None = None
    at_most: tuple[int, int] | None = None
    household: str = ""
    frozen: tuple[Frozen, ...] = ()


@dataclass(frozen=True)
class Why:
    """One reason: a stable code, values for its sentence, the entries that used up the budget."""

    code: str
    values: dict[str, str | int] = field(default_factory=dict)
    entries: tuple[Held, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """The decision. `until`: when it could be, for "defer" and, where known, "refuse". `preempted`: reservations that give way."""

    answer: Literal["allow", "defer", "refuse"]
    until: datetime | None
    reasons: tuple[Why, ...]
    at: datetime
    weight: int
    preempted: tuple[Held, ...] = ()


def decide(ask: Ask, person: Person, rules: GateRules, ledger: Sequence[Held], now: datetime) -> Outcome:
    """Decide at `now`. `ledger` holds the live entries of the person's records and of their household, within the longest window."""
    rule = rules.classes[ContactClass(ask.contact_class)]
    weight = ask.weight if ask.weight is not None else rules.weights.get(ask.channel, 1)  # type: ignore[call-overload]
    wanted = max(ask.wanted_at or now, now)
    noes = _noes(ask, person, rule)
    if noes:
        return Outcome("refuse", None, noes, wanted, weight)
    if ask.expires_at is not None and wanted >= ask.expires_at:
        return Outcome("refuse", None, (Why("expired"),), wanted, weight)
    frozen = _frozen(ask, person, rules, wanted)
    if frozen is not None and frozen.until is None:
        return Outcome("refuse", None, (frozen,), wanted, weight)
    clock = _clock(ask, person, rules, rule)
    limits = limits_for(ask, person, rules, ledger) if rule.blocked else ()
    heavy = [Why("too_heavy", {"cap": one.name, "most": one.most, "weight": weight}) for one in limits if too_heavy(one, weight)]
    if heavy:
        return Outcome("refuse", None, tuple(heavy), wanted, weight)
    start = max(wanted, frozen.until) if frozen and frozen.until else wanted
    full = _full(limits, wanted, weight)
    if frozen is None and not closed_by(clock, wanted):
        if not full:
            return Outcome("allow", None, (Why("passes"),) if not rule.blocked else (), wanted, weight)
        victims = _giving_way(ask, person, limits, wanted, weight)
        if victims:
            return Outcome("allow", None, (), wanted, weight, victims)
    reasons = [frozen] if frozen else []
    if shut := closed_by(clock, wanted):
        reasons.append(Why(shut, {"zones": ", ".join(clock.zones), "known": int(person.zone_known)}))
    held = [_full_reason(one, ask, wanted, weight) for one in full]
    return _later(ask, clock, limits, start, weight, [*reasons, *held], wanted)


def limits_for(ask: Ask, person: Person, rules: GateRules, ledger: Sequence[Held]) -> tuple[Limit, ...]:
    """The caps that hold for a question, with the entries that count for each."""
    counting = [one for one in ledger if rules.classes[ContactClass(one.contact_class)].counts]
    own = [one for one in counting if one.customer_id in person.customer_ids]
    found: list[Limit] = []
    for cap in rules.caps:
        if not cap.covers(ask.channel, ask.purpose, ask.contact_class):
            continue
        rows = _household(counting, person) if cap.household else own
        covered = tuple(one for one in rows if cap.covers(one.channel, one.purpose, one.contact_class))
        code = "household" if cap.household else "pressure"
        found.append(Limit(cap.name, code, cap.most, cap.window, covered, household=cap.household))
        if cap.for_service and ask.contact_class not in SERVICE:
            found.append(_without_share(cap, code, covered))
    if person.at_most and rules.classes[ContactClass(ask.contact_class)].wishes:
        count, days = person.at_most
        heard = tuple(one for one in own if rules.classes[ContactClass(one.contact_class)].wishes)
        found.append(Limit("own", "own_frequency", count, timedelta(days=days), heard, one_each=True))
    return tuple(found)


def _without_share(cap: Cap, code: str, covered: tuple[Held, ...]) -> Limit:
    """What is left beside the share kept for service: only contacts that are no service use it up."""
    others = tuple(one for one in covered if one.contact_class not in SERVICE)
    return Limit(cap.name, code, cap.most - cap.for_service, cap.window, others, household=cap.household)


def _household(counting: Sequence[Held], person: Person) -> list[Held]:
    return [one for one in counting if one.customer_id in person.customer_ids or (person.household and one.household == person.household)]


def _noes(ask: Ask, person: Person, rule: ClassRule) -> tuple[Why, ...]:
    found = [] if person.may else [Why(f"consent_{person.may_code}", {"sentence": person.may_sentence})]
    if rule.wishes and ask.channel in person.channels_never:
        found.append(Why("own_channel", {"channel": ask.channel}))
    return tuple(found)


def _frozen(ask: Ask, person: Person, rules: GateRules, at: datetime) -> Why | None:
    """The freeze that holds longest; without an end while a complaint is open."""
    if ask.contact_class not in rules.freeze.classes:
        return None
    after = timedelta(days=rules.freeze.days_after)
    standing = [one for one in person.frozen if one.since <= at and (one.closed_at is None or at < one.closed_at + after)]
    if not standing:
        return None
    still_open = next((one for one in standing if one.closed_at is None), None)
    if still_open:
        return Why("complaint_open", {"reason": still_open.reason})
    last = max(standing, key=lambda one: one.closed_at or at)
    assert last.closed_at is not None
    return Why("complaint_recent", {"reason": last.reason, "days": rules.freeze.days_after}, until=last.closed_at + after)


def _clock(ask: Ask, person: Person, rules: GateRules, rule: ClassRule) -> Clock:
    none: Week = ((),) * 7
    return Clock(
        person.zones,
        rules.quiet_of(ask.channel) if rule.quiet else none,
        person.hours if rule.wishes else None,
    )


def _full(limits: Sequence[Limit], at: datetime, weight: int, without: Sequence[int] = ()) -> list[tuple[Limit, tuple[Held, ...]]]:
    found = [(limit, used_up(limit, at, weight, without)) for limit in limits]
    return [(limit, used) for limit, used in found if used]


def _giving_way(ask: Ask, person: Person, limits: Sequence[Limit], at: datetime, weight: int) -> tuple[Held, ...]:
    """The fewest of the weakest reservations whose going makes room; empty when that can't be.

    Weakest: least urgent, expiring last, of least value, made last. Within a household people of one urgency settle it by their number.
    """
    weak = {one.id: one for limit, used in _full(limits, at, weight) for one in used if _weaker(one, ask, person, limit)}
    order = sorted(weak.values(), key=_strength)
    gone: list[Held] = []
    for one in order:
        gone.append(one)
        if not _full(limits, at, weight, [each.id for each in gone]):
            break
    else:
        return ()
    for one in reversed(list(gone)):
        rest = [each.id for each in gone if each is not one]
        if rest and not _full(limits, at, weight, rest):
            gone.remove(one)
    return tuple(gone)


def _weaker(one: Held, ask: Ask, person: Person, limit: Limit) -> bool:
    if not one.reserved or one.pinned:
        return False
    if one.priority > ask.priority:
        return True
    return limit.household and one.priority == ask.priority and one.customer_id > person.customer_ids[0]


def _strength(one: Held) -> tuple[int, float, int, int]:
    """Sorts the weakest first."""
    expires = one.expires_at.timestamp() if one.expires_at else float("inf")
    return (-one.priority, -expires, one.value, -one.id)


def _full_reason(full: tuple[Limit, tuple[Held, ...]], ask: Ask, at: datetime, weight: int) -> Why:
    limit, used = full
    higher = [one.id for one in used if one.reserved and one.priority < ask.priority]
    code = "held_for_higher_priority" if higher and not used_up(limit, at, weight, higher) else limit.code
    days = limit.window.days
    values: dict[str, str | int] = {"cap": limit.name, "most": limit.most, "days": days, "hours": int(limit.window.total_seconds() // 3600)}
    return Why(code, values, used)


def _later(ask: Ask, clock: Clock, limits: Sequence[Limit], start: datetime, weight: int, reasons: list[Why], wanted: datetime) -> Outcome:
    until = _first_slot(clock, limits, start, weight)
    given = tuple(reasons)
    if until is None:
        return Outcome("refuse", None, (*given, Why("never_open")), wanted, weight)
    if ask.expires_at is not None and until >= ask.expires_at:
        return Outcome("refuse", until, (*given, Why("expires_first")), wanted, weight)
    if any(one.code == "held_for_higher_priority" for one in given):
        return Outcome("refuse", until, given, wanted, weight)
    return Outcome("defer", until, given, wanted, weight)


def _first_slot(clock: Clock, limits: Sequence[Limit], start: datetime, weight: int) -> datetime | None:
    """The first instant that both the clock and every limit allow."""
    moment = start
    for _round in range(ROUNDS_MAX):
        opened = open_from(clock, moment)
        if opened is None:
            return None
        free = room_from(limits, opened, weight)
        if free == opened:
            return opened
        moment = free
    return None
