"""What a fitted BG/NBD model says about customers: are they still coming, and how often will they come.

The expectations are integrals over the drop-out chance p, taken with Gauss-Jacobi nodes. The closed form with the
hypergeometric function is infinite at a = 1 and wrong beside it; the integral is smooth there.
"""

from __future__ import annotations

import math

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Real, Whole
from regulars.insight.rules.bg_nbd_parameters import BgNbdParameters
from regulars.insight.rules.compiling import compiled

FEWEST_NODES, MOST_NODES = 24, 128


def p_alive(parameters: BgNbdParameters, x: Whole, recency: AnyColumn, age: AnyColumn) -> Real:
    """Probability that a customer is still coming. For x = 0 the model says 1, by construction: see `value.md`."""
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(_log_odds_gone(parameters, x, recency, age), 700.0))))


def p_alive_interval(parameters: BgNbdParameters, log_covariance: Real, x: Whole, recency: AnyColumn, age: AnyColumn) -> tuple[Real, Real]:
    """95 % interval of P(alive) from the uncertainty of the parameters (Laplace, on the scale of the log-odds)."""
    z = _log_odds_gone(parameters, x, recency, age)
    alpha, count = parameters.alpha, parameters.r + x
    by_r = parameters.r * (np.log1p(age / alpha) - np.log1p(recency / alpha))
    by_alpha = alpha * count * (1.0 / (alpha + age) - 1.0 / (alpha + recency))
    by_b = -parameters.b / (parameters.b + np.maximum(x - 1.0, 0.0))
    slopes = np.stack([by_r, by_alpha, np.ones(len(z)), by_b], axis=1)
    half = 1.959964 * np.sqrt(np.einsum("ij,jk,ik->i", slopes, log_covariance, slopes))
    half = np.where(x == 0, 0.0, half)
    low = 1.0 / (1.0 + np.exp(np.clip(z + half, -700.0, 700.0)))
    high = 1.0 / (1.0 + np.exp(np.clip(z - half, -700.0, 700.0)))
    return np.where(x == 0, 1.0, low), np.where(x == 0, 1.0, high)


def _log_odds_gone(parameters: BgNbdParameters, x: Whole, recency: AnyColumn, age: AnyColumn) -> Real:
    longer = np.log1p(age / parameters.alpha) - np.log1p(recency / parameters.alpha)
    z = math.log(parameters.a) - np.log(parameters.b + np.maximum(x - 1.0, 0.0)) + (parameters.r + x) * longer
    return np.where(x == 0, -np.inf, z)


def dropout_odds(parameters: BgNbdParameters, x: Whole) -> Real:
    """Odds that the x-th repeat visit was the last, before anything is known of the silence after it."""
    return np.where(x > 0, parameters.a / (parameters.b + np.maximum(x - 1.0, 0.0)), 0.0)


def expected_visits_of_newcomer(parameters: BgNbdParameters, within: Real) -> Real:
    """E[X(t)]: repeat visits that a customer of unknown habits makes within t of the first visit."""
    within = np.atleast_1d(np.asarray(within, dtype=np.float64))
    count = _node_count(float(within.max()) / parameters.alpha)
    nodes, weights = _jacobi(parameters.a, np.array([parameters.b]), count)
    zero, now, one = np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1)
    times, at = np.unique(within, return_inverse=True)
    answers = [_expected(nodes, weights, zero, zero, now, np.array([t]), one, parameters.r, parameters.alpha)[0, 0] for t in times]
    return np.array(answers)[at]


def expected_visits_if_alive(parameters: BgNbdParameters, x: Whole, age: Whole, *, until: Real, worth: Real) -> tuple[Real, Real]:
    """E[Y | alive] of each customer at the last of the times `until`, and the same with each step weighed by `worth`.

    The times rise; `worth[m]` is what a visit between the (m-1)-th and m-th time counts, 1 without discount. Both
    hang on (x, T) alone, so each distinct pair is computed once.
    """
    x, age = np.asarray(x, dtype=np.int64), np.asarray(age)
    until, worth = np.asarray(until, dtype=np.float64), np.asarray(worth, dtype=np.float64)
    if len(x) == 0:
        return np.empty(0), np.empty(0)
    ages, age_at = np.unique(age, return_inverse=True)
    counts, count_at = np.unique(x, return_inverse=True)
    pairs, pair_at = np.unique(count_at * len(ages) + age_at, return_inverse=True)
    count = _node_count(float(until[-1]) / (parameters.alpha + float(ages[0])))
    nodes, weights = _jacobi(parameters.a, parameters.b + counts.astype(np.float64), count)
    kind = pairs // len(ages)
    plain = _expected(nodes, weights, kind, counts[kind], ages[pairs % len(ages)].astype(np.float64), until,
                      worth, parameters.r, parameters.alpha)  # fmt: skip
    return plain[pair_at, 0], plain[pair_at, 1]


def _node_count(reach: float) -> int:
    """Enough nodes for some 13 digits: the error falls like exp(-4 n / sqrt(reach))."""
    return int(min(MOST_NODES, max(FEWEST_NODES, math.ceil(8.0 * math.sqrt(reach)))))


def _jacobi(a: float, b: Real, count: int) -> tuple[Real, Real]:
    """Nodes and weights of the mean over p ~ Beta(a, b), for each b: eigenvalues of the Jacobi matrix."""
    n = np.arange(count, dtype=np.float64)[None, :]
    high, low = (b - 1.0)[:, None], a - 1.0
    total = high + low
    with np.errstate(divide="ignore", invalid="ignore"):
        diagonal = (low**2 - high**2) / ((2 * n + total) * (2 * n + total + 2))
        beside = 4 * n * (n + high) * (n + low) * (n + total) / (
            (2 * n + total) ** 2 * (2 * n + total + 1) * (2 * n + total - 1))  # fmt: skip
    diagonal[:, 0] = ((low - high) / (total + 2))[:, 0]
    beside[:, 1] = (4 * (1 + high) * (1 + low) / ((2 + total) ** 2 * (3 + total)))[:, 0]
    matrices = np.zeros((len(b), count, count))
    steps = np.arange(count)
    matrices[:, steps, steps] = diagonal
    matrices[:, steps[1:], steps[:-1]] = np.sqrt(beside[:, 1:])
    points, vectors = np.linalg.eigh(matrices)  # reads the lower triangle only
    return np.clip((points + 1.0) / 2.0, 1e-300, 1.0), vectors[:, 0, :] ** 2


@compiled
def _expected(
    nodes: Real,
    weights: Real,
    kind: Whole,
    x: Whole,
    age: Real,
    until: Real,
    worth: Real,
    r: float,
    alpha: float,
) -> Real:
    answers = np.zeros((len(x), 2))
    for row in range(len(x)):
        points, shares = nodes[kind[row]], weights[kind[row]]
        count = r + x[row]
        before = 0.0
        for step in range(len(until)):
            reach = until[step] / (alpha + age[row])
            total = 0.0
            for node in range(len(points)):
                p = points[node]
                total -= shares[node] * math.expm1(-count * math.log1p(p * reach)) / p
            answers[row, 1] += worth[step] * (total - before)
            before = total
        answers[row, 0] = before
    return answers
