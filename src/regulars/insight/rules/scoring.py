"""From what is known of the customers to models, and from models to a score for each customer.

A model that could not be fitted is replaced by the plainest honest rule, never by a guess of its parameters: expected
visits are then the customer's own past rate times the chance of still coming by their own rhythm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Flags, Real, Whole, hash_sample
from regulars.insight.rules.bg_nbd_fit import BgNbdFit, fit_bg_nbd
from regulars.insight.rules.bg_nbd_parameters import BgNbdParameters
from regulars.insight.rules.bg_nbd_scores import (
    dropout_odds,
    expected_visits_if_alive,
    p_alive,
    p_alive_interval,
)
from regulars.insight.rules.gamma_gamma import (
    GammaGammaFit,
    GammaGammaParameters,
    expected_spend,
    fit_gamma_gamma,
)
from regulars.insight.rules.names import Segment
from regulars.insight.rules.rfm import Rfm
from regulars.insight.rules.rhythm import SharedRhythm, shared_rhythm, silence_against_rhythm
from regulars.insight.rules.segments import segments_for
from regulars.insight.rules.verdicts import FitStatus
from regulars.insight.rules.worth import Horizon, value_minor

SAMPLE_FOR_ERROR = 20_000


@dataclass(frozen=True)
class Models:
    """Everything learnt from the customers together."""

    bg_nbd: BgNbdFit
    gamma_gamma: GammaGammaFit
    rhythm: SharedRhythm
    refund_share: float
    horizon: Horizon


@dataclass(frozen=True)
class Scores:
    """Columns beside those of the `Rfm` they were made from. P(alive) is NaN throughout when no BG/NBD could be fitted,
    its interval also when the parameters lie on an edge. Money in minor units."""

    alive: Real
    alive_low: Real
    alive_high: Real
    own_gap: Real
    silence_chance: Real
    still_coming: Real
    visits: Real
    spend: Real
    value: Real
    at_stake: Real
    segment: AnyColumn

    @property
    def slipping_away(self) -> Flags:
        return np.asarray(self.segment == Segment.SLIPPING_AWAY.value)


def learn(rfm: Rfm, *, refund_share: float, horizon: Horizon, customers: Whole | None = None) -> Models:
    """Fit both models and the shared rhythm. `customers` are the customers' numbers, for a fair sample of many."""
    bg_nbd = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age, customers=customers)
    model = bg_nbd.parameters
    return Models(
        bg_nbd=bg_nbd,
        gamma_gamma=fit_gamma_gamma(rfm.paid_repeats, rfm.mean_spend),
        rhythm=shared_rhythm(rfm, r=model.r if model else None, alpha_days=model.alpha if model else None),
        refund_share=refund_share,
        horizon=horizon,
    )


def score(rfm: Rfm, models: Models) -> Scores:
    """Score every customer."""
    model, horizon = models.bg_nbd.parameters, models.horizon
    fitted = model is not None and models.bg_nbd.status is FitStatus.CONVERGED
    odds = dropout_odds(model, rfm.frequency) if fitted and model else None
    silence = silence_against_rhythm(rfm, models.rhythm, odds)
    unknown = np.full(len(rfm), np.nan)
    low = high = unknown
    if model is None:
        alive = unknown
        chance, if_alive, discounted = silence.still_coming, *_visits_at_own_rate(rfm, horizon)
    else:
        chance = alive = p_alive(model, rfm.frequency, rfm.recency, rfm.age)
        if models.bg_nbd.log_covariance is not None:
            low, high = p_alive_interval(model, models.bg_nbd.log_covariance, rfm.frequency, rfm.recency, rfm.age)
        if_alive, discounted = expected_visits_if_alive(
            model, rfm.frequency, rfm.age, until=horizon.month_ends(), worth=horizon.month_worth()
        )
    spend = np.nan_to_num(expected_spend(models.gamma_gamma, rfm.paid_repeats, rfm.mean_spend))
    value = value_minor(alive=chance, discounted_visits_if_alive=discounted, spend=spend, refund_share=models.refund_share)
    whole_value = value_minor(
        alive=np.ones(len(rfm)),
        discounted_visits_if_alive=discounted,
        spend=spend,
        refund_share=models.refund_share,
    )
    return Scores(
        alive=alive,
        alive_low=low,
        alive_high=high,
        own_gap=silence.own_gap,
        silence_chance=silence.chance,
        still_coming=silence.still_coming,
        visits=np.asarray(chance * if_alive),
        spend=spend,
        value=value,
        at_stake=whole_value - value,
        segment=segments_for(
            x=rfm.frequency,
            silence=rfm.silence,
            usual_gap=silence.usual_gap,
            chance=silence.chance,
            still_coming=silence.still_coming,
            return_days=models.rhythm.return_days,
        ),
    )


def forecast_visits(rfm: Rfm, models: Models, days: float) -> Real:
    """Visits of each customer that the models expect within so many days."""
    model = models.bg_nbd.parameters
    if model is None:
        silence = silence_against_rhythm(rfm, models.rhythm, None)
        return np.asarray(silence.still_coming * _own_rate(rfm) * days)
    ahead, _ = expected_visits_if_alive(model, rfm.frequency, rfm.age, until=np.array([days]), worth=np.ones(1))
    return np.asarray(ahead * p_alive(model, rfm.frequency, rfm.recency, rfm.age))


def _own_rate(rfm: Rfm) -> Real:
    return np.where(rfm.age > 0, rfm.frequency / np.maximum(rfm.age, 1), 0.0)


def _visits_at_own_rate(rfm: Rfm, horizon: Horizon) -> tuple[Real, Real]:
    visits = _own_rate(rfm) * horizon.days
    return visits, visits * float(np.mean(horizon.month_worth()))


def error_of_total_value(rfm: Rfm, models: Models) -> float | None:
    """Relative standard error of the customers' value in all, from the uncertainty of both models (delta method).

    None when either model has no standard errors. With many customers the slopes come from a fair sample.
    """
    bg, gg = models.bg_nbd, models.gamma_gamma
    if bg.parameters is None or bg.log_covariance is None or gg.parameters is None or gg.log_covariance is None:
        return None
    chosen = np.ones(len(rfm), dtype=np.bool_)
    if len(rfm) > SAMPLE_FOR_ERROR:
        chosen = hash_sample(rfm.position, SAMPLE_FOR_ERROR / len(rfm))
    logs = np.log(np.array([bg.parameters.r, bg.parameters.alpha, bg.parameters.a, bg.parameters.b,
                            gg.parameters.p, gg.parameters.q, gg.parameters.v]))  # fmt: skip
    slopes = np.empty(7)
    for place in range(7):
        nudge = np.zeros(7)
        nudge[place] = 1e-4
        up, down = (
            _total_value(rfm, models, chosen, logs + nudge),
            _total_value(rfm, models, chosen, logs - nudge),
        )
        slopes[place] = (np.log(up) - np.log(down)) / 2e-4 if up > 0 and down > 0 else 0.0
    variance = slopes[:4] @ bg.log_covariance @ slopes[:4] + slopes[4:] @ gg.log_covariance @ slopes[4:]
    return float(np.sqrt(variance))


def _total_value(rfm: Rfm, models: Models, chosen: Flags, logs: Real) -> float:
    numbers = [float(number) for number in np.exp(logs)]
    model = BgNbdParameters(*numbers[:4])
    x, recency, age = rfm.frequency[chosen], rfm.recency[chosen], rfm.age[chosen]
    horizon = models.horizon
    _, discounted = expected_visits_if_alive(model, x, age, until=horizon.month_ends(), worth=horizon.month_worth())
    gg = models.gamma_gamma
    moved = GammaGammaFit(gg.status, gg.customers, gg.excluded, gg.mean_spend, GammaGammaParameters(*numbers[4:]))
    spend = expected_spend(moved, rfm.paid_repeats[chosen], rfm.mean_spend[chosen])
    return float(np.sum(p_alive(model, x, recency, age) * discounted * np.nan_to_num(spend)))
