"""When things fall due: the cases of the contract, and a second calculation that shares nothing with the first."""

from __future__ import annotations

import itertools
import os
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from regulars.policy.rules.calendars import WEEKDAYS, Calendar, calendar_from
from regulars.policy.rules.deadlines import Why, account, due_at
from regulars.policy.rules.targets import TargetFault, target_from
from regulars.policy.rules.working_time import NeverAgain, WorkingTime

pytestmark = pytest.mark.pure


def weekdays(zone: str, *spans: list[str], **parts: Any) -> Calendar:
    return calendar_from({"zone": zone, "weekly": {key: list(spans) for key in WEEKDAYS[:5]}} | parts)


B = weekdays("Europe/Berlin", ["09:00", "17:00"])
L = weekdays("Europe/Berlin", ["09:00", "12:00"], ["13:00", "17:00"])
A = calendar_from({"zone": "Europe/Berlin", "weekly": {key: [["00:00", "24:00"]] for key in WEEKDAYS}})
NIGHT = calendar_from({"zone": "Europe/Berlin", "weekly": {"sat": [["22:00", "06:00"]]}})
B_CHRISTMAS = weekdays("Europe/Berlin", ["09:00", "17:00"], holidays=["2026-12-25"])
LONDON = weekdays("Europe/London", ["09:00", "17:00"], holidays=["2026-12-25", "2026-12-28"])
NEW_YORK = weekdays("America/New_York", ["09:00", "17:00"])
KATHMANDU = weekdays("Asia/Kathmandu", ["10:00", "18:00"])
BUDAPEST = weekdays("Europe/Budapest", ["09:00", "17:00"])


def local(calendar: Calendar, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone).astimezone(UTC)


CASES = [
    ("C1", B, "2bh", "2026-11-20 16:30", "2026-11-23 10:30"),
    ("C2", B, "8bh", "2026-11-21 11:00", "2026-11-23 17:00"),
    ("C3", A, "4bh", "2027-03-28 00:30", "2027-03-28 05:30"),
    ("C7", NEW_YORK, "4bh", "2027-03-12 16:00", "2027-03-15 12:00"),
    ("C8", B_CHRISTMAS, "8bh", "2026-12-24 15:00", "2026-12-28 15:00"),
    ("C9 before lunch", L, "2bh", "2026-11-23 11:30", "2026-11-23 14:30"),
    ("C9 within lunch", L, "30bm", "2026-11-23 12:15", "2026-11-23 13:30"),
    ("C10", KATHMANDU, "1bh", "2026-11-20 17:30", "2026-11-23 10:30"),
    ("T30 business", B, "8bh", "2026-11-20 16:00", "2026-11-23 16:00"),
    ("T30 elapsed", BUDAPEST, "24h", "2026-10-24 12:00", "2026-10-25 11:00"),
    ("K1 short", LONDON, "3bd-close", "2026-12-23 11:00", "2026-12-30 17:00"),
    ("K1 final", LONDON, "8w-close", "2026-12-23 11:00", "2027-02-17 17:00"),
    ("day of the same time", B, "1bd", "2026-11-20 10:00", "2026-11-23 10:00"),
    ("day of the same time, closed by then", B, "1bd", "2026-11-20 20:00", "2026-11-24 09:00"),
    ("close of a day without work", B, "1d-close", "2026-11-20 10:00", "2026-11-21 23:59:59"),
    ("a week by the wall clock", B, "1w", "2026-10-20 10:00", "2026-10-27 10:00"),
]


@pytest.mark.parametrize(("calendar", "target", "start", "due"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_target_falls_due(calendar: Calendar, target: str, start: str, due: str) -> None:
    assert due_at(WorkingTime(calendar), target_from(target), local(calendar, start)) == local(calendar, due)


def test_c5_a_night_shift_has_seven_hours_in_spring_and_nine_in_autumn() -> None:
    working = WorkingTime(NIGHT)
    assert working.between(local(NIGHT, "2027-03-27 12:00"), local(NIGHT, "2027-03-28 12:00")) == timedelta(hours=7)
    assert working.between(local(NIGHT, "2026-10-24 12:00"), local(NIGHT, "2026-10-25 12:00")) == timedelta(hours=9)


def test_c14_a_start_that_the_clock_skips_is_an_hour_later_and_one_that_comes_twice_the_first() -> None:
    calendar = calendar_from({"zone": "Europe/Berlin", "weekly": {"sun": [["02:30", "08:00"]]}})
    working = WorkingTime(calendar)
    spring = working.intervals(datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC))
    assert spring == [(datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 6, tzinfo=UTC))]
    autumn = working.intervals(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    assert autumn == [(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC))]


PAUSED = [
    ("S1", "8bh", "2026-11-23 10:00", [("2026-11-23 12:00", "2026-11-25 10:00")], "2026-11-25 16:00"),
    ("S2", "8bh", "2026-11-23 10:00", [("2026-11-23 17:30", "2026-11-24 08:00")], "2026-11-24 10:00"),
    ("over the start", "1bh", "2026-11-23 10:00", [("2026-11-23 09:00", "2026-11-23 11:00")], "2026-11-23 12:00"),
    ("after it was due", "1bh", "2026-11-23 10:00", [("2026-11-23 11:00", "2026-11-23 15:00")], "2026-11-23 11:00"),
    (
        "two that overlap",
        "1bh",
        "2026-11-23 10:00",
        [("2026-11-23 10:30", "2026-11-23 12:00"), ("2026-11-23 11:00", "2026-11-23 13:00")],
        "2026-11-23 13:30",
    ),
    ("by the clock", "2h", "2026-11-23 16:00", [("2026-11-23 17:00", "2026-11-23 20:00")], "2026-11-23 21:00"),
    ("a day does not move", "1bd-close", "2026-11-23 10:00", [("2026-11-23 11:00", "2026-11-27 11:00")], "2026-11-24 17:00"),
]


@pytest.mark.parametrize(("target", "start", "pauses", "due"), [row[1:] for row in PAUSED], ids=[row[0] for row in PAUSED])
def test_waiting_does_not_count(target: str, start: str, pauses: list[tuple[str, str]], due: str) -> None:
    spans = [(local(B, first), local(B, last)) for first, last in pauses]
    assert due_at(WorkingTime(B), target_from(target), local(B, start), spans) == local(B, due)


def test_s2_the_account_says_that_no_business_second_was_paused() -> None:
    pauses = [(local(B, "2026-11-23 17:30"), local(B, "2026-11-24 08:00"))]
    paused = [
        piece for piece in account(WorkingTime(B), target_from("8bh"), local(B, "2026-11-23 10:00"), pauses) if piece.why is Why.PAUSED
    ]
    assert [piece.seconds for piece in paused] == [0]


def test_s4_a_new_target_counts_from_the_same_beginning() -> None:
    working, start = WorkingTime(B), local(B, "2026-11-23 09:00")
    due = due_at(working, target_from("8bh"), start)
    assert due == local(B, "2026-11-23 17:00")
    assert working.between(local(B, "2026-11-23 14:00"), due) == timedelta(hours=3)


def test_a_dated_day_ends_the_night_before_at_midnight() -> None:
    calendar = calendar_from({"zone": "Europe/Berlin", "weekly": {"fri": [["22:00", "06:00"]]}, "holidays": ["2026-12-26"]})
    assert WorkingTime(calendar).between(local(calendar, "2026-12-25 12:00"), local(calendar, "2026-12-26 12:00")) == timedelta(hours=2)


def test_a_shift_that_runs_into_the_next_is_counted_once() -> None:
    calendar = calendar_from({"zone": "UTC", "weekly": {"sat": [["22:00", "06:00"]], "sun": [["04:00", "10:00"]]}})
    assert WorkingTime(calendar).between(local(calendar, "2026-11-28 00:00"), local(calendar, "2026-11-30 00:00")) == timedelta(hours=12)


def test_a_calendar_of_dated_days_alone_ends() -> None:
    calendar = calendar_from({"zone": "UTC", "weekly": {}, "exceptions": {"2026-12-24": [["09:00", "12:00"]]}})
    working = WorkingTime(calendar)
    assert due_at(working, target_from("3bh"), local(calendar, "2026-12-01 00:00")) == local(calendar, "2026-12-24 12:00")
    with pytest.raises(NeverAgain):
        due_at(working, target_from("4bh"), local(calendar, "2026-12-01 00:00"))
    with pytest.raises(NeverAgain):
        due_at(WorkingTime(calendar), target_from("2bd"), local(calendar, "2026-12-01 00:00"))


@pytest.mark.parametrize(
    "text", ["", "8", "bh", "8 bh", "-8bh", "0bh", "8bh-close", "9999999bh", "999999bh", "1.5bh", "8BH", "٨bh", None, 8]
)
def test_what_is_no_target_is_refused(text: object) -> None:
    with pytest.raises(TargetFault):
        target_from(text)


# --- A second calculation: quarters of an hour, one by one, each asked for its local wall time. Spans keep clear of the hours that
# clocks skip or repeat, where the two would have to agree on a convention rather than on time.

QUARTERS = [quarter for quarter in range(96) if not 0 <= quarter <= 16]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Sydney", "UTC", "Pacific/Auckland"]


def wall(quarter: int) -> str:
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    def spans() -> list[list[str]]:
        marks = sorted(draw(st.lists(st.sampled_from(QUARTERS), max_size=4, unique=True)))
        found = [[wall(first), wall(last)] for first, last in zip(marks[::2], marks[1::2], strict=False)]
        if marks and draw(st.booleans()):  # The last one runs over midnight, or to it.
            late = draw(st.sampled_from(list(range(marks[-1], 96))))
            found = [one for one in found if one[1] <= wall(late)]
            found.append([wall(late), draw(st.sampled_from(["24:00"] if late == 17 else ["24:00", wall(17)]))])
        return found

    days = [
        (date(2027, 3, 1) + timedelta(days=offset)).isoformat() for offset in draw(st.lists(st.integers(0, 60), max_size=5, unique=True))
    ]
    half = len(days) // 2
    return {
        "zone": draw(st.sampled_from(ZONES)),
        "weekly": {day: spans() for day in WEEKDAYS},
        "exceptions": {day: spans() for day in days[:half]},
        "holidays": days[half:],
    }


def is_open_by_the_wall(document: dict[str, Any], at: datetime) -> bool:
    here = at.astimezone(ZoneInfo(document["zone"]))
    today, clock = here.date().isoformat(), f"{here:%H:%M}"

    def spans_of(day: date) -> list[list[str]]:
        if day.isoformat() in document["holidays"]:
            return []
        if day.isoformat() in document["exceptions"]:
            return list(document["exceptions"][day.isoformat()])
        return list(document["weekly"][WEEKDAYS[day.weekday()]])

    if any(first <= clock and (clock < last or last < first) for first, last in spans_of(here.date())):
        return True
    if today in document["holidays"] or today in document["exceptions"]:
        return False
    return any(last < first and clock < last for first, last in spans_of(here.date() - timedelta(days=1)))


STARTS = st.integers(0, 60 * 24 * 40).map(lambda minutes: datetime(2027, 3, 2, tzinfo=UTC) + timedelta(minutes=minutes))


@settings(max_examples=150, deadline=None)
@given(documents(), st.integers(0, 96 * 20), st.integers(1, 96 * 12))
def test_measuring_agrees_with_a_calculation_quarter_by_quarter(document: dict[str, Any], first: int, length: int) -> None:
    assume(any(document["weekly"].values()))
    start = datetime(2027, 3, 20, tzinfo=UTC) + timedelta(minutes=15 * (first % 960))
    counted = sum(is_open_by_the_wall(document, start + timedelta(minutes=15 * step)) for step in range(length))
    measured = WorkingTime(calendar_from(document)).between(start, start + timedelta(minutes=15 * length))
    assert measured == timedelta(minutes=15 * counted)


@settings(max_examples=150, deadline=None)
@given(documents(), STARTS, st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**10))
def test_c17_adding_and_measuring_are_inverse_and_monotonic(
    document: dict[str, Any], start: datetime, amount: int, more: int, later: int
) -> None:
    assume(any(document["weekly"].values()))
    working = WorkingTime(calendar_from(document))
    length = timedelta(microseconds=amount)
    due = working.add(start, length)
    assert working.between(start, due) == length
    assert working.add(start, length + timedelta(microseconds=more)) >= due
    assert working.add(start + timedelta(microseconds=later), length) >= due


@settings(max_examples=60, deadline=None)
@given(documents(), STARTS, st.integers(1, 400), st.lists(st.tuples(STARTS, st.integers(0, 10_000)), max_size=4))
def test_the_account_has_no_gap_and_adds_up_to_the_target(
    document: dict[str, Any], start: datetime, minutes: int, waits: list[tuple[datetime, int]]
) -> None:
    assume(any(document["weekly"].values()))
    working, target = WorkingTime(calendar_from(document)), target_from(f"{minutes}bm")
    pauses = [(at, at + timedelta(minutes=length)) for at, length in waits]
    pieces = account(working, target, start, pauses)
    assert pieces[0].start == start
    assert pieces[-1].end == due_at(working, target, start, pauses)
    assert all(one.end == other.start for one, other in itertools.pairwise(pieces))
    assert sum(piece.seconds for piece in pieces if piece.counted) == minutes * 60


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system can't change the zone of a running process")
def test_c16_the_zone_of_the_server_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    before = os.environ.get("TZ")
    try:
        for zone in ("UTC", "Europe/Berlin", "Pacific/Auckland"):
            os.environ["TZ"] = zone
            time.tzset()
            found.add(due_at(WorkingTime(NEW_YORK), target_from("4bh"), local(NEW_YORK, "2027-03-12 16:00")))
    finally:
        os.environ.pop("TZ", None) if before is None else os.environ.__setitem__("TZ", before)
        time.tzset()
    assert found == {datetime(2027, 3, 15, 16, tzinfo=UTC)}
