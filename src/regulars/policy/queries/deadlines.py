"""When something falls due by a calendar, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.rules.calendars import Calendar
from regulars.policy.rules.deadlines import Piece, account, due_at
from regulars.policy.rules.targets import Target
from regulars.policy.rules.working_time import NeverAgain, WorkingTime

YEARS = range(1970, 2201)


class StartRefused(Refusal):
    code = "instant_refused"

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence, reason=reason)


class PauseRefused(Refusal):
    code = "pause_backwards"

    def __init__(self) -> None:
        super().__init__(_("A pause ends before it begins."))


class CalendarRunsOut(Refusal):
    code = "calendar_runs_out"

    def __init__(self) -> None:
        super().__init__(_("The calendar has not enough working time left to reach this target."))


@dataclass(frozen=True)
class Deadline:
    """When it falls due (UTC), in which zone it was counted, and each interval counted or skipped."""

    due_at: datetime
    zone: ZoneInfo
    pieces: tuple[Piece, ...]


def deadline_by(*, calendar: Calendar, target: Target, start: datetime, pauses: Sequence[tuple[datetime, datetime]] = ()) -> Deadline:
    """The deadline of a target from an instant, with its account. Raises PauseRefused, CalendarRunsOut."""
    if any(last < first for first, last in pauses):
        raise PauseRefused
    working = WorkingTime(calendar)
    try:
        due = due_at(working, target, start, pauses)
        return Deadline(due, calendar.zone, tuple(account(working, target, start, pauses)))
    except NeverAgain:
        raise CalendarRunsOut from None


def instant_of(text: str, *, zone: ZoneInfo) -> datetime:
    """An ISO 8601 instant in UTC. Without an offset it is local time of the zone; one that the clock skipped is refused, of two the first.

    Raises StartRefused.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise StartRefused(
            "not_an_instant", _("“%(text)s” is no instant such as 2026-11-23T10:00:00+01:00.") % {"text": text[:60]}
        ) from None
    if found.year not in YEARS:
        raise StartRefused("year_out_of_range", _("“%(text)s” lies outside the years 1970 to 2200.") % {"text": text[:60]})
    if found.tzinfo is None:
        local = found.replace(tzinfo=zone)
        back = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        if back != found:
            raise StartRefused(
                "time_does_not_exist",
                _("“%(text)s” does not exist in %(zone)s: the clock was put forward over it.") % {"text": text[:60], "zone": zone.key},
            )
        found = local
    return found.astimezone(UTC)
