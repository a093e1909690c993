"""Whatever the purchases are: no exception, no infinity, no chance outside 0 to 1."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insight.rules.back_test import back_test, default_split
from regulars.insight.rules.names import Segment
from regulars.insight.rules.rfm import Rfm, rfm_at
from regulars.insight.rules.scoring import error_of_total_value, forecast_visits, learn, score
from regulars.insight.rules.verdicts import FitStatus
from regulars.insight.rules.visit_history import VisitHistory, fold_purchases
from regulars.insight.rules.worth import Horizon, refund_share

from tests.insight.published import cdnow_calibration

HORIZON = Horizon()


def history_of(customer: np.ndarray, day: np.ndarray, amount: np.ndarray) -> VisitHistory:
    history = VisitHistory.empty(int(customer.max()) + 1)
    fold_purchases(
        history,
        customer=customer.astype(np.int64),
        day=day.astype(np.int64),
        amount_minor=amount.astype(np.int64),
        is_refund=amount < 0,
        own_currency=np.ones(len(day), dtype=bool),
    )
    return history


def scored(rfm: Rfm):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        models = learn(rfm, refund_share=0.05, horizon=HORIZON)
        return models, score(rfm, models)


def is_sound(rfm: Rfm) -> None:
    models, scores = scored(rfm)
    for column in (scores.silence_chance, scores.still_coming, scores.visits, scores.spend, scores.value, scores.at_stake):
        assert np.isfinite(column).all()
        assert (column >= -1e-9).all()
    if models.bg_nbd.parameters is None:
        assert np.isnan(scores.alive).all()
    else:
        assert ((scores.alive >= 0) & (scores.alive <= 1)).all()
    assert {Segment(word) for word in scores.segment} <= set(Segment)
    assert np.isfinite(forecast_visits(rfm, models, 30.0)).all()
    error = error_of_total_value(rfm, models)
    assert error is None or np.isfinite(error)


@settings(max_examples=60)
@given(
    st.integers(1, 400), st.integers(1, 1500), st.integers(1, 900), st.sampled_from([0, 1, 1000, 10**12]),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_random_purchases_are_scored_soundly(customers, rows, days, most, seed):
    rng = np.random.default_rng(seed)
    history = history_of(rng.integers(0, customers, rows), rng.integers(0, days, rows), rng.integers(-most // 10, most + 1, rows))
    is_sound(rfm_at(history, end_day=days))


def every(gap: int) -> Callable[[int], range]:
    return lambda number: range(number % gap, 400, gap)


@pytest.mark.parametrize(
    "visits",
    [
        lambda number: range(400),  # everybody comes every day
        lambda number: [0],  # nobody ever returns
        lambda number: [399],  # everybody came for the first time today
        lambda number: [0, 399],
        lambda number: [398, 399],
        lambda number: range(number % 50 + 1),  # everybody stopped long ago
        every(7),
        every(1 + 199),
        lambda number: [0, 1] if number % 2 else [0],
        lambda number: range(400) if number == 0 else [0],
    ],
)
@pytest.mark.parametrize("customers", [1, 2, 29, 30, 300])
def test_strange_houses_are_scored_soundly(visits, customers):
    pairs = [(number, day) for number in range(customers) for day in visits(number)]
    customer, day = np.array(pairs).T
    is_sound(rfm_at(history_of(customer, day, np.full(len(day), 700)), end_day=399))


def test_without_a_model_visits_follow_the_own_rate():
    customer, day = np.zeros(10, dtype=int), np.arange(0, 100, 10)
    rfm = rfm_at(history_of(customer, day, np.full(10, 700)), end_day=90)
    models, scores = scored(rfm)
    assert models.bg_nbd.status is FitStatus.TOO_FEW
    assert scores.visits[0] == pytest.approx(36.5 * scores.still_coming[0], rel=1e-9)


def test_the_error_of_all_value_is_that_of_many_drawn_parameters():
    rfm = cdnow_calibration()
    models = learn(rfm, refund_share=0.0, horizon=HORIZON)
    rng = np.random.default_rng(4)
    bg, gg = models.bg_nbd, models.gamma_gamma
    bg_logs = np.log([bg.parameters.r, bg.parameters.alpha, bg.parameters.a, bg.parameters.b])
    gg_logs = np.log([gg.parameters.p, gg.parameters.q, gg.parameters.v])
    draws = zip(
        rng.multivariate_normal(bg_logs, bg.log_covariance, 60),
        rng.multivariate_normal(gg_logs, gg.log_covariance, 60),
        strict=True,
    )
    from dataclasses import replace

    totals = []
    for first, second in draws:
        moved = replace(
            models,
            bg_nbd=replace(bg, parameters=type(bg.parameters)(*np.exp(first))),
            gamma_gamma=replace(gg, parameters=type(gg.parameters)(*np.exp(second))),
        )
        totals.append(float(score(rfm, moved).value.sum()))
    assert error_of_total_value(rfm, models) == pytest.approx(np.std(np.log(totals)), rel=0.35)


def test_a_third_of_the_past_is_held_back_and_never_more_than_a_year():
    assert default_split(0, 58) is None
    assert default_split(0, 59) == 39
    assert default_split(0, 899) == 599
    assert default_split(0, 5000) == 5000 - 365


def test_a_back_test_with_nobody_in_it_is_no_error():
    history = VisitHistory.empty(3)
    rfm = rfm_at(history, end_day=10)
    models = learn(rfm, refund_share=refund_share(0, 0), horizon=HORIZON)
    test = back_test(rfm, models, history, days=5)
    assert (test.model.expected, test.actual_minor, test.forecast_bins) == (0.0, 0, [])
