"""Days and hours as members understand them: until the end of a day, by months that keep their anchor, by the clock on the wall.

Sources: semantics P6 (a day ends at the first instant of the next one in the program's zone; months clamp to the month's end and always
start from the original anchor), RFC 5545 §3.3.6 for wall time.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.loyalty.rules.parts import Period, clock_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day is over: the first one of the day after, in UTC."""
    return start_of(day + DAY, zone)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; where midnight is skipped by a clock change, the first instant that exists."""
    first = datetime.combine(day, time(0), tzinfo=zone)
    return first.astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The date on the wall."""
    return at.astimezone(zone).date()


def months_after(anchor: date, months: int) -> date:
    """The same day so many months later, or the month's last: 31 January and one month is 28 February."""
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def within(period: Period, at: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant lies in a period. An hour that comes twice on the wall counts both times, one that is skipped never."""
    local = at.astimezone(zone)
    day, clock = local.date(), local.time()
    first, last = clock_time(period.from_time), clock_time(period.until_time)
    over_midnight = period.until_time != "24:00" and last < first
    if over_midnight and clock < last:
        day -= DAY
    elif clock < first or (period.until_time != "24:00" and not over_midnight and clock >= last):
        return False
    if period.weekdays and DAYS[day.weekday()] not in period.weekdays:
        return False
    return (period.from_on is None or day >= period.from_on) and (period.until_on is None or day <= period.until_on)


def empty_days(period: Period, zone: ZoneInfo) -> list[date]:
    """The days of a dated period on which its hours don't occur on the wall at all (the hour that a clock change skips), at most 400 looked at."""
    if period.from_on is None or period.until_on is None or (period.from_time, period.until_time) == ("00:00", "24:00"):
        return []
    days = [period.from_on + n * DAY for n in range(min((period.until_on - period.from_on).days + 1, 400))]
    return [day for day in days if not _occurs(period, day, zone)]


def _occurs(period: Period, day: date, zone: ZoneInfo) -> bool:
    start = start_of(day, zone)
    return any(
        within(period.model_copy(update={"from_on": day, "until_on": day}), start + timedelta(minutes=n), zone) for n in range(0, 30 * 60)
    )
