"""A document is a calendar or says why it is none."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.policy.rules.calendars import CalendarFault, calendar_from

pytestmark = pytest.mark.pure
NINE_TO_FIVE = [["09:00", "17:00"]]


def document(**parts: Any) -> dict[str, Any]:
    return {"zone": "Europe/Berlin", "weekly": {"mon": NINE_TO_FIVE}} | parts


REFUSED = [
    ("C13", document(weekly={}), "no_working_time"),
    ("C13 empty days", document(weekly={"mon": []}, exceptions={"2026-12-24": []}), "no_working_time"),
    ("nothing", {}, "unknown_zone"),
    ("a list", [], "not_an_object"),
    ("offset as zone", document(zone="+01:00"), "unknown_zone"),
    ("path as zone", document(zone="../etc/passwd"), "unknown_zone"),
    ("misspelt", document(holiday=["2026-12-25"]), "unknown_word"),
    ("weekday", document(weekly={"monday": NINE_TO_FIVE}), "unknown_weekday"),
    ("not in pairs", document(weekly={"mon": ["09:00", "17:00"]}), "not_an_interval"),
    ("25 o'clock", document(weekly={"mon": [["09:00", "25:00"]]}), "not_a_time"),
    ("starts at 24:00", document(weekly={"mon": [["24:00", "02:00"]]}), "not_a_time"),
    ("past 24:00", document(weekly={"mon": [["09:00", "24:01"]]}), "not_a_time"),
    ("a number", document(weekly={"mon": [[9, 17]]}), "not_a_time"),
    ("no length", document(weekly={"mon": [["09:00", "09:00"]]}), "empty_interval"),
    ("overlap", document(weekly={"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}), "intervals_overlap"),
    ("no such date", document(holidays=["2026-02-30"]), "not_a_date"),
    ("other form", document(holidays=["25.12.2026"]), "not_a_date"),
    ("far away", document(holidays=["9999-12-31"]), "not_a_date"),
    ("both", document(exceptions={"2026-12-24": NINE_TO_FIVE}, holidays=["2026-12-24"]), "date_twice"),
    ("holidays as text", document(holidays="2026-12-24"), "not_a_list"),
]


@pytest.mark.parametrize(("found", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_calendar_is_refused_with_its_reason(found: object, code: str) -> None:
    with pytest.raises(CalendarFault) as caught:
        calendar_from(found)
    assert caught.value.code == code


def test_intervals_may_touch_end_at_midnight_and_run_over_it() -> None:
    calendar = calendar_from(
        document(weekly={"mon": [["13:00", "17:00"], ["09:00", "13:00"]], "tue": [["18:00", "24:00"]], "sat": [["22:00", "06:00"]]})
    )
    assert calendar.spans_on(date(2026, 11, 23)) == ((32_400, 46_800), (46_800, 61_200))
    assert calendar.spans_on(date(2026, 11, 24)) == ((64_800, 86_400),)
    assert calendar.spans_on(date(2026, 11, 28)) == ((79_200, 108_000),)


def test_a_dated_day_replaces_its_weekday() -> None:
    calendar = calendar_from(document(exceptions={"2026-12-21": [["10:00", "12:00"]]}, holidays=["2026-12-28"]))
    assert calendar.spans_on(date(2026, 12, 21)) == ((36_000, 43_200),)
    assert calendar.spans_on(date(2026, 12, 28)) == ()
    assert calendar.spans_on(date(2027, 1, 4)) == ((32_400, 61_200),)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["09:00", "17:00", "mon", "2026-12-25"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["zone", "weekly", "mon", "holidays", "exceptions", "2026-12-25", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ANYTHING)
def test_whatever_is_given_is_a_calendar_or_refused(found: object) -> None:
    with suppress(CalendarFault):
        calendar = calendar_from(found)
        assert any(calendar.weekly) or any(calendar.dated.values())
