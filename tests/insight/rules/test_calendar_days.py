from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.insight.rules.calendar_days import day_from_number, day_number, local_days


def micros(*moments: datetime) -> np.ndarray:
    return np.array([round(moment.timestamp() * 1_000_000) for moment in moments], dtype=np.int64)


@pytest.mark.parametrize(
    ("zone", "repeat_days"),
    [("UTC", 1), ("Europe/Berlin", 0), ("America/New_York", 0), ("Asia/Tokyo", 0)],
)
def test_t23_two_receipts_around_midnight_are_one_or_two_days_by_the_shops_calendar(zone, repeat_days):
    instants = micros(datetime(2026, 3, 29, 23, 30, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC))
    assert len(np.unique(local_days(instants, zone))) - 1 == repeat_days


ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
         "Pacific/Apia", "America/Santiago"]  # fmt: skip


@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(1901, 1, 1), datetime(2098, 12, 31)), min_size=1, max_size=30),
)
def test_many_instants_at_once_have_the_days_that_zoneinfo_gives_one_by_one(zone, moments):
    aware = [moment.replace(tzinfo=UTC) for moment in moments]
    expected = [day_number(moment.astimezone(ZoneInfo(zone)).date()) for moment in aware]
    assert local_days(micros(*aware), zone).tolist() == expected


def test_a_day_number_leads_back_to_its_day():
    assert day_from_number(day_number(datetime(1997, 9, 30, tzinfo=UTC).date())).isoformat() == "1997-09-30"


def test_no_instants_have_no_days():
    assert len(local_days(np.empty(0, dtype=np.int64), "Europe/Berlin")) == 0
