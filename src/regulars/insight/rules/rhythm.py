"""Each customer's own rhythm, and how unusual the present silence is against it.

The gaps between a customer's visits are taken as Gamma with shape k (the regularity: 1 is haphazard, 4 is like a
clock) and a personal rate. What is known of the rate is the customer's own gaps and, in proportion to their weight,
everybody's: the fitted model's r visits in alpha days. So after x gaps over t_x days the chance that a customer who
goes on as before stays silent for s days or longer is

    I_w(k (r + x), k)   with   w = (alpha + t_x) / (alpha + t_x + s),

an incomplete Beta function; for k = 1 it is w^(r + x), the very term from which BG/NBD draws P(alive).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import Real, Whole
from regulars.insight.rules.compiling import compiled
from regulars.insight.rules.rfm import Rfm
from regulars.insight.rules.special_functions import incomplete_beta

HAPHAZARD, CLOCKWORK = 0.3, 4.0  # regularity is kept between these: even a clock goes on holiday
OWN_REGULARITY_COUNTS_FROM = 8.0  # so many gaps of one's own weigh as much as everybody's regularity
MOST_BORROWED_VISITS = 5.0  # everybody's rhythm never weighs more than so many of one's own gaps
# Odds that any one visit was the last, where no model could be fitted: one in twenty-one.
PLAIN_DROPOUT_ODDS = 0.05


@dataclass(frozen=True)
class SharedRhythm:
    """What the business's customers have in common: the weight and length of a usual gap, and its regularity."""

    visits: float
    days: float
    regularity: float
    return_days: int | None  # nine in ten of those who came a second time did so within these days

    @property
    def usual_gap(self) -> float:
        """Days between visits of a customer of whom nothing is known, from the rate days / visits."""
        return self.days / self.visits


@dataclass(frozen=True)
class Silence:
    """Columns: the customer's own mean gap in days (NaN without one), the same shrunk towards everybody's, the chance
    of a silence as long as the present if they go on as before, and the chance that they do."""

    own_gap: Real
    usual_gap: Real
    chance: Real
    still_coming: Real


def shared_rhythm(rfm: Rfm, *, r: float | None, alpha_days: float | None) -> SharedRhythm:
    """Learn the common rhythm. r and alpha come from a fitted BG/NBD; without them the pooled mean gap counts as one
    gap of everybody's."""
    repeats = rfm.repeats
    gaps, days = float(rfm.frequency.sum()), float(rfm.recency.sum())
    if r is not None and alpha_days is not None:
        weight = min(1.0, MOST_BORROWED_VISITS / r)
        visits, span = r * weight, alpha_days * weight
    else:
        visits, span = 1.0, days / gaps if gaps > 0 else 30.0
    first_gaps = rfm.first_gap[repeats]
    return_days = int(np.ceil(np.quantile(first_gaps, 0.9))) if len(first_gaps) >= 10 else None
    return SharedRhythm(visits, span, _pooled_regularity(rfm), return_days)


def _dispersion(rfm: Rfm) -> tuple[Real, Real]:
    """Squared variation of each customer's gaps, and the gaps beyond the first that speak for it."""
    x = rfm.frequency.astype(np.float64)
    weight = np.maximum(x - 1.0, 0.0)
    mean = rfm.recency / np.maximum(x, 1.0)
    variance = (rfm.gap_squares - x * mean**2) / np.maximum(weight, 1.0)
    return np.where(weight > 0, np.maximum(variance, 0.0) / np.maximum(mean, 1e-9) ** 2, 0.0), weight


def _pooled_regularity(rfm: Rfm) -> float:
    """k by moments. The mean of n Gamma gaps varies with their spread, so E[variation] = n / (nk + 1), not 1/k."""
    variation, weight = _dispersion(rfm)
    if weight.sum() == 0:
        return 1.0
    x = np.maximum(rfm.frequency, 1)
    k = 1.0
    for _ in range(50):
        inverse = float(np.average(variation * (1.0 + 1.0 / (x * k)), weights=weight))
        k = float(np.clip(1.0 / max(inverse, 1e-9), HAPHAZARD, CLOCKWORK))
    return k


def silence_against_rhythm(rfm: Rfm, shared: SharedRhythm, odds_of_last_visit: Real | None) -> Silence:
    """Judge each customer's present silence by their own gaps, shrunk towards everybody's as far as they are few.

    `odds_of_last_visit` are BG/NBD's odds that the last visit ended it (None: a plain one in twenty-one). Together with
    the chance of the silence they give the chance of still coming: chance / (chance + odds).
    """
    variation, weight = _dispersion(rfm)
    x = rfm.frequency.astype(np.float64)
    k = shared.regularity
    own = variation * (1.0 + 1.0 / (np.maximum(x, 1.0) * k))
    blended = (OWN_REGULARITY_COUNTS_FROM / k + weight * own) / (OWN_REGULARITY_COUNTS_FROM + weight)
    regularity = np.clip(1.0 / np.maximum(blended, 1e-9), HAPHAZARD, CLOCKWORK)
    chance = _silence_chances(regularity, shared.visits + x, shared.days + rfm.recency.astype(np.float64), rfm.silence)
    odds = np.full(len(x), PLAIN_DROPOUT_ODDS) if odds_of_last_visit is None else odds_of_last_visit
    with np.errstate(invalid="ignore"):
        own_gap = np.where(x > 0, rfm.recency / np.maximum(x, 1.0), np.nan)
    still = np.where(x > 0, chance / np.maximum(chance + odds, 1e-300), 1.0)
    usual_gap = (shared.days + rfm.recency) / (shared.visits + x)
    return Silence(own_gap=own_gap, usual_gap=usual_gap, chance=chance, still_coming=still)


@compiled
def _silence_chances(regularity: Real, visits: Real, days: Real, silence: Whole) -> Real:
    chances = np.empty(len(visits))
    for row in range(len(visits)):
        k = regularity[row]
        chances[row] = incomplete_beta(days[row] / (days[row] + silence[row]), k * visits[row], k)
    return chances
