"""The pace of a domain: who takes a place counts, who may not go learns from when on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from regulars.messaging.rules.sending import Pace

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
pytestmark = pytest.mark.pure


def test_two_a_minute_go_half_a_minute_apart_and_asking_in_vain_costs_nothing() -> None:
    pace = Pace(per_minute=2)
    half = timedelta(seconds=30)
    assert pace.taken_from("a.example", NOON) == NOON
    assert [pace.taken_from("a.example", NOON) for _again in range(3)] == [NOON + half] * 3
    assert pace.taken_from("b.example", NOON) == NOON
    assert pace.taken_from("a.example", NOON + half) == NOON + half


def test_a_domain_that_rests_is_free_when_its_rest_is_over_and_without_a_pace_all_may_go() -> None:
    pace = Pace(per_minute=0)
    pace.rest("a.example", NOON, 1)
    assert pace.taken_from("a.example", NOON) == NOON + timedelta(minutes=1)
    assert [pace.taken_from("b.example", NOON) for _again in range(5)] == [NOON] * 5


def test_lanes_that_ask_in_the_same_moment_get_one_place() -> None:
    pace = Pace(per_minute=1)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: pace.taken_from("a.example", NOON), range(400)))
    assert answers.count(NOON) == 1
