"""The BG/NBD log-likelihood with exact gradient and Hessian, arranged for speed.

Fader, Hardie and Lee (2005): while alive a customer buys at a steady personal rate (Gamma with shape r, rate alpha over
the customers), and after each repeat purchase drops out with a personal chance (Beta with a, b). With

    z = ln a - ln(b + x - 1) + (r + x) ln((alpha + T) / (alpha + t_x))

a repeat customer contributes, besides terms in x alone, -(r + x) ln(alpha + T) + ln(1 + e^z), and P(alive) is
1 / (1 + e^z). Three arrangements make it fast: terms in x alone come from a histogram of x, one-time buyers from a
histogram of T, and logarithms from a table over the distinct times (whole days).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Real, Whole
from regulars.insight.rules.compiling import compiled

ROWS_PER_PART = 100_000


@dataclass(frozen=True)
class Sufficient:
    """All that the likelihood needs of the customers."""

    customers: int
    repeats_total: int
    more_than: Real  # more_than[j]: how many customers have x > j
    times: Real
    once_per_time: Real  # one-time buyers by their T
    x: Whole
    recency_at: Whole  # positions in `times`
    age_at: Whole


def sufficient_for(frequency: Whole, recency: AnyColumn, age: AnyColumn) -> Sufficient:
    """Arrange the columns x, t_x, T (in one unit of time) for the likelihood."""
    frequency = np.asarray(frequency, dtype=np.int64)
    repeat = frequency > 0
    times, recency_at, age_at = _time_table(np.asarray(recency), np.asarray(age))
    counts = np.bincount(frequency)
    more_than = (len(frequency) - np.cumsum(counts))[:-1].astype(np.float64)
    return Sufficient(
        customers=len(frequency),
        repeats_total=int(frequency.sum()),
        more_than=more_than,
        times=times,
        once_per_time=np.bincount(age_at[~repeat], minlength=len(times)).astype(np.float64),
        x=frequency[repeat],
        recency_at=recency_at[repeat],
        age_at=age_at[repeat],
    )


def _time_table(recency: AnyColumn, age: AnyColumn) -> tuple[Real, Whole, Whole]:
    whole = np.issubdtype(recency.dtype, np.integer) and np.issubdtype(age.dtype, np.integer)
    longest = int(age.max()) if len(age) else 0
    if whole and longest < 4_000_000:
        return (
            np.arange(longest + 1, dtype=np.float64),
            recency.astype(np.int64, copy=False),
            age.astype(np.int64, copy=False),
        )
    both = np.concatenate([recency, age]).astype(np.float64)
    times, positions = np.unique(both, return_inverse=True)
    positions = positions.astype(np.int64)
    return times, positions[: len(recency)], positions[len(recency) :]


def log_likelihood(held: Sufficient, logs: Real) -> tuple[float, Real, Real]:
    """Mean log-likelihood per customer, its gradient and Hessian, in the logarithms of r, alpha, a, b."""
    r, alpha, a, b = (float(number) for number in np.exp(logs))
    value, gradient, hessian = _terms_in_x(held, r, alpha, a, b)
    log_ratio = np.log1p(held.times / alpha)
    inverse = 1.0 / (alpha + held.times)
    share = held.times * inverse / alpha
    value -= r * float(held.once_per_time @ log_ratio)
    gradient[0] -= float(held.once_per_time @ log_ratio)
    once_share = float(held.once_per_time @ share)
    gradient[1] += r * once_share
    hessian[0, 1] += once_share
    hessian[1, 1] -= r * float(held.once_per_time @ (share * (1.0 / alpha + inverse)))
    if len(held.x):
        steps = np.arange(len(held.more_than) + 1, dtype=np.float64)
        inverse_b = 1.0 / (b + np.maximum(steps - 1.0, 0.0))

        def sums_over(rows: slice) -> Real:
            columns = held.x[rows], held.recency_at[rows], held.age_at[rows]
            return _repeat_sums(*columns, held.times, log_ratio, inverse, share, inverse_b, r, alpha, a)

        value += _add_repeat(_in_parts(sums_over, len(held.x)), a, gradient, hessian)
    for row in range(4):
        for column in range(row):
            hessian[row, column] = hessian[column, row]
    parameters = np.array([r, alpha, a, b])
    in_logs = hessian * np.outer(parameters, parameters) + np.diag(gradient * parameters)
    count = held.customers
    return value / count, gradient * parameters / count, in_logs / count


def _in_parts(sums_over: Callable[[slice], Real], rows: int) -> Real:
    """The sums over all rows, in parts of a fixed size on all cores, so that the answer hangs on no core count."""
    if rows <= ROWS_PER_PART:
        return sums_over(slice(0, rows))
    parts = [slice(start, start + ROWS_PER_PART) for start in range(0, rows, ROWS_PER_PART)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return np.asarray(sum(pool.map(sums_over, parts)))


def _terms_in_x(held: Sufficient, r: float, alpha: float, a: float, b: float) -> tuple[float, Real, Real]:
    """Terms that depend on x alone: sums over j < x, so no Gamma function is needed."""
    n, j = held.more_than, np.arange(len(held.more_than), dtype=np.float64)
    with_r, with_b, with_both = 1.0 / (r + j), 1.0 / (b + j), 1.0 / (a + b + j)
    total = held.repeats_total
    value = float(n @ np.log(r + j)) - total * math.log(alpha) - float(n @ np.log1p(a * with_b))
    gradient = np.array([float(n @ with_r), -total / alpha, -float(n @ with_both), float(n @ (a * with_b * with_both))])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = -float(n @ with_r**2)
    hessian[1, 1] = total / alpha**2
    hessian[2, 2] = hessian[2, 3] = float(n @ with_both**2)
    hessian[3, 3] = -float(n @ (a * with_b * with_both * (with_b + with_both)))
    return value, gradient, hessian


def _add_repeat(sums: Real, a: float, gradient: Real, hessian: Real) -> float:
    (value, g_r, g_alpha, dead, dead_b, h_rr, h_ra, h_aa, w, w_d, w_z, w_b, w_db, w_zb, h_bb) = sums
    gradient += np.array([g_r, g_alpha, dead / a, -dead_b])
    hessian[0, 0] += h_rr
    hessian[0, 1] += h_ra
    hessian[1, 1] += h_aa
    hessian[0, 2] += w_d / a
    hessian[0, 3] -= w_db
    hessian[1, 2] += w_z / a
    hessian[1, 3] -= w_zb
    hessian[2, 2] += (w - dead) / a**2
    hessian[2, 3] -= w_b / a
    hessian[3, 3] += h_bb
    return float(value)


@compiled
def _repeat_sums(
    x: Whole, recency_at: Whole, age_at: Whole, times: Real, log_ratio: Real, inverse: Real, share: Real,
    inverse_b: Real, r: float, alpha: float, a: float,
) -> Real:  # fmt: skip
    value = g_r = g_alpha = dead = dead_b = h_rr = h_ra = h_aa = 0.0
    w = w_d = w_z = w_b = w_db = w_zb = h_bb = 0.0
    log_a = math.log(a)
    log_inverse_b = np.log(inverse_b)
    inverse_alpha = 1.0 / alpha
    for row in range(len(x)):
        count, early, late = x[row], recency_at[row], age_at[row]
        rx = r + count
        at_late, at_early = inverse[late], inverse[early]
        longer = log_ratio[late] - log_ratio[early]
        slope = -(times[late] - times[early]) * at_late * at_early
        z = log_a + log_inverse_b[count] + rx * longer
        if z > 0:
            e = math.exp(-z)
            chance = 1.0 / (1.0 + e)
            value += z + math.log1p(e) - rx * log_ratio[late]
        else:
            e = math.exp(z)
            chance = e / (1.0 + e)
            value += math.log1p(e) - rx * log_ratio[late]
        spread = chance / (1.0 + e) if z <= 0 else chance * e * chance
        z_alpha = rx * slope
        ib = inverse_b[count]
        g_r += chance * longer - log_ratio[late]
        g_alpha += rx * share[late] + chance * z_alpha
        dead += chance
        dead_b += chance * ib
        h_rr += spread * longer * longer
        h_ra += share[late] + chance * slope + spread * longer * z_alpha
        h_aa += -rx * share[late] * (inverse_alpha + at_late) + spread * z_alpha * z_alpha - chance * z_alpha * (at_early + at_late)
        w += spread
        w_d += spread * longer
        w_z += spread * z_alpha
        w_b += spread * ib
        w_db += spread * longer * ib
        w_zb += spread * z_alpha * ib
        h_bb += (spread + chance) * ib * ib
    return np.array([value, g_r, g_alpha, dead, dead_b, h_rr, h_ra, h_aa, w, w_d, w_z, w_b, w_db, w_zb, h_bb])
