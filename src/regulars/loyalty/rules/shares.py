"""An amount shared out in whole minor units, so that the shares add up exactly.

Source: largest remainder (Hamilton) method; semantics P12: ties go to the earlier line, nothing below zero, no line above its own amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def shares_of(total: int, weights: Sequence[int | Fraction], most: Sequence[int] | None = None) -> list[int]:
    """Share `total` out in proportion to `weights`; no share is above its `most`, what doesn't fit goes to the others by weight.

    Every share without a `most` in its way is its exact one rounded down or up. Raises ValueError where the total is below zero, a weight is,
    or the total doesn't fit.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("shares are never below zero")
    if total == 0:
        return [0] * len(weights)
    open_ones = [place for place, weight in enumerate(weights) if weight]
    if not open_ones or (most is not None and sum(most[place] for place in open_ones) < total):
        raise ValueError("the total doesn't fit")
    whole = _whole(weights)
    shares = [0] * len(whole)
    while open_ones:
        parts = _largest_remainder(total, [whole[place] for place in open_ones])
        full = {place for place, part in zip(open_ones, parts, strict=True) if most is not None and part > most[place]}
        if not full:
            for place, part in zip(open_ones, parts, strict=True):
                shares[place] = part
            break
        for place in full:
            shares[place] = most[place] if most is not None else 0
            total -= shares[place]
        open_ones = [place for place in open_ones if place not in full]
    return shares


def rounded(value: Fraction) -> int:
    """To whole minor units, half up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _whole(weights: Sequence[int | Fraction]) -> list[int]:
    """The same proportions in whole numbers, which divide faster than fractions."""
    scale = lcm(*(weight.denominator for weight in weights))
    return [int(weight * scale) for weight in weights]
