"""What a case is at a moment: where it stands, its clocks, and when they fall due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from regulars.policy.queries import Level
from regulars.service.rules.clocks import Clock, Laws, Timing, timing_of


class Status(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WAITING = "waiting"  # for the customer
    RESOLVED = "resolved"  # an answer within the grace opens it again
    CLOSED = "closed"
    MERGED = "merged"


UNDONE = (Status.OPEN, Status.WAITING)


@dataclass(slots=True)
class CaseState:
    """The case as its stream tells it. Instants are UTC; people by their internal number.

    `absorbed`: cases merged into this one and since when each counts; `lent_unanswered`: since when their customers wait, beside this case's
    own. `set_aside`: what a merged case was, for the day on which it stands on its own again. `step_at`: when somebody of ours last did
    something, or the matter came back to us; `silent_since`: the step after which a silence was told of.
    """

    status: Status = Status.OPEN
    nature: str = ""
    topic: str = ""
    channel: str = ""
    priority: str = "normal"
    traits: Mapping[str, str] = field(default_factory=dict)
    version_id: int | None = None
    paragraph: str = ""
    queue_id: int | None = None
    owner_id: int | None = None
    hands: list[int] = field(default_factory=list)
    opened_at: datetime | None = None
    counts_from: datetime | None = None
    customer_at: datetime | None = None
    unanswered_since: datetime | None = None
    own_unanswered: datetime | None = None
    lent_unanswered: dict[int, datetime] = field(default_factory=dict)
    absorbed: dict[int, datetime] = field(default_factory=dict)
    set_aside: tuple[Status, tuple[Clock, ...]] | None = None
    first_answered_at: datetime | None = None
    answered_at: datetime | None = None
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    rejected: int = 0
    settled: bool | None = None
    step_at: datetime | None = None
    silent_since: datetime | None = None
    breached: set[str] = field(default_factory=set)
    rung: set[str] = field(default_factory=set)
    clocks: list[Clock] = field(default_factory=list)
    seq: int = 0

    def clock(self, key: str) -> Clock | None:
        """One of its clocks."""
        return next((one for one in self.clocks if one.key == key), None)


def level_of(state: CaseState, laws: Laws) -> Level | None:
    """The paragraph that holds for the case as it is."""
    if state.version_id is None:
        return None
    return laws.level(state.version_id, state.nature, state.priority, state.channel, state.traits)


def timings_of(state: CaseState, laws: Laws) -> dict[str, Timing]:
    """Each clock's due instant and next alarm, by its key."""
    levels: dict[tuple[int, str], Level] = {}
    found = {}
    for clock in state.clocks:
        level = None
        if clock.version_id is not None and clock.open:
            place = (clock.version_id, clock.paragraph)
            if place not in levels:
                levels[place] = next(one for one in laws.law(place[0]).policy.levels if one.paragraph == place[1])
            level = levels[place]
        found[clock.key] = timing_of(clock, level, laws, frozenset(state.rung))
    return found
