"""When units end that need a notice (case 28)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regulars.loyalty.rules.calendars import DAY, end_of
from regulars.loyalty.rules.units import Expiry, Notice, ends_by_notice, notice_from

pytestmark = pytest.mark.pure
MONTREAL = ZoneInfo("America/Toronto")
DUE = end_of(datetime(2026, 6, 30).date(), MONTREAL)


@pytest.mark.parametrize(
    ("sent", "last_day"),
    [
        ("2026-04-30 23:59", None),
        ("2026-05-01 00:00", "2026-06-30"),
        ("2026-05-20 12:00", "2026-06-30"),
        ("2026-05-31 23:59", "2026-06-30"),
        ("2026-06-01 00:00", "2026-07-01"),
        ("2026-06-10 12:00", "2026-07-10"),
    ],
    ids=["28 too early", "28 first day", "28 in time", "28 last day", "28 a day late", "28 late"],
)
def test_an_end_waits_for_its_notice(sent: str, last_day: str | None) -> None:
    at = datetime.fromisoformat(sent).replace(tzinfo=MONTREAL)
    wanted = end_of(datetime.fromisoformat(last_day).date(), MONTREAL) if last_day else None
    assert ends_by_notice(Notice(), DUE, at, MONTREAL) == wanted


@given(days=st.integers(-90, 90), window=st.integers(1, 90), least=st.integers(0, 89))
def test_nothing_ends_before_it_is_due_nor_before_the_notice_has_run(days: int, window: int, least: int) -> None:
    if least >= window:
        return
    notice = Notice(from_days=window, to_days=least)
    sent = DUE + days * DAY
    ends = ends_by_notice(notice, DUE, sent, MONTREAL)
    if ends is None:
        assert sent.astimezone(MONTREAL).date() < notice_from(notice, DUE, MONTREAL)
    else:
        assert ends >= DUE
        assert ends.astimezone(MONTREAL).date() > sent.astimezone(MONTREAL).date() + least * DAY


@pytest.mark.parametrize("shape", [{"kind": "fixed", "months": 6, "notice": Notice()}, {"kind": "none", "notice": Notice()}])
def test_a_notice_belongs_to_an_end_by_inactivity(shape: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="by activity"):
        Expiry(**shape)  # type: ignore[arg-type] # wrong on purpose


def test_a_notice_window_is_not_upside_down() -> None:
    with pytest.raises(ValidationError, match="60 and 30"):
        Notice(from_days=30, to_days=60)
