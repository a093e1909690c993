"""Figures of the service with their uncertainty, beside the period before: better, worse, or no real change."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from regulars.contacts.queries import wilson

Z95 = 1.959963984540054
LEAST = 10
Verdict = Literal["better", "worse", "no_change", "too_few"]


@dataclass(frozen=True)
class Rate:
    """`good` of `n`, with the 95 % interval (Wilson 1927) and what it says beside the period before."""

    good: int
    n: int
    before_good: int = 0
    before_n: int = 0
    high_is_good: bool = True

    @property
    def share(self) -> float:
        """The share; 0 of nothing."""
        return self.good / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, as far as n tells."""
        return wilson(self.good, self.n)

    @property
    def verdict(self) -> Verdict:
        """Two shares compared by the interval of Newcombe (1998, method 10): a change is real when nought lies outside of it."""
        if self.n < LEAST or self.before_n < LEAST:
            return "too_few"
        low, high = difference(self.good, self.n, self.before_good, self.before_n)
        if low <= 0 <= high:
            return "no_change"
        return "better" if (low > 0) is self.high_is_good else "worse"


def difference(good: int, n: int, before_good: int, before_n: int) -> tuple[float, float]:
    """The 95 % interval of a difference of two independent shares (Newcombe 1998, method 10)."""
    one, two = good / n, before_good / before_n
    (low_one, high_one), (low_two, high_two) = wilson(good, n), wilson(before_good, before_n)
    gap = one - two
    return gap - sqrt((one - low_one) ** 2 + (high_two - two) ** 2), gap + sqrt((high_one - one) ** 2 + (two - low_two) ** 2)


@dataclass(frozen=True)
class Spread:
    """Durations in seconds: the middle one and the one that nine of ten stay below, of n; the middle one of the period before."""

    n: int
    median: float | None
    p90: float | None
    before_n: int
    before_median: float | None
    interval: tuple[float, float] | None

    @property
    def verdict(self) -> Verdict:
        """By the interval of the median: the old one outside of it is a real change; shorter is better."""
        if self.n < LEAST or self.before_n < LEAST or self.interval is None or self.before_median is None:
            return "too_few"
        low, high = self.interval
        if low <= self.before_median <= high:
            return "no_change"
        return "better" if self.before_median > high else "worse"


@dataclass(frozen=True)
class Mean:
    """The mean of `n` counts with their sum and the sum of their squares; the same of the period before. Fewer is better."""

    n: int
    total: int
    squares: int
    before_n: int = 0
    before_total: int = 0
    before_squares: int = 0

    @property
    def mean(self) -> float | None:
        """The mean; None of nothing."""
        return self.total / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true mean lies with about 95 % (normal approximation); None of fewer than two."""
        if self.n < 2:
            return None
        middle, half = self.total / self.n, Z95 * sqrt(_variance(self.n, self.total, self.squares) / self.n)
        return max(0.0, middle - half), middle + half

    @property
    def verdict(self) -> Verdict:
        """Two means compared by the interval of their difference with unequal variances (Welch 1947)."""
        if self.n < LEAST or self.before_n < LEAST:
            return "too_few"
        gap = self.total / self.n - self.before_total / self.before_n
        half = Z95 * sqrt(
            _variance(self.n, self.total, self.squares) / self.n
            + _variance(self.before_n, self.before_total, self.before_squares) / self.before_n
        )
        if abs(gap) <= half:
            return "no_change"
        return "better" if gap < 0 else "worse"


def _variance(n: int, total: int, squares: int) -> float:
    return max(0.0, (squares - total * total / n) / (n - 1))


def ranks_of_median(n: int) -> tuple[int, int]:
    """Between which ranks, counted from 0, the true median lies with about 95 %: order statistics by the normal approximation of the
    binomial (Conover, Practical Nonparametric Statistics)."""
    lower = max(1, int(n / 2 - Z95 * sqrt(n) / 2))
    return lower - 1, max(lower - 1, n - lower)
