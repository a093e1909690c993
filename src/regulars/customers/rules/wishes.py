"""What a customer wishes, as a value, and how the wishes of merged records become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

DAY_MINUTES = 24 * 60
WEEKDAYS = 7

# Seven tuples, Monday first, of (from, to) minutes of the local day; `to` is exclusive.
Hours = tuple[tuple[tuple[int, int], ...], ...]


class NotAWish(ValueError):
    """The statement can't be obeyed; `code` says why and `field` where."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code, self.field = code, field


@dataclass(frozen=True)
class Wishes:
    """How, when and how often. Empty: no wish was stated."""

    channels_never: frozenset[str] = frozenset()
    preferred_channel: str = ""
    hours: Hours | None = None
    at_most: tuple[int, int] | None = None
    topics: frozenset[str] = frozenset()
    stated_at: datetime | None = None

    @property
    def any(self) -> bool:
        """Whether anything is wished at all."""
        return bool(self.channels_never or self.preferred_channel or self.hours is not None or self.at_most or self.topics)


@dataclass(frozen=True)
class Statement:
    """What one record of a person said last."""

    at: datetime
    wishes: Wishes = field(default_factory=Wishes)


def sound_hours(hours: Sequence[Sequence[Sequence[int]]] | None) -> Hours | None:
    """Hours in order and without overlap. Raises NotAWish when a day or a minute does not exist, or nothing is left of the week."""
    if hours is None:
        return None
    if len(hours) != WEEKDAYS:
        raise NotAWish("not_a_week", "hours")
    week = []
    for day in hours:
        spans = sorted((int(start), int(end)) for start, end in day)
        if any(not 0 <= start < end <= DAY_MINUTES for start, end in spans):
            raise NotAWish("not_a_time", "hours")
        joined: list[tuple[int, int]] = []
        for start, end in spans:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        week.append(tuple(joined))
    if not any(week):
        raise NotAWish("never_at_all", "hours")
    return tuple(week)


def wishes_together(statements: Sequence[Statement], merged_at: datetime | None) -> Wishes:
    """The wishes of one person who may stand in the records several times.

    What was said after the last merge holds alone: it was said by the whole person. Before that the strictest of all: every "never"
    counts, the rarest frequency, and of the rest what was said last.
    """
    if not statements:
        return Wishes()
    newest_first = sorted(statements, key=lambda one: one.at, reverse=True)
    newest = newest_first[0]
    if merged_at is None or newest.at >= merged_at or len(newest_first) == 1:
        return newest.wishes
    said = [one.wishes for one in newest_first]
    frequencies = [one.at_most for one in said if one.at_most]
    return Wishes(
        channels_never=frozenset().union(*(one.channels_never for one in said)),
        preferred_channel=next((one.preferred_channel for one in said if one.preferred_channel), ""),
        hours=next((one.hours for one in said if one.hours is not None), None),
        at_most=min(frequencies, key=lambda pair: pair[0] / pair[1]) if frequencies else None,
        topics=next((one.topics for one in said if one.topics), frozenset()),
        stated_at=newest.at,
    )
