"""By when somebody confirms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.policy.rules.confirming import Absence, due_to_confirm, is_away, reminder_days

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
PUBLISHED = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def away(first: str, last: str) -> Absence:
    return date.fromisoformat(first), date.fromisoformat(last)


CASES: list[tuple[str, datetime, list[Absence], str]] = [
    ("there all the time", LONG_AGO, [], "2026-12-15T12:00+01:00"),
    ("joined later", datetime(2026, 12, 10, 8, tzinfo=UTC), [], "2026-12-24T09:00+01:00"),
    ("on leave when it was published", LONG_AGO, [away("2026-11-20", "2026-12-05")], "2026-12-20T00:00+01:00"),
    ("leave within the days", LONG_AGO, [away("2026-12-10", "2026-12-20")], "2027-01-04T00:00+01:00"),
    ("leave that was over", LONG_AGO, [away("2026-11-01", "2026-11-30")], "2026-12-15T12:00+01:00"),
    ("leave after it was due", LONG_AGO, [away("2026-12-24", "2027-01-06")], "2026-12-15T12:00+01:00"),
    ("two leaves in a row", LONG_AGO, [away("2026-12-20", "2026-12-31"), away("2026-12-02", "2026-12-10")], "2027-01-15T00:00+01:00"),
]


@pytest.mark.parametrize(("joined", "absences", "due"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_the_days_count_from_the_return(joined: datetime, absences: list[Absence], due: str) -> None:
    found = due_to_confirm(published=PUBLISHED, joined=joined, absences=absences, days=14, zone=BERLIN)
    assert found == datetime.fromisoformat(due)


def test_both_days_of_a_leave_are_days_away_by_the_clock_of_the_business() -> None:
    absences = [away("2026-12-10", "2026-12-11")]
    instants = ["2026-12-09T22:59Z", "2026-12-09T23:00Z", "2026-12-11T22:59Z", "2026-12-11T23:00Z"]
    assert [is_away(absences=absences, at=datetime.fromisoformat(one), zone=BERLIN) for one in instants] == [False, True, True, False]


@pytest.mark.parametrize(
    ("days", "sent", "due"),
    [
        (-8, [], None),
        (-7, [], (-7, False)),
        (-1, [-7], None),
        (0, [-7], (0, False)),
        (2, [-7, 0], None),
        (3, [-7, 0], (3, False)),
        (4, [-7, 0, 3], (4, True)),  # then those who supervise
        (5, [-7, 0, 3, 4], None),
        (2, [], (0, False)),  # whom the machine did not reach in time hears the last one only
        (40, [], (4, True)),
        (0, [3], None),  # the due day moved away (a leave was entered): nothing a second time
    ],
)
def test_reminders_come_around_the_due_day_once_each(days: int, sent: list[int], due: tuple[int, bool] | None) -> None:
    assert reminder_days(remind=(-7, 0, 3), days=days, sent=sent) == due


def test_without_reminders_those_who_supervise_hear_of_it_the_day_after() -> None:
    assert reminder_days(remind=(), days=0, sent=[]) is None
    assert reminder_days(remind=(), days=1, sent=[]) == (1, True)
    assert reminder_days(remind=(-7,), days=1, sent=[-7]) == (1, True)
