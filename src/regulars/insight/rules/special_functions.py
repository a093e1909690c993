"""Digamma, trigamma and the incomplete Beta function, for compiled loops."""

from __future__ import annotations

import math

from regulars.insight.rules.compiling import compiled


@compiled
def digamma(x: float) -> float:
    """Derivative of ln Gamma, for x > 0: upward recurrence to 12, then the asymptotic series."""
    total = 0.0
    while x < 12.0:
        total -= 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    series = inverse * (1.0 / 12.0 - inverse * (1.0 / 120.0 - inverse * (1.0 / 252.0 - inverse * (
        1.0 / 240.0 - inverse * (1.0 / 132.0 - inverse * (691.0 / 32760.0))))))  # fmt: skip
    return total + math.log(x) - 0.5 / x - series


@compiled
def trigamma(x: float) -> float:
    """Second derivative of ln Gamma, for x > 0."""
    total = 0.0
    while x < 12.0:
        total += 1.0 / (x * x)
        x += 1.0
    inverse = 1.0 / (x * x)
    series = inverse / x * (1.0 / 6.0 - inverse * (1.0 / 30.0 - inverse * (1.0 / 42.0 - inverse * (
        1.0 / 30.0 - inverse * (5.0 / 66.0 - inverse * (691.0 / 2730.0))))))  # fmt: skip
    return total + 1.0 / x + 0.5 * inverse + series


@compiled
def incomplete_beta(x: float, p: float, q: float) -> float:
    """The regularised incomplete Beta function I_x(p, q), by Lentz's continued fraction."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(math.lgamma(p + q) - math.lgamma(p) - math.lgamma(q) + p * math.log(x) + q * math.log1p(-x))
    if x < (p + 1.0) / (p + q + 2.0):
        return min(1.0, front * _fraction(x, p, q) / p)
    return max(0.0, 1.0 - front * _fraction(1.0 - x, q, p) / q)


@compiled
def _fraction(x: float, p: float, q: float) -> float:
    tiny = 1e-300
    c = 1.0
    d = 1.0 - (p + q) * x / (p + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    result = d
    for step in range(1, 400):
        even = step * (q - step) * x / ((p + 2 * step - 1.0) * (p + 2 * step))
        d = 1.0 + even * d
        d = 1.0 / (d if abs(d) > tiny else tiny)
        c = 1.0 + even / c
        c = c if abs(c) > tiny else tiny
        result *= d * c
        odd = -(p + step) * (p + q + step) * x / ((p + 2 * step) * (p + 2 * step + 1.0))
        d = 1.0 + odd * d
        d = 1.0 / (d if abs(d) > tiny else tiny)
        c = 1.0 + odd / c
        c = c if abs(c) > tiny else tiny
        result *= d * c
        if abs(d * c - 1.0) < 1e-14:
            break
    return result
