from __future__ import annotations

import numpy as np
import pytest

from regulars.insight.rules.gamma_gamma import (
    GammaGammaFit,
    GammaGammaParameters,
    expected_spend,
    fit_gamma_gamma,
)
from regulars.insight.rules.verdicts import FitStatus

from tests.insight.published import cdnow_calibration


def cdnow_fit() -> GammaGammaFit:
    rfm = cdnow_calibration()
    return fit_gamma_gamma(rfm.paid_repeats, rfm.mean_spend / 100)


def test_t4_the_fit_finds_the_published_parameters_of_cdnow():
    fit = cdnow_fit()
    assert fit.status is FitStatus.CONVERGED
    assert (fit.customers, fit.excluded) == (946, 1411)
    found = [fit.parameters.p, fit.parameters.q, fit.parameters.v]
    assert found == pytest.approx([6.2496, 3.7442, 15.4435], rel=1e-3)
    assert fit.log_likelihood == pytest.approx(-4055.92, abs=0.05)
    assert fit.gradient < 1e-9


def test_p9_expected_spend_of_the_first_ten_customers():
    rfm = cdnow_calibration()
    found = expected_spend(cdnow_fit(), rfm.paid_repeats, rfm.mean_spend / 100)[:10]
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert found == pytest.approx(published, abs=0.05)
    assert found[:3] == pytest.approx([24.658, 18.911, 35.170], abs=5e-3)


def test_money_in_cents_gives_the_same_model():
    rfm = cdnow_calibration()
    cents = fit_gamma_gamma(rfm.paid_repeats, rfm.mean_spend)
    assert cents.parameters.v / 100 == pytest.approx(cdnow_fit().parameters.v, rel=1e-9)
    assert cents.parameters.p == pytest.approx(cdnow_fit().parameters.p, rel=1e-9)


def test_t18_eight_hundred_equal_spends_have_no_spread_and_are_expected_again():
    repeats = np.tile(np.arange(1, 9), 100)
    fit = fit_gamma_gamma(repeats, np.full(800, 10.0))
    assert fit.status is FitStatus.NO_SPREAD
    assert fit.parameters is None
    assert expected_spend(fit, repeats, np.full(800, 10.0)) == pytest.approx(10.0, abs=0.005)


def test_t19_rows_without_repeat_or_with_no_positive_spend_are_counted_and_left_out():
    rfm = cdnow_calibration()
    repeats = np.append(rfm.paid_repeats, [3, 2, 0])
    spend = np.append(rfm.mean_spend / 100, [-5.0, 0.0, 12.0])
    fit = fit_gamma_gamma(repeats, spend)
    assert (fit.customers, fit.excluded) == (946, 1411 + 3)
    assert fit.parameters == cdnow_fit().parameters
    answer = expected_spend(fit, repeats, spend)
    assert np.isfinite(answer).all()
    assert answer[-3:] == pytest.approx([35.17, 35.17, 35.17], abs=0.01)


def test_nobody_with_a_repeat_visit_gives_no_number_at_all():
    fit = fit_gamma_gamma(np.zeros(5, dtype=np.int64), np.zeros(5))
    assert (fit.status, fit.parameters, fit.mean_spend) == (FitStatus.TOO_FEW, None, None)


def test_a_handful_of_customers_falls_back_to_the_mean_of_all_their_visits():
    fit = fit_gamma_gamma(np.array([1, 3]), np.array([10.0, 20.0]))
    assert fit.status is FitStatus.TOO_FEW
    assert expected_spend(fit, np.array([1, 3, 0]), np.array([10.0, 20.0, 0.0])) == pytest.approx(17.5)


def test_simulated_spending_is_found_again():
    rng = np.random.default_rng(3)
    x = rng.integers(1, 12, 20_000)
    level = rng.gamma(3.7, 1 / 15.4, len(x))
    spend = rng.gamma(6.2 * x, 1 / (level * x))
    fit = fit_gamma_gamma(x, spend)
    truth = GammaGammaParameters(6.2, 3.7, 15.4)
    errors = fit.standard_errors
    for name in ("p", "q", "v"):
        assert abs(getattr(fit.parameters, name) - getattr(truth, name)) < 4 * getattr(errors, name)
