"""Sliding windows: how much weight falls into any window of a cap, looking back and forward.

A contact at u counts at x while 0 ≤ x − u < D. So a new one at t is legal when at t, and at each later contact within D, the sum stays
within the cap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Held:
    """One entry of the ledger: reserved or confirmed. `pinned`: it is on its way, nobody can take its place any more.

    `key` is its public id, `asked_as` the caller's own key.
    """

    id: int
    key: str
    at: datetime
    channel: str
    purpose: str
    contact_class: str
    weight: int
    priority: int
    customer_id: int
    reserved: bool = False
    pinned: bool = False
    expires_at: datetime | None = None
    value: int = 0
    household: str = ""
    contact: str = ""
    asked_as: str = ""
    held_until: datetime | None = None

    def stands_at(self, now: datetime) -> bool:
        """Whether it counts: a reservation that nobody used in time doesn't."""
        return not self.reserved or self.pinned or self.held_until is None or self.held_until > now


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap as it holds for one question: the entries that count for it, and how much weight they and the new contact may have together.
    `one_each`: every contact weighs 1 whatever it weighs elsewhere. `name` and `code` explain it."""

    name: str
    code: str
    most: int
    window: timedelta
    entries: tuple[Held, ...]
    one_each: bool = False
    household: bool = False

    def weight_of(self, entry: Held) -> int:
        """What an entry weighs here."""
        return 1 if self.one_each else entry.weight


def used_up(limit: Limit, at: datetime, weight: int, without: Iterable[int] = ()) -> tuple[Held, ...]:
    """The entries of the fullest window that leaves no room for `weight` at `at`; empty when there is room in all of them."""
    gone = frozenset(without)
    near = [one for one in limit.entries if one.id not in gone and at - limit.window < one.at < at + limit.window]
    if not near:
        return ()
    own = 1 if limit.one_each else weight
    worst: tuple[int, tuple[Held, ...]] = (0, ())
    for end in [at, *(one.at for one in near if one.at > at)]:
        inside = tuple(one for one in near if end - limit.window < one.at <= end)
        total = own + sum(limit.weight_of(one) for one in inside)
        if total > limit.most and total > worst[0]:
            worst = (total, inside)
    return worst[1]


def too_heavy(limit: Limit, weight: int) -> bool:
    """Whether a contact of this weight could never pass, even if nothing had happened."""
    return (1 if limit.one_each else weight) > limit.most


def room_from(limits: Sequence[Limit], at: datetime, weight: int) -> datetime:
    """The first instant from `at` on at which every limit has room: `at`, or the instant at which an entry leaves a window."""
    leaving = {one.at + limit.window for limit in limits for one in limit.entries if one.at + limit.window > at}
    for moment in [at, *sorted(leaving)]:
        if not any(used_up(limit, moment, weight) for limit in limits):
            return moment
    return max(leaving, default=at)
