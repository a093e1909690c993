"""A promise as a clock: started, resting, ended; by which paragraph of which version; due when, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil
from operator import attrgetter
from typing import Any

from regulars.policy.queries import Level, NeverAgain, Policy, Step, Target, WorkingTime, due_at, level_for


class Metric(StrEnum):
    """What is promised."""

    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    RESOLUTION = "resolution"
    ANSWER_UNLESS_SETTLED = "answer_unless_settled"
    FINAL_ANSWER = "final_answer"
    OWN = "own"  # what somebody of the staff promised by themselves


OF_LEVEL = (Metric.FIRST_ANSWER, Metric.NEXT_ANSWER, Metric.RESOLUTION, Metric.ANSWER_UNLESS_SETTLED, Metric.FINAL_ANSWER)


class Ended(StrEnum):
    """How a clock ended. Whether `kept` was in time says the due instant."""

    KEPT = "kept"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"  # the short way is over, another deadline holds


class Standing(StrEnum):
    """What a clock is at an instant."""

    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Law:
    """A version of the policy as the clocks need it: its number in the database, its name ("2.1"), its document and that one's fingerprint."""

    version_id: int
    label: str
    policy: Policy
    fingerprint: str = ""


class Laws:
    """The versions that the cases at hand stand under, each calendar expanded once for all of them.

    `expanded` may outlive the book: working time by fingerprint of the document and name of the calendar.
    """

    def __init__(self, load: Callable[[int], Law], expanded: dict[tuple[str, str], WorkingTime] | None = None) -> None:
        self._load = load
        self._laws: dict[int, Law] = {}
        self._levels: dict[tuple[Any, ...], Level | None] = {}
        self._working = {} if expanded is None else expanded

    def law(self, version_id: int) -> Law:
        """One version."""
        if version_id not in self._laws:
            self._laws[version_id] = self._load(version_id)
        return self._laws[version_id]

    def level(self, version_id: int, nature: str, priority: str, channel: str, traits: Mapping[str, str]) -> Level | None:
        """The paragraph of one version that holds for such a case."""
        key = (version_id, nature, priority, channel, *sorted(traits.items()))
        if key not in self._levels:
            policy = self.law(version_id).policy
            self._levels[key] = level_for(policy, nature=nature, priority=priority, channel=channel, traits=traits)
        return self._levels[key]

    def working(self, version_id: int, calendar: str) -> WorkingTime:
        """The working time of one of its calendars."""
        law = self.law(version_id)
        key = (law.fingerprint, calendar)
        if key not in self._working:
            self._working[key] = WorkingTime(law.policy.calendar_named(calendar))
        return self._working[key]


@dataclass(frozen=True, slots=True)
class Mark:
    """One event of a promise: activated, paused, resumed, applied (another paragraph or version), fulfilled, cancelled, lapsed, breached."""

    at: datetime
    what: str
    seq: int


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise in a case. `instance` counts those of one metric; an own promise has its id as `key` and its due instant as given.

    `lent`: cases merged into this one, each with the instant from which its customer waits; the earliest is the start until it is taken back.
    `began_at`: the start of its own while another's is lent.
    """

    metric: Metric
    instance: int
    started_at: datetime
    lent: tuple[tuple[int, datetime], ...] = ()
    began_at: datetime | None = None
    version_id: int | None = None
    paragraph: str = ""
    calendar: str = ""
    target: Target | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    paused_since: datetime | None = None
    ended_at: datetime | None = None
    ended: Ended | None = None
    own: str = ""
    what: str = ""
    staff_id: int | None = None
    given_due_at: datetime | None = None
    attempts: int = 0
    marks: tuple[Mark, ...] = ()
    has_final: bool = False

    @property
    def key(self) -> str:
        """What the clock is called within its case."""
        return f"own:{self.own}" if self.metric is Metric.OWN else f"{self.metric.value}:{self.instance}"

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    def with_lent(self, case: int, since: datetime) -> Clock:
        """The same clock counting from the earlier of its own start and that of a case merged into this one."""
        return self.changed(
            lent=(*self.lent, (case, since)), began_at=self.began_at or self.started_at, started_at=min(self.started_at, since)
        )

    def without_lent(self, case: int) -> Clock:
        """The same clock when that case stands on its own again: from its own start, or what others still lend."""
        if self.began_at is None or all(number != case for number, _since in self.lent):
            return self
        rest = tuple(one for one in self.lent if one[0] != case)
        return self.changed(lent=rest, started_at=min([self.began_at, *(since for _number, since in rest)]))

    def marked(self, at: datetime, what: str, seq: int, **to: Any) -> Clock:
        """The same clock with one event more, and what changed by it."""
        return self.changed(marks=(*self.marks, Mark(at, what, seq)), **to)

    def changed(self, **to: Any) -> Clock:
        """As `dataclasses.replace`, in a third of its time: replaying many streams is mostly this."""
        values = list(_all_of(self))
        for name, value in to.items():
            values[_PLACES[name]] = value
        return Clock(*values)


_NAMES = tuple(one.name for one in fields(Clock))
_PLACES = {name: place for place, name in enumerate(_NAMES)}
_all_of = attrgetter(*_NAMES)


@dataclass
class Timing:
    """What a clock comes to under its law: due when (None while it rests), and the coming alarm."""

    due_at: datetime | None
    alarm_at: datetime | None = None
    alarm: Step | None = field(default=None)


def due_of(clock: Clock, laws: Laws, *, until: datetime | None = None) -> datetime | None:
    """When it falls due; None while it rests (unless `until` says where the resting ends), when nothing was promised, or when the calendar
    has not enough working time left to reach it: such a calendar has dated days only."""
    if clock.metric is Metric.OWN:
        return clock.given_due_at
    if clock.target is None or clock.version_id is None:
        return None
    pauses = list(clock.pauses)
    if clock.paused_since is not None:
        if clock.target.in_days:
            pass  # a promise of a date does not move
        elif until is None:
            return None
        else:
            pauses.append((clock.paused_since, max(until, clock.paused_since)))
    try:
        return due_at(laws.working(clock.version_id, clock.calendar), clock.target, clock.started_at, pauses)
    except NeverAgain:
        return None


def standing_of(clock: Clock, due: datetime | None, now: datetime) -> Standing:
    """What the clock is at an instant. In the very second in which it falls due it is still kept."""
    if clock.ended is Ended.CANCELLED:
        return Standing.CANCELLED
    if clock.ended is Ended.LAPSED:
        return Standing.LAPSED
    if clock.ended is Ended.KEPT:
        return Standing.KEPT_LATE if due is not None and clock.ended_at is not None and clock.ended_at > due else Standing.KEPT
    if due is None:
        return Standing.PAUSED
    if now > due:
        return Standing.LAPSED if lapses(clock) else Standing.OVERDUE
    return Standing.PAUSED if clock.paused_since is not None else Standing.RUNNING


def lapses(clock: Clock) -> bool:
    """Whether missing it breaks nothing: the short way of a policy that promises a final answer besides."""
    return clock.metric is Metric.ANSWER_UNLESS_SETTLED and clock.has_final


def alarms_of(clock: Clock, level: Level | None, due: datetime | None, laws: Laws) -> list[tuple[datetime, Step]]:
    """When each alarm of the paragraph rings for an open clock, in the working time of those whom it calls, earliest first."""
    if level is None or due is None or not clock.open or clock.paused_since is not None or clock.version_id is None or clock.target is None:
        return []
    if lapses(clock):
        return []
    found = []
    working = laws.working(clock.version_id, clock.calendar)
    for step in level.escalate:
        theirs = laws.working(clock.version_id, step.calendar or level.calendar)
        try:
            found.append((theirs.next_open(_rings_at(clock, due, step, working, theirs)), step))
        except NeverAgain:  # those whom it calls don't work any more by then
            continue
    return sorted(found, key=lambda one: (one[0], one[1].at))


def _rings_at(clock: Clock, due: datetime, step: Step, working: WorkingTime, theirs: WorkingTime) -> datetime:
    if step.at.endswith("%"):
        return _share_of(clock, due, working, int(step.at[:-1]))
    count, unit = int(step.at[1:-2]), step.at[-2:]
    return theirs.add(due, timedelta(hours=count) if unit == "bh" else timedelta(minutes=count))


def _share_of(clock: Clock, due: datetime, working: WorkingTime, percent: int) -> datetime:
    """The instant at which so much of the time has passed; working time where the target counts it or promises a day, else the clock's."""
    if percent == 100:
        return due
    assert clock.target is not None
    if clock.target.in_days:
        whole = working.between(clock.started_at, due)
        return (
            working.add(clock.started_at, whole * percent / 100) if whole else clock.started_at + (due - clock.started_at) * percent / 100
        )
    minutes = ceil(clock.target.seconds * percent / 6000)
    part = Target(max(1, minutes), "bm" if clock.target.working else "m")
    return due_at(working, part, clock.started_at.astimezone(UTC), list(clock.pauses))


def timing_of(clock: Clock, level: Level | None, laws: Laws, rung: frozenset[str]) -> Timing:
    """Due instant and the next alarm that has not rung yet (`rung`: "key|step")."""
    due = due_of(clock, laws, until=clock.ended_at)
    for at, step in alarms_of(clock, level, due, laws):
        if f"{clock.key}|{step.at}" not in rung:
            return Timing(due, at, step)
    return Timing(due)
