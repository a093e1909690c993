"""Scales: from figures to places, and the round numbers in between."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A linear scale from `start … stop` (figures) to `first … last` (places)."""

    start: float
    stop: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        span = self.stop - self.start
        share = (value - self.start) / span if span else 0.0
        return self.first + share * (self.last - self.first)


def ticks_for(low: float, high: float, wanted: int = 4) -> list[float]:
    """Return round numbers (1, 2 or 5 times a power of ten apart) that enclose `low … high`."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        high = low + 1.0 if math.isfinite(low) else 1.0
        low = low if math.isfinite(low) else 0.0
    rough = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def range_of(values: Sequence[float | None], *, from_zero: bool) -> tuple[float, float]:
    """Return the smallest and largest figure present; zero is included on request."""
    present = [value for value in values if value is not None and math.isfinite(value)]
    if from_zero or not present:
        present.append(0.0)
    low, high = min(present), max(present)
    return (low, high) if high > low else (low, low + 1.0)


def every_nth(count: int, room: float, width_each: float) -> int:
    """Return n such that only each n-th of `count` labels fits into `room`."""
    fitting = max(1, int(room // max(1.0, width_each)))
    return max(1, math.ceil(count / fitting))
