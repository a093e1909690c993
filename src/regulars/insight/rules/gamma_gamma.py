"""Spend per visit: the Gamma-Gamma model by maximum likelihood.

A customer's visits cost about as much as each other (Gamma with shape p around a personal level), and the levels differ
between customers (Gamma with q, v). Fitted on the mean spend m of x repeat visits:

    ln L = ln Gamma(px + q) - ln Gamma(px) - ln Gamma(q) + q ln v + (px - 1) ln m + px ln x - (px + q) ln(xm + v)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from regulars.insight.rules.arrays import Real, Whole
from regulars.insight.rules.compiling import compiled
from regulars.insight.rules.newton import maximise
from regulars.insight.rules.special_functions import digamma, trigamma
from regulars.insight.rules.verdicts import FitStatus

NAMES = ("p", "q", "v")
FEWEST_CUSTOMERS = 10
LOWER = np.log(np.array([1e-4, 1e-4, 1e-8]))
UPPER = np.log(np.array([1e6, 1e5, 1e9]))
SOFT_UPPER = np.log(np.array([1e4, 1e3, 1e7]))
SOFT_LOWER = np.log(np.array([1e-3, 1e-3, 1e-6]))
LOOSEST_SPREAD = 2.0


@dataclass(frozen=True)
class GammaGammaParameters:
    """p, q and v; v is in the unit of money of the column it was fitted on."""

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class GammaGammaFit:
    """The answer of a fit. `mean_spend` is the plain mean over all repeat visits, always there when anybody counts."""

    status: FitStatus
    customers: int
    excluded: int
    mean_spend: float | None
    parameters: GammaGammaParameters | None = None
    standard_errors: GammaGammaParameters | None = None
    log_covariance: Real | None = None
    log_likelihood: float | None = None
    gradient: float | None = None
    steps: int = 0
    edges: tuple[str, ...] = ()


def fit_gamma_gamma(repeats: Whole, mean_spend: Real) -> GammaGammaFit:
    """Fit p, q, v to the number of paid repeat visits and their mean spend.

    Rows without a repeat visit, or whose mean is not above 0, can't take part; they are counted in `excluded`.
    """
    repeats, mean_spend = np.asarray(repeats, dtype=np.int64), np.asarray(mean_spend, dtype=np.float64)
    usable = (repeats > 0) & (mean_spend > 0) & np.isfinite(mean_spend)
    x, m = repeats[usable], mean_spend[usable]
    excluded = int(len(repeats) - len(x))
    if len(x) == 0:
        return GammaGammaFit(FitStatus.TOO_FEW, 0, excluded, None)
    middle = float(np.average(m, weights=x))
    plain = GammaGammaFit(FitStatus.TOO_FEW, len(x), excluded, middle)
    if len(x) < FEWEST_CUSTOMERS:
        return plain
    if float(m.max() - m.min()) <= 1e-9 * middle:
        return replace(plain, status=FitStatus.NO_SPREAD)
    return _fitted(plain, x, m / middle, middle)


def _fitted(plain: GammaGammaFit, x: Whole, m: Real, scale: float) -> GammaGammaFit:
    numbers, tally = np.unique(x, return_counts=True)
    logs = float(np.sum(np.log(m))), float(x @ np.log(m)), float(numbers * tally @ np.log(numbers))
    spent, weights = x * m, x.astype(np.float64)

    def evaluate(point: Real) -> tuple[float, Real, Real]:
        p, q, v = (float(number) for number in np.exp(point))
        return _in_logs(_sums(spent, weights, numbers, tally, *logs, p, q, v), p, q, v, len(m))

    start = np.log(np.array([2.0, 3.0, 1.0]))
    optimum = maximise(evaluate, start=start, lower=LOWER, upper=UPPER)
    steepest = float(np.max(np.abs(np.where(optimum.at_edge, 0.0, optimum.gradient))))
    plain = replace(plain, steps=optimum.steps, gradient=steepest)
    if not optimum.converged and steepest > 1e-6:
        return replace(plain, status=FitStatus.NOT_CONVERGED)
    p, q, v = (float(number) for number in np.exp(optimum.point))
    answer = replace(
        plain,
        parameters=GammaGammaParameters(p, q, v * scale),
        log_likelihood=optimum.value * len(m) - len(m) * math.log(scale),
    )
    outside = optimum.at_edge | (optimum.point < SOFT_LOWER) | (optimum.point > SOFT_UPPER)
    if outside.any():
        edges = tuple(name for name, out in zip(NAMES, outside, strict=True) if out)
        return replace(answer, status=FitStatus.BOUNDARY, edges=edges)
    curvature, axes = np.linalg.eigh(-optimum.hessian * len(m))
    if float(curvature[0]) <= 1.0 / LOOSEST_SPREAD**2:
        return replace(plain, status=FitStatus.NOT_IDENTIFIABLE)
    covariance = (axes / curvature) @ axes.T
    errors = np.sqrt(np.diag(covariance)) * np.array([p, q, v * scale])
    return replace(
        answer,
        status=FitStatus.CONVERGED,
        log_covariance=covariance,
        standard_errors=GammaGammaParameters(*(float(error) for error in errors)),
    )


@compiled
def _sums(
    spent: Real, x: Real, numbers: Whole, tally: Whole, sum_log_m: float, sum_x_log_m: float,
    sum_x_log_x: float, p: float, q: float, v: float,
) -> Real:  # fmt: skip
    """Log-likelihood, then its first and second derivatives by p, q, v."""
    logs = x_logs = inverse = x_inverse = both = both_inverse = 0.0
    for row in range(len(spent)):
        shape = p * x[row] + q
        one = 1.0 / (spent[row] + v)
        log = math.log(spent[row] + v)
        logs += log
        x_logs += x[row] * log
        inverse += one
        x_inverse += x[row] * one
        both += shape * one
        both_inverse += shape * one * one
    n = float(len(spent))
    value = n * (q * math.log(v) - math.lgamma(q)) - p * x_logs - q * logs
    value += p * sum_x_log_m - sum_log_m + p * sum_x_log_x
    by_p = sum_x_log_m + sum_x_log_x - x_logs
    by_q = n * (math.log(v) - digamma(q)) - logs
    by_v = n * q / v - both
    p_p = p_q = 0.0
    q_q = -n * trigamma(q)
    for place in range(len(numbers)):
        count, times = float(numbers[place]), float(tally[place])
        value += times * (math.lgamma(p * count + q) - math.lgamma(p * count))
        high, low = digamma(p * count + q), digamma(p * count)
        by_p += times * count * (high - low)
        by_q += times * high
        high, low = trigamma(p * count + q), trigamma(p * count)
        p_p += times * count * count * (high - low)
        p_q += times * count * high
        q_q += times * high
    return np.array([value, by_p, by_q, by_v, p_p, p_q, q_q, -x_inverse, n / v - inverse,
                     -n * q / (v * v) + both_inverse])  # fmt: skip


def _in_logs(sums: Real, p: float, q: float, v: float, count: int) -> tuple[float, Real, Real]:
    value, by_p, by_q, by_v, p_p, p_q, q_q, p_v, q_v, v_v = (float(number) for number in sums)
    parameters = np.array([p, q, v])
    gradient = np.array([by_p, by_q, by_v]) * parameters
    hessian = np.array([[p_p, p_q, p_v], [p_q, q_q, q_v], [p_v, q_v, v_v]])
    in_logs = hessian * np.outer(parameters, parameters) + np.diag(gradient)
    return value / count, gradient / count, in_logs / count


def expected_spend(fit: GammaGammaFit, repeats: Whole, mean_spend: Real) -> Real:
    """What one future visit of each customer will cost, on average: own mean and everybody's, weighed by x.

    Without usable parameters it is the mean over all repeat visits. NaN only when nobody has a paid repeat visit.
    """
    repeats = np.asarray(repeats, dtype=np.int64)
    everybody = math.nan if fit.mean_spend is None else fit.mean_spend
    if fit.parameters is None:
        return np.full(len(repeats), everybody)
    p, q, v = fit.parameters.p, fit.parameters.q, fit.parameters.v
    counted = (repeats > 0) & (np.asarray(mean_spend) > 0)
    x = np.where(counted, repeats, 0)
    shape = p * x + q - 1.0
    answer = p * (v + x * np.where(counted, mean_spend, 0.0)) / np.where(shape > 0, shape, 1.0)
    return np.where(shape > 0, answer, everybody)
