"""Means and shares beside the period before: worked examples."""

from __future__ import annotations

import pytest

from regulars.service.rules.comparing import Mean

pytestmark = pytest.mark.pure


def mean(now: list[int], before: list[int]) -> Mean:
    return Mean(len(now), sum(now), sum(n * n for n in now), len(before), sum(before), sum(n * n for n in before))


def test_a_mean_stands_with_its_interval() -> None:
    one = mean([1, 1, 2, 4], [])
    # Variance 2, standard error 0.7071: 2 +- 1.96 x 0.7071.
    assert one.mean == 2
    assert one.interval == pytest.approx((0.6141, 3.3859), abs=1e-4)
    assert mean([], []).mean is None
    assert mean([3], []).interval is None
    assert mean([0, 0, 0, 1], []).interval == pytest.approx((0.0, 0.74), abs=1e-3)


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        ([1, 2] * 10, [3, 4] * 10, "better"),
        ([3, 4] * 10, [1, 2] * 10, "worse"),
        ([1, 2] * 10, [1, 2, 2] * 10, "no_change"),
        ([1] * 9, [5] * 90, "too_few"),
        ([1] * 90, [5] * 9, "too_few"),
    ],
)
def test_fewer_contacts_for_a_case_are_better(now: list[int], before: list[int], verdict: str) -> None:
    assert mean(now, before).verdict == verdict
