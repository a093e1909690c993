from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from regulars.insight.rules.bg_nbd_chances import chances_of_visits, likely_visits
from regulars.insight.rules.bg_nbd_fit import fit_bg_nbd
from regulars.insight.rules.bg_nbd_parameters import BgNbdParameters
from regulars.insight.rules.bg_nbd_scores import (
    expected_visits_if_alive,
    expected_visits_of_newcomer,
    p_alive,
    p_alive_interval,
)
from regulars.insight.rules.worth import Horizon

from tests.insight.published import CDNOW_END, cdnow_calibration, cdnow_sample

PAPER = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)  # CDNOW in weeks, as printed


def fitted() -> BgNbdParameters:
    rfm = cdnow_calibration()
    return fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age).parameters


@pytest.mark.parametrize(
    ("x", "recency", "age", "expected"),
    [
        (2, 30.43, 38.86, 0.726578570),
        (26, 30.86, 31.0, 0.968915650),
        (3, 39.0, 39.0, 0.848055183),
        (0, 0.0, 12.0, 1.0),
    ],
)
def test_t6_p_alive(x, recency, age, expected):
    assert p_alive(PAPER, np.array([x]), np.array([recency]), np.array([age]))[0] == pytest.approx(expected, abs=1e-9)


def test_p3_expected_visits_of_a_newcomer():
    answers = expected_visits_of_newcomer(fitted().in_weeks(), np.array([1 / 7, 1, 3, 223 / 7, 32, 78]))
    assert answers == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576], abs=5e-4)


def test_p2_expected_visits_of_the_first_customer_in_the_held_back_39_weeks():
    weeks = fitted().in_weeks()
    x, recency, age = np.array([2]), np.array([30.43]), np.array([38.86])
    plain, _ = expected_visits_if_alive(weeks, x, age, until=np.array([39.0]), worth=np.ones(1))
    assert (plain * p_alive(weeks, x, recency, age))[0] == pytest.approx(1.226, rel=1e-3)


def test_p7_the_chance_of_no_visit_in_39_weeks():
    assert chances_of_visits(PAPER, 39.0, most=0)[0] == pytest.approx(0.5737864, abs=1e-6)


def test_p4_all_visits_to_week_78_are_forecast_four_percent_short():
    rfm = cdnow_calibration()
    ahead = expected_visits_of_newcomer(fitted(), (rfm.age + 273).astype(float))
    whole = cdnow_sample().history(last=CDNOW_END)
    actual = int((whole.visits - 1).sum())
    assert actual == 4339
    assert ahead.sum() == pytest.approx(4160.6, rel=1e-3)
    assert ahead.sum() / actual - 1 == pytest.approx(-0.0411, abs=5e-4)


def closed_form(model: BgNbdParameters, x: int, age: float, within: float) -> float:
    """The paper's formula with the hypergeometric function, in 60 digits."""
    with mp.workdps(60):
        r, alpha, a, b = mpf(model.r) + x, mpf(model.alpha) + mpf(age), mpf(model.a), mpf(model.b) + x
        inner = mp.hyp2f1(r, b, a + b - 1, mpf(within) / (alpha + within))
        return float((a + b - 1) / (a - 1) * (1 - (alpha / (alpha + within)) ** r * inner))


@given(
    st.floats(0.05, 5), st.floats(1, 200), st.floats(0.05, 4), st.floats(0.3, 20), st.integers(0, 200),
    st.integers(0, 2000), st.floats(1, 400),
)  # fmt: skip
def test_expectations_agree_with_the_closed_form(r, alpha, a, b, x, age, within):
    assume(abs(a - 1) > 1e-6)
    x = min(x, age)  # a day is at most one visit: nobody came a hundred times on the first
    model = BgNbdParameters(r, alpha, a, b)
    ours, _ = expected_visits_if_alive(model, np.array([x]), np.array([age]), until=np.array([within]), worth=np.ones(1))
    assert ours[0] == pytest.approx(closed_form(model, x, age, within), rel=1e-5)


def test_where_the_closed_form_breaks_down_the_expectation_stays_smooth():
    x, age, until = np.array([3]), np.array([100]), np.array([365.0])
    around = [
        expected_visits_if_alive(BgNbdParameters(0.5, 20, a, 3.0), x, age, until=until, worth=np.ones(1))[0][0]
        for a in (1 - 1e-7, 1.0, 1 + 1e-14, 1 + 1e-7)
    ]
    assert max(around) / min(around) - 1 < 1e-6


def test_a_discount_takes_off_what_its_months_say():
    horizon = Horizon(months=12, yearly_discount=0.10)
    x, age = np.array([0, 5, 5, 40]), np.array([10, 300, 300, 700])
    plain, discounted = expected_visits_if_alive(fitted(), x, age, until=horizon.month_ends(), worth=horizon.month_worth())
    one_step, _ = expected_visits_if_alive(fitted(), x, age, until=np.array([365.0]), worth=np.ones(1))
    assert plain == pytest.approx(one_step, rel=1e-12)
    assert (discounted < plain).all()
    assert (discounted > plain / 1.10).all()
    assert plain[1] == plain[2]


def test_chances_add_up_to_one_and_to_the_mean():
    model = fitted()
    chances = chances_of_visits(model, 365.0, most=2000)
    mean = sum(number * chance for number, chance in enumerate(chances))
    assert sum(chances) == pytest.approx(1.0, abs=1e-6)
    assert mean == pytest.approx(expected_visits_of_newcomer(model, np.array([365.0]))[0], rel=1e-4)


def test_the_likely_range_holds_its_share():
    low, high = likely_visits(fitted(), x=8, age=270, alive=0.9, within=365)
    assert 0 <= low < high
    assert likely_visits(fitted(), x=2, age=270, alive=0.0, within=365) == (0, 0)


def test_the_interval_of_p_alive_is_that_of_many_drawn_parameters():
    rfm = cdnow_calibration()
    fit = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age)
    x, recency, age = np.array([0, 2, 6]), np.array([0, 213, 150]), np.array([272, 272, 272])
    low, high = p_alive_interval(fit.parameters, fit.log_covariance, x, recency, age)
    logs = np.log([fit.parameters.r, fit.parameters.alpha, fit.parameters.a, fit.parameters.b])
    draws = np.exp(np.random.default_rng(1).multivariate_normal(logs, fit.log_covariance, 4000))
    drawn = np.array([p_alive(BgNbdParameters(*draw), x, recency, age) for draw in draws])
    assert (low[0], high[0]) == (1.0, 1.0)
    assert low[1:] == pytest.approx(np.quantile(drawn, 0.025, axis=0)[1:], abs=0.03)
    assert high[1:] == pytest.approx(np.quantile(drawn, 0.975, axis=0)[1:], abs=0.03)
