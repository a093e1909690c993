"""Predictions beside what then happened, and beside the plainest forecast there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Real, Whole

Z95 = 1.959964


@dataclass(frozen=True)
class Accuracy:
    """How near a forecast of visits per customer came. Correlation is None when one side does not vary."""

    expected: float
    actual: float
    correlation: float | None
    mean_absolute_error: float
    root_mean_square_error: float


@dataclass(frozen=True)
class Bin:
    """Customers alike: how many, what was forecast, what happened with its 95 % interval, what the rate said."""

    label: str
    customers: int
    predicted: float
    actual: float
    actual_low: float
    actual_high: float
    naive: float


def naive_visits(x: Whole, age: Whole, days: float) -> Real:
    """The naive forecast: everybody goes on at their own past rate, and nobody ever leaves.

    A customer of age 0 has no rate yet and counts as 0.
    """
    return np.asarray(np.where(age > 0, x / np.maximum(age, 1), 0.0) * days)


def accuracy_of(predicted: Real, actual: AnyColumn) -> Accuracy:
    """Totals, correlation and errors of a forecast. With no customers all is 0."""
    if len(predicted) == 0:
        return Accuracy(0.0, 0.0, None, 0.0, 0.0)
    difference = predicted - actual
    varies = len(predicted) > 1 and float(np.std(predicted)) > 0 and float(np.std(actual)) > 0
    return Accuracy(
        expected=float(np.sum(predicted)),
        actual=float(np.sum(actual)),
        correlation=float(np.corrcoef(predicted, actual)[0, 1]) if varies else None,
        mean_absolute_error=float(np.mean(np.abs(difference))),
        root_mean_square_error=float(np.sqrt(np.mean(difference**2))),
    )


def by_repeat_count(x: Whole, predicted: Real, actual: Whole, naive: Real, *, up_to: int = 7) -> list[Bin]:
    """One bin per number of repeat visits: 0, 1, 2, ... and all above together."""
    group = np.minimum(x, up_to)
    labels = {number: str(number) for number in range(up_to)} | {up_to: f"{up_to}+"}
    return [_bin(labels[number], group == number, predicted, actual, naive) for number in range(up_to + 1) if np.any(group == number)]


def by_forecast(predicted: Real, actual: Whole, naive: Real, *, bins: int = 10) -> list[Bin]:
    """Customers in order of their forecast, cut into about equally many per bin; equal forecasts stay together."""
    if len(predicted) == 0:
        return []
    cuts = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(cuts, predicted, side="left")
    present = np.unique(group)
    return [_bin(str(place + 1), group == number, predicted, actual, naive) for place, number in enumerate(present)]


def _bin(label: str, chosen: Real, predicted: Real, actual: Whole, naive: Real) -> Bin:
    happened = actual[chosen].astype(np.float64)
    mean, count = float(happened.mean()), len(happened)
    half = Z95 * float(happened.std(ddof=1)) / np.sqrt(count) if count > 1 else float("nan")
    return Bin(
        label=label,
        customers=count,
        predicted=float(predicted[chosen].mean()),
        actual=mean,
        actual_low=max(0.0, mean - float(half)),
        actual_high=mean + float(half),
        naive=float(naive[chosen].mean()),
    )
