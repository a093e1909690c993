"""The whole distribution of a number of visits, not only its mean. Plain Python: for one customer at a time."""

from __future__ import annotations

import math

from regulars.insight.rules.bg_nbd_parameters import BgNbdParameters


def chances_of_visits(parameters: BgNbdParameters, within: float, *, most: int) -> list[float]:
    """P(X(t) = n) for n = 0 ... most: repeat visits within t of a customer who is alive now."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    silent = r * (math.log(alpha) - math.log(alpha + within))
    share = math.log(within) - math.log(alpha + within) if within > 0 else -math.inf
    chances = [math.exp(silent)]
    fewer = 0.0  # P(fewer than n visits) if nobody dropped out
    for n in range(1, most + 1):
        log_count = math.lgamma(r + n) - math.lgamma(r) - math.lgamma(n + 1) + silent + n * share
        before = math.lgamma(r + n - 1) - math.lgamma(r) - math.lgamma(n) + silent
        before += (n - 1) * share if n > 1 else 0.0
        fewer += math.exp(before)
        stays = math.exp(_log_beta(a, b + n) - _log_beta(a, b))
        leaves = math.exp(_log_beta(a + 1, b + n - 1) - _log_beta(a, b))
        chances.append(stays * math.exp(log_count) + leaves * max(0.0, 1.0 - fewer))
    return chances


def likely_visits(parameters: BgNbdParameters, *, x: int, age: float, alive: float, within: float, share: float = 0.8) -> tuple[int, int]:
    """The range in which the customer's number of visits within the horizon lies with this probability."""
    rest = (1.0 - share) / 2.0
    updated = BgNbdParameters(
        parameters.r + x, parameters.alpha + age, parameters.a, parameters.b + x
    )  # what is known of one who is alive after x repeat visits in T
    most = 64
    while True:
        chances = [alive * chance for chance in chances_of_visits(updated, within, most=most)]
        chances[0] += 1.0 - alive
        if sum(chances) > 1.0 - rest or most >= 16_384:
            break
        most *= 4
    low, total = 0, chances[0]
    while total < rest and low + 1 < len(chances):
        low += 1
        total += chances[low]
    high = low
    while total < 1.0 - rest and high + 1 < len(chances):
        high += 1
        total += chances[high]
    return low, high


def _log_beta(p: float, q: float) -> float:
    return math.lgamma(p) + math.lgamma(q) - math.lgamma(p + q)
