"""By when somebody confirms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.policy.rules.confirming import Absence, due_to_confirm, is_away

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
