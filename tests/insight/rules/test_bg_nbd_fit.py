from __future__ import annotations

import numpy as np
import pytest

from regulars.insight.rules.arrays import hash_sample
from regulars.insight.rules.bg_nbd_fit import fit_bg_nbd, heavy_hitters
from regulars.insight.rules.bg_nbd_likelihood import log_likelihood, sufficient_for
from regulars.insight.rules.bg_nbd_scores import p_alive
from regulars.insight.rules.calendar_days import day_number
from regulars.insight.rules.rfm import rfm_at
from regulars.insight.rules.verdicts import FitStatus

from tests.insight.published import CDNOW_SPLIT, cdnow_calibration, cdnow_master


def test_t2_the_fit_finds_the_published_parameters_of_cdnow():
    rfm = cdnow_calibration()
    fit = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age)
    assert fit.status is FitStatus.CONVERGED
    weeks = fit.parameters.in_weeks()
    assert [weeks.r, weeks.alpha, weeks.a, weeks.b] == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], rel=1e-3)
    assert fit.log_likelihood_in_weeks() == pytest.approx(-9582.43, abs=0.05)
    assert fit.gradient < 1e-9


def test_fitting_in_weeks_is_fitting_in_days():
    rfm = cdnow_calibration()
    days = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age)
    weeks = fit_bg_nbd(rfm.frequency, rfm.recency / 7, rfm.age / 7)
    assert weeks.parameters.in_days().alpha == pytest.approx(days.parameters.alpha, rel=1e-9)
    assert weeks.log_likelihood == pytest.approx(days.log_likelihood_in_weeks(), rel=1e-12)


def test_all_of_cdnow_gives_the_reference_fit():
    rfm = rfm_at(cdnow_master().history(last=CDNOW_SPLIT), end_day=day_number(CDNOW_SPLIT))
    full = rfm_at(cdnow_master().history(), end_day=day_number(CDNOW_SPLIT) + 273)
    assert len(rfm) == len(full) == 23_570
    fit = fit_bg_nbd(full.frequency, full.recency, full.age)
    weeks = fit.parameters.in_weeks()
    assert [weeks.r, weeks.alpha, weeks.a, weeks.b] == pytest.approx([0.2671, 5.9865, 0.4835, 2.1116], rel=1e-3)
    assert fit.log_likelihood_in_weeks() == pytest.approx(-173_425.92, abs=0.05)


@pytest.mark.parametrize("point", [(0.5, 30.0, 0.7, 2.0), (3.0, 400.0, 0.01, 9.0), (0.1, 2.0, 5.0, 0.3)])
def test_gradient_and_hessian_are_those_of_the_likelihood(point):
    rfm = cdnow_calibration()
    held = sufficient_for(rfm.frequency, rfm.recency, rfm.age)
    logs, step = np.log(np.array(point)), 1e-5
    _, gradient, hessian = log_likelihood(held, logs)
    for axis in range(4):
        nudge = np.zeros(4)
        nudge[axis] = step
        high, low = log_likelihood(held, logs + nudge), log_likelihood(held, logs - nudge)
        assert gradient[axis] == pytest.approx((high[0] - low[0]) / (2 * step), abs=1e-7)
        assert hessian[axis] == pytest.approx((high[1] - low[1]) / (2 * step), abs=1e-7)


def test_the_likelihood_is_the_papers_formula():
    from mpmath import mp, mpf

    mp.dps = 30
    r, alpha, a, b = mpf("0.6"), mpf(20), mpf("0.7"), mpf(3)
    rows = [(0, 0, 30), (1, 12, 40), (4, 50, 51), (9, 60, 200)]
    total = mpf(0)
    for x, recency, age in rows:
        first = mp.beta(a, b + x) / mp.beta(a, b) * mp.gamma(r + x) * alpha**r
        chance = first / mp.gamma(r) / (alpha + age) ** (r + x)
        if x:
            second = mp.beta(a + 1, b + x - 1) / mp.beta(a, b) * mp.gamma(r + x) * alpha**r
            chance += second / mp.gamma(r) / (alpha + recency) ** (r + x)
        total += mp.log(chance)
    columns = np.array(rows).T
    value, _, _ = log_likelihood(sufficient_for(*columns), np.log([0.6, 20.0, 0.7, 3.0]))
    assert value * len(rows) == pytest.approx(float(total), rel=1e-13)


def test_t12_a_thousand_customers_with_one_purchase_each_determine_nothing():
    none = np.zeros(1000, dtype=np.int64)
    fit = fit_bg_nbd(none, none, np.full(1000, 100))
    assert fit.status is FitStatus.NOT_IDENTIFIABLE
    assert fit.parameters is fit.standard_errors is fit.log_likelihood is None


def test_t13_when_everybody_still_comes_the_fit_says_edge_and_p_alive_is_near_one():
    rng = np.random.default_rng(13)
    x = rng.poisson(20, 2000) + 1
    age = np.full(2000, 365)
    recency = age - rng.integers(0, 10, 2000)
    fit = fit_bg_nbd(x, recency, age)
    assert fit.status is FitStatus.BOUNDARY
    assert fit.edges
    assert fit.standard_errors is None
    assert p_alive(fit.parameters, x, recency, age).min() >= 0.99


def test_t14_five_customers_are_too_few():
    fit = fit_bg_nbd(np.array([0, 1, 2, 0, 5]), np.array([0, 20, 30, 0, 38]), np.full(5, 39))
    assert fit.status is FitStatus.TOO_FEW
    assert fit.parameters is None


def test_t15_heavy_hitters_do_not_break_the_fit_and_are_named():
    rng = np.random.default_rng(15)
    x = np.append(rng.poisson(1, 5000), [20_000, 50_000])
    age = np.full(len(x), 365.0)
    recency = np.where(x > 0, rng.uniform(0.3, 1.0, len(x)) * age, 0.0)
    recency[-2:] = 364.9
    fit = fit_bg_nbd(x, recency, age)
    assert fit.status.is_usable
    assert fit.gradient < 1e-9
    assert np.isfinite([fit.parameters.r, fit.parameters.alpha, fit.parameters.a, fit.parameters.b]).all()
    heavy = heavy_hitters(fit, x, recency, age)
    assert set(heavy.rows.tolist()) == {5000, 5001}
    assert (heavy.pulls > 0.1).all()
    assert heavy.without.customers == 5000


def test_cdnow_has_no_heavy_hitter():
    rfm = cdnow_calibration()
    fit = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age)
    assert len(heavy_hitters(fit, rfm.frequency, rfm.recency, rfm.age).rows) == 0


def simulated(customers: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rate, dropout = rng.gamma(0.77, 1 / 23.85, customers), rng.beta(0.45, 4.43, customers)
    age = rng.integers(1, 1096, customers)
    count, moment, active = np.zeros(customers, dtype=np.int64), np.zeros(customers), np.arange(customers)
    while len(active):
        visit = moment[active] + rng.exponential(1 / rate[active])
        seen = visit < age[active]
        active, visit = active[seen], visit[seen]
        moment[active], count[active] = visit, count[active] + 1
        active = active[rng.random(len(active)) >= dropout[active]]
    return count, np.ceil(moment).astype(np.int64), age


def logs_of(fit) -> np.ndarray:
    return np.log([fit.parameters.r, fit.parameters.alpha, fit.parameters.a, fit.parameters.b])


def test_t37_a_sample_by_hash_agrees_with_all_and_the_first_rows_do_not():
    x, recency, age = simulated(200_000, 37)
    order = np.lexsort((age, recency, x))  # as a grouped table comes out of a database
    x, recency, age = x[order], recency[order], age[order]
    everybody = fit_bg_nbd(x, recency, age)
    chosen = hash_sample(np.arange(len(x)), 0.1)
    assert chosen.mean() == pytest.approx(0.1, abs=0.005)
    sample = fit_bg_nbd(x[chosen], recency[chosen], age[chosen])
    allowed = 3 * np.sqrt(np.diag(sample.log_covariance))
    assert (np.abs(logs_of(sample) - logs_of(everybody)) < allowed).all()
    # The first half of the ordered table: a fit that refuses, or one far outside.
    first = fit_bg_nbd(x[: len(x) // 2], recency[: len(x) // 2], age[: len(x) // 2])
    assert first.parameters is None or (np.abs(logs_of(first) - logs_of(everybody)) > allowed).any()


def test_the_start_from_a_sample_ends_where_a_plain_start_ends(monkeypatch):
    x, recency, age = simulated(160_000, 5)
    quick = fit_bg_nbd(x, recency, age)
    monkeypatch.setattr("regulars.insight.rules.bg_nbd_fit.SAMPLE_FROM", 10**9)
    plain = fit_bg_nbd(x, recency, age)
    assert quick.steps < plain.steps
    assert logs_of(quick) == pytest.approx(logs_of(plain), abs=1e-7)


def test_standard_errors_cover_the_truth():
    truth = np.log([0.77, 23.85, 0.45, 4.43])
    inside = []
    for seed in range(20):
        x, recency, age = simulated(20_000, 100 + seed)
        fit = fit_bg_nbd(x, recency, age)
        inside.append(np.abs(logs_of(fit) - truth) < 3.5 * np.sqrt(np.diag(fit.log_covariance)))
    assert np.mean(inside) > 0.9
