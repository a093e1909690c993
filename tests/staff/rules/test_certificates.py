"""How long a certificate is good, and when its holder hears of its end."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.staff.rules.certificates import good_through, is_good_on, months_later, reminder_due, standing_on

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("achieved", "months", "through"),
    [
        ("2024-02-29", 12, "2025-02-28"),  # T38
        ("2026-08-31", 6, "2027-02-28"),  # T38
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
    ],
)
def test_months_end_where_the_month_ends(achieved: str, months: int, through: str) -> None:
    assert months_later(date.fromisoformat(achieved), months) == date.fromisoformat(through)


@pytest.mark.parametrize(
    ("renewed", "through"),
    [
        ("2026-11-21", "2027-12-31"),  # T38: within the window of 60 days
        ("2026-09-01", "2027-09-01"),  # T38: outside it
        ("2026-11-01", "2027-12-31"),  # the first day of the window
        ("2026-10-31", "2027-10-31"),
        ("2026-12-31", "2027-12-31"),  # the last day
        ("2027-01-01", "2028-01-01"),  # too late
    ],
)
def test_a_renewal_within_the_window_lasts_from_the_old_end(renewed: str, through: str) -> None:
    found = good_through(achieved_on=date.fromisoformat(renewed), months=12, previous=date(2026, 12, 31), window_days=60)
    assert found == date.fromisoformat(through)


def test_a_kind_without_months_never_runs_out() -> None:
    assert good_through(achieved_on=date(2026, 1, 1), months=None, previous=None, window_days=60) is None
    assert is_good_on(date(2099, 1, 1), achieved_on=date(2026, 1, 1), valid_through=None)
    assert standing_on(date(2099, 1, 1), valid_through=None, revoked=False) == "valid"


@pytest.mark.parametrize(
    ("day", "standing"),
    [("2026-10-01", "valid"), ("2026-10-02", "expiring"), ("2026-12-31", "expiring"), ("2027-01-01", "expired")],
)
def test_the_last_day_counts_whole(day: str, standing: str) -> None:
    assert standing_on(date.fromisoformat(day), valid_through=date(2026, 12, 31), revoked=False) == standing


def test_revoked_is_said_before_anything_else() -> None:
    assert standing_on(date(2026, 1, 1), valid_through=date(2026, 12, 31), revoked=True) == "revoked"


@pytest.mark.parametrize(
    ("left", "sent", "due"),
    [
        (91, [], None),
        (90, [], 90),
        (90, [90], None),
        (60, [90], 60),
        (59, [90, 60], None),
        (20, [], 30),  # recorded late: the nearest one, not three at once
        (20, [30], None),
        (7, [30], 7),
        (0, [30], 7),
        (0, [7], None),
        (-1, [], None),
    ],
)
def test_reminders_come_at_90_60_30_and_7_days_once_each(left: int, sent: list[int], due: int | None) -> None:
    end = date(2026, 12, 31)
    assert reminder_due(day=date.fromordinal(end.toordinal() - left), valid_through=end, sent=sent) == due
