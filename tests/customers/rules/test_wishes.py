"""Wishes as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers.rules.wishes import NotAWish, Statement, Wishes, sound_hours, wishes_together

pytestmark = pytest.mark.pure
DAY = datetime(2026, 3, 1, tzinfo=UTC)
EVENINGS: list[list[tuple[int, int]]] = [[(1080, 1260)]] * 5 + [[], []]


def test_hours_are_put_in_order_and_joined() -> None:
    week = sound_hours([[(600, 720), (540, 610)], [], [], [], [], [], []])
    assert week is not None
    assert week[0] == ((540, 720),)


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ([[]] * 7, "never_at_all"),
        ([[(0, 60)]] * 6, "not_a_week"),
        ([[(60, 60)]] + [[]] * 6, "not_a_time"),
        ([[(-1, 60)]] + [[]] * 6, "not_a_time"),
        ([[(0, 1441)]] + [[]] * 6, "not_a_time"),
    ],
)
def test_hours_that_do_not_exist_are_refused(hours: list[list[tuple[int, int]]], code: str) -> None:
    with pytest.raises(NotAWish) as fault:
        sound_hours(hours)
    assert fault.value.code == code


def test_merged_wishes_are_the_strictest_until_the_person_speaks_again() -> None:
    old = Statement(DAY, Wishes(channels_never=frozenset({"phone"}), at_most=(1, 30), stated_at=DAY))
    new = Statement(DAY + timedelta(days=9), Wishes(preferred_channel="email", at_most=(4, 30), stated_at=DAY + timedelta(days=9)))
    merged = wishes_together([old, new], DAY + timedelta(days=20))
    assert merged.channels_never == {"phone"}
    assert merged.preferred_channel == "email"
    assert merged.at_most == (1, 30)
    spoken = Statement(DAY + timedelta(days=21), Wishes(preferred_channel="phone", stated_at=DAY + timedelta(days=21)))
    assert wishes_together([old, new, spoken], DAY + timedelta(days=20)) == spoken.wishes
    assert not wishes_together([], None).any
