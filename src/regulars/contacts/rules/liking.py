"""Which contacts went well and which badly, as shares with their uncertainty: a figure without n and interval is no figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

Z95 = 1.959963984540054
LEAST = 5
BANDS = (("night", 0, 6), ("morning", 6, 11), ("midday", 11, 14), ("afternoon", 14, 18), ("evening", 18, 22), ("night", 22, 24))
Verdict = Literal["better", "worse", "like_others", "too_few"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One contact with its outcome: went well or badly."""

    channel: str
    hour: int
    staff: str
    nature: str
    good: bool


@dataclass(frozen=True)
class Share:
    """How often contacts of one sort went well: `good` of `n`, with the 95 % interval (Wilson) and what it says beside all others."""

    key: str
    good: int
    n: int
    low: float
    high: float
    verdict: Verdict

    @property
    def share(self) -> float:
        """The share that went well."""
        return self.good / self.n


def wilson(good: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): sound for small n and near 0 and 1. Nothing known: 0 to 1."""
    if n == 0:
        return 0.0, 1.0
    share, square = good / n, Z95 * Z95
    centre = (share + square / (2 * n)) / (1 + square / n)
    spread = Z95 * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def band_of(hour: int) -> str:
    """The part of the day of an hour."""
    return next(name for name, begins, ends in BANDS if begins <= hour < ends)


def shares_by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> list[Share]:
    """The shares by some attribute, most contacts first. Each is compared with all the others together, not with itself."""
    counts: dict[str, list[int]] = {}
    for one in judged:
        found = counts.setdefault(key(one), [0, 0])
        found[0] += one.good
        found[1] += 1
    counts.pop("", None)
    all_good, all_n = sum(one[0] for one in counts.values()), sum(one[1] for one in counts.values())
    shares = []
    for name, (good, n) in counts.items():
        low, high = wilson(good, n)
        shares.append(Share(name, good, n, low, high, _verdict(low, high, n, all_good - good, all_n - n)))
    return sorted(shares, key=lambda one: (-one.n, one.key))


def _verdict(low: float, high: float, n: int, others_good: int, others_n: int) -> Verdict:
    if n < LEAST or others_n < LEAST:
        return "too_few"
    others = others_good / others_n
    if low > others:
        return "better"
    return "worse" if high < others else "like_others"
