"""The local calendar day of many instants at once.

A visit belongs to the day on the shop's own calendar, so half past midnight in Berlin and half past eleven the
evening before in London may be one instant but two days.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from regulars.insight.rules.arrays import Whole

MICROSECONDS_PER_DAY = 86_400_000_000
EPOCH = date(1970, 1, 1)
FIRST_YEAR, LAST_YEAR = 1900, 2100


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - EPOCH).days


def day_from_number(number: int) -> date:
    """The calendar day that lies so many days after 1 January 1970."""
    return EPOCH + timedelta(days=int(number))


def local_days(instants: Whole, zone: str) -> Whole:
    """Day numbers, on the zone's calendar, of instants given as microseconds since 1970 in UTC."""
    if len(instants) == 0:
        return np.empty(0, dtype=np.int64)
    changes, offsets = offset_changes(zone)
    shift = offsets[np.searchsorted(changes, instants, side="right")]
    return np.asarray((instants + shift) // MICROSECONDS_PER_DAY, dtype=np.int64)


@lru_cache(maxsize=64)
def offset_changes(zone: str) -> tuple[Whole, Whole]:
    """When the zone's offset from UTC changes (microseconds), and the offset before, between and after.

    Beyond the years 1900 to 2100 the outermost offset goes on.
    """
    named = ZoneInfo(zone)
    start = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    stop = int(datetime(LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    changes: list[int] = []
    offsets = [_offset_seconds(named, start)]
    earlier = start
    for later in range(start + 86_400, stop, 86_400):
        offset = _offset_seconds(named, later)
        if offset != offsets[-1]:
            changes.append(_first_second_with(named, earlier, later, offset))
            offsets.append(offset)
        earlier = later
    return np.array(changes, dtype=np.int64) * 1_000_000, np.array(offsets, dtype=np.int64) * 1_000_000


def _offset_seconds(zone: ZoneInfo, second: int) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    offset = moment.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _first_second_with(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    while after - before > 1:
        middle = (before + after) // 2
        if _offset_seconds(zone, middle) == offset:
            after = middle
        else:
            before = middle
    return after
