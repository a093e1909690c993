"""Decisions about sending: what is repeated, when to try again, when an address is given up, how fast a domain may be spoken to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

# A crash leaves these uncertain: the same message may come twice sooner than not at all, under the same Message-ID.
REPEATED = frozenset({"transactional", "security", "legal", "recall", "reply", "service"})
GIVE_UP_AFTER = timedelta(hours=72)
SOFT_DAYS, SOFT_WITHIN = 5, timedelta(days=30)
SOFT_REST = timedelta(days=30)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)


def may_repeat(contact_class: str) -> bool:
    """Whether a message whose handing over was interrupted is sent again."""
    return contact_class in REPEATED


def wait_before(attempt: int) -> timedelta:
    """How long to wait after the n-th refusal "for now": a minute, two, four … at most four hours."""
    return min(FIRST_WAIT * int(2 ** min(attempt - 1, 20)), LONGEST_WAIT)


def is_given_up(soft_days: Iterable[date], today: date) -> bool:
    """Whether an address failed softly on five days within thirty."""
    first = today - SOFT_WITHIN
    return len({day for day in soft_days if first < day <= today}) >= SOFT_DAYS


@dataclass
class Pace:
    """At most `per_minute` messages a minute to one domain, in even steps; a domain that says "too fast" rests. Times are given in."""

    per_minute: int
    next_at: dict[str, datetime] = field(default_factory=dict)
    rests: dict[str, datetime] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def taken_from(self, domain: str, at: datetime) -> datetime:
        """`at` when a message to the domain may go now: it counts as gone. Otherwise the moment from which the next one may."""
        with self._turn:  # several lanes send side by side
            earliest = max(at, self.rests.get(domain, at))
            if self.per_minute:
                earliest = max(earliest, self.next_at.get(domain, at))
                if earliest == at:
                    self.next_at[domain] = at + timedelta(minutes=1) / self.per_minute
            return earliest

    def rest(self, domain: str, at: datetime, attempt: int) -> None:
        """The domain said 421 or 450: leave it alone for a while, longer each time."""
        with self._turn:
            self.rests[domain] = max(self.rests.get(domain, at), at + wait_before(attempt))
