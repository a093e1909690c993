"""How units are rounded, when they may be spent, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regulars.loyalty.rules.units import Expiry, Unit, active_from, lot_ends, rounded

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")


def unit(**more: Any) -> Unit:
    return Unit.model_validate({"code": "points", "name": "Points"} | more)


@pytest.mark.parametrize(
    ("exact", "floor", "half_up", "half_even"),
    [
        ("0", 0, 0, 0),
        ("21/2", 10, 11, 10),
        ("23/2", 11, 12, 12),
        ("1/2", 0, 1, 0),
        ("3/2", 1, 2, 2),
        ("31/3", 10, 10, 10),
        ("32/3", 10, 11, 11),
        ("7", 7, 7, 7),
        ("12499/1000", 12, 12, 12),
        ("12501/1000", 12, 13, 13),
    ],
)
def test_1_units_are_rounded_as_the_program_says(exact: str, floor: int, half_up: int, half_even: int) -> None:
    found = [rounded(Fraction(exact), mode) for mode in ("floor", "half_up", "half_even")]  # type: ignore[arg-type] # three of its own words
    assert found == [floor, half_up, half_even]


@given(exact=st.fractions(min_value=0, max_value=10**9))
def test_rounding_is_python_s_own_and_never_off_by_one(exact: Fraction) -> None:
    assert rounded(exact, "half_even") == round(exact)
    assert rounded(exact, "floor") == exact.__floor__()
    assert rounded(exact, "half_up") == (exact + Fraction(1, 2)).__floor__()


def test_14_units_wait_whole_days_of_24_hours() -> None:
    earned = datetime(2026, 3, 20, 10, tzinfo=UTC)
    assert active_from(unit(), earned) == earned
    # The clock changes on 29 March: the wait is 14 times 24 hours all the same.
    assert active_from(unit(pending_days=14), earned) == earned + timedelta(hours=14 * 24)


@pytest.mark.parametrize(
    ("earned", "ends"),
    [
        ("2026-01-31T12:00+01:00", "2026-03-01T00:00+01:00"),
        ("2026-01-28T12:00+01:00", "2026-03-01T00:00+01:00"),
        ("2026-01-27T23:59+01:00", "2026-02-28T00:00+01:00"),
        ("2026-01-27T23:30+00:00", "2026-03-01T00:00+01:00"),
        ("2026-03-01T12:00+01:00", "2026-04-02T00:00+02:00"),
    ],
)
def test_22_a_month_of_life_ends_with_its_last_local_day(earned: str, ends: str) -> None:
    found = lot_ends(unit(expiry={"kind": "fixed", "months": 1}), datetime.fromisoformat(earned), BERLIN)
    assert found == datetime.fromisoformat(ends)


def test_what_never_expires_has_no_end() -> None:
    assert lot_ends(unit(), datetime(2026, 1, 31, tzinfo=UTC), BERLIN) is None


@pytest.mark.parametrize("wrong", [{"kind": "none", "months": 1}, {"kind": "fixed"}, {"kind": "activity"}, {"months": 12}])
def test_months_belong_to_an_expiry_and_to_no_other(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="months belong to an expiry"):
        Expiry.model_validate(wrong)
    assert Expiry.model_validate({"kind": "activity", "months": 12}).months == 12
