"""Maximum likelihood for BG/NBD that may refuse, with standard errors and a look at heavy hitters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Real, Whole, hash_sample
from regulars.insight.rules.bg_nbd_likelihood import Sufficient, log_likelihood, sufficient_for
from regulars.insight.rules.bg_nbd_parameters import DAYS_PER_WEEK, BgNbdParameters
from regulars.insight.rules.newton import Optimum, maximise
from regulars.insight.rules.verdicts import FitStatus

NAMES = ("r", "alpha", "a", "b")
FEWEST_CUSTOMERS = 30
FEWEST_REPEATERS = 10
SAMPLE_FROM = 150_000
SAMPLE_SIZE = 40_000
# The box, in logarithms of (r, alpha in time units, a, b). Beyond "soft" a parameter says "at the edge": with r over
# 1,000 the customers' rates differ by less than 3 %, and with a below 0.0001 practically nobody leaves.
LOWER = np.log(np.array([1e-5, 1e-5, 1e-8, 1e-6]))
UPPER = np.log(np.array([1e5, 1e10, 1e5, 1e6]))
SOFT_LOWER = np.log(np.array([1e-4, 1e-4, 1e-5, 1e-4]))
SOFT_UPPER = np.log(np.array([1e3, 1e8, 1e3, 1e4]))
# A parameter known only to within a factor of e^(2 x 2), some 50-fold, is not known.
LOOSEST_SPREAD = 2.0


@dataclass(frozen=True)
class BgNbdFit:
    """The answer of a fit. `parameters` is None unless the status is usable."""

    status: FitStatus
    customers: int
    repeat_customers: int
    repeats_total: int
    parameters: BgNbdParameters | None = None
    standard_errors: BgNbdParameters | None = None
    log_covariance: Real | None = None  # of the logarithms of r, alpha, a, b
    log_likelihood: float | None = None
    gradient: float | None = None
    steps: int = 0
    edges: tuple[str, ...] = ()

    def log_likelihood_in_weeks(self) -> float | None:
        """A density of times changes with the unit of time: ln 7 for each repeat visit."""
        if self.log_likelihood is None:
            return None
        return self.log_likelihood + self.repeats_total * math.log(DAYS_PER_WEEK)


def fit_bg_nbd(frequency: Whole, recency: AnyColumn, age: AnyColumn, *, customers: Whole | None = None) -> BgNbdFit:
    """Fit r, alpha, a, b to the columns x, t_x, T.

    `customers` are the customers' numbers: with many rows the search starts from a sample drawn by their hash.
    """
    frequency = np.asarray(frequency, dtype=np.int64)
    repeaters = int(np.count_nonzero(frequency))
    plain = BgNbdFit(FitStatus.TOO_FEW, len(frequency), repeaters, int(frequency.sum()))
    if len(frequency) < FEWEST_CUSTOMERS:
        return plain
    if repeaters == 0:
        return replace(plain, status=FitStatus.NOT_IDENTIFIABLE)
    if repeaters < FEWEST_REPEATERS:
        return plain
    held = sufficient_for(frequency, recency, age)
    start = _start(held, np.asarray(age))
    if len(frequency) >= SAMPLE_FROM:
        numbers = np.arange(len(frequency), dtype=np.int64) if customers is None else customers
        chosen = hash_sample(numbers, SAMPLE_SIZE / len(frequency))
        start = _search(sufficient_for(frequency[chosen], np.asarray(recency)[chosen], np.asarray(age)[chosen]), start).point
    return _judged(plain, held, _search(held, start))


def _start(held: Sufficient, age: AnyColumn) -> Real:
    rate = held.repeats_total / max(float(age.sum()), 1.0)
    return np.log(np.array([1.0, 1.0 / rate, 0.5, 2.5]))


def _search(held: Sufficient, start: Real) -> Optimum:
    return maximise(lambda logs: log_likelihood(held, logs), start=start, lower=LOWER, upper=UPPER)


def _judged(plain: BgNbdFit, held: Sufficient, optimum: Optimum) -> BgNbdFit:
    steepest = float(np.max(np.abs(np.where(optimum.at_edge, 0.0, optimum.gradient))))
    plain = replace(plain, steps=optimum.steps, gradient=steepest)
    if not optimum.converged and steepest > 1e-6:
        return replace(plain, status=FitStatus.NOT_CONVERGED)
    parameters = BgNbdParameters(*(float(number) for number in np.exp(optimum.point)))
    answer = replace(plain, parameters=parameters, log_likelihood=optimum.value * held.customers)
    outside = optimum.at_edge | (optimum.point < SOFT_LOWER) | (optimum.point > SOFT_UPPER)
    if outside.any():
        edges = tuple(name for name, out in zip(NAMES, outside, strict=True) if out)
        return replace(answer, status=FitStatus.BOUNDARY, edges=edges)
    curvature, axes = np.linalg.eigh(-optimum.hessian * held.customers)
    if float(curvature[0]) <= 1.0 / LOOSEST_SPREAD**2:
        return replace(plain, status=FitStatus.NOT_IDENTIFIABLE)
    covariance = (axes / curvature) @ axes.T
    errors = np.sqrt(np.diag(covariance)) * np.exp(optimum.point)
    return replace(
        answer,
        status=FitStatus.CONVERGED,
        log_covariance=covariance,
        standard_errors=BgNbdParameters(*(float(error) for error in errors)),
    )


@dataclass(frozen=True)
class HeavyHitters:
    """Rows that alone move a parameter by more than a tenth, and the fit without them."""

    rows: Whole
    pulls: Real  # of each row: by how much, at most, it moves the logarithm of a parameter, to first order
    without: BgNbdFit | None


def heavy_hitters(fit: BgNbdFit, frequency: Whole, recency: AnyColumn, age: AnyColumn, *, most: int = 20) -> HeavyHitters:
    """Which customers pull the whole fit, by the first-order change of the parameters when one is left out.

    Only the highest counts can pull that hard, so the look is at the `most` highest x; what is flagged is then
    really left out and fitted again.
    """
    nobody = HeavyHitters(np.empty(0, dtype=np.int64), np.empty(0), None)
    if fit.parameters is None or fit.log_covariance is None:
        return nobody
    frequency = np.asarray(frequency, dtype=np.int64)
    recency, age = np.asarray(recency), np.asarray(age)
    rows = np.argsort(frequency, kind="stable")[::-1][:most].astype(np.int64)
    logs = np.log(np.array([fit.parameters.r, fit.parameters.alpha, fit.parameters.a, fit.parameters.b]))
    pulls = np.empty(len(rows))
    for place, row in enumerate(rows):
        one = slice(int(row), int(row) + 1)
        _, slope, _ = log_likelihood(sufficient_for(frequency[one], recency[one], age[one]), logs)
        pulls[place] = float(np.max(np.abs(fit.log_covariance @ slope)))
    flagged = pulls > 0.1
    if not flagged.any():
        return nobody
    kept = np.ones(len(frequency), dtype=np.bool_)
    kept[rows[flagged]] = False
    without = fit_bg_nbd(frequency[kept], recency[kept], age[kept])
    return HeavyHitters(rows[flagged], pulls[flagged], without)
