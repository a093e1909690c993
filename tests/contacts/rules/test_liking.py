"""Shares with their uncertainty."""

from __future__ import annotations

import pytest

from regulars.contacts.rules.liking import Judged, band_of, shares_by, wilson

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("good", "n", "low", "high"),
    [(0, 0, 0, 1), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_as_published(good: int, n: int, low: float, high: float) -> None:
    """81 of 263 and 1 of 29 stand in Newcombe 1998, table I, method 3."""
    assert wilson(good, n) == pytest.approx((low, high), abs=5e-5)


def test_hours_fall_into_parts_of_the_day() -> None:
    assert [band_of(hour) for hour in (0, 5, 6, 10, 11, 13, 14, 17, 18, 21, 22, 23)] == (
        ["night"] * 2 + ["morning"] * 2 + ["midday"] * 2 + ["afternoon"] * 2 + ["evening"] * 2 + ["night"] * 2
    )


def many(channel: str, good: int, n: int) -> list[Judged]:
    return [Judged(channel, 9, "", "question", place < good) for place in range(n)]


def test_a_verdict_needs_numbers_and_compares_with_the_others() -> None:
    shares = {
        one.key: one
        for one in shares_by(
            [*many("phone", 38, 40), *many("email", 10, 40), *many("sms", 4, 4), *many("visit", 5, 9)], lambda one: one.channel
        )
    }
    assert {key: one.verdict for key, one in shares.items()} == {
        "phone": "better",
        "email": "worse",
        "sms": "too_few",
        "visit": "like_others",
    }
    assert (shares["phone"].good, shares["phone"].n) == (38, 40)
    assert [one.key for one in shares_by(many("phone", 1, 9), lambda one: one.staff)] == [], "nobody's are no share"
    assert [one.verdict for one in shares_by(many("phone", 9, 9), lambda one: one.channel)] == ["too_few"], (
        "alone there is nothing to compare with"
    )
