from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from regulars.insight.rules.bg_nbd_fit import fit_bg_nbd
from regulars.insight.rules.bg_nbd_scores import expected_visits_if_alive, p_alive
from regulars.insight.rules.calendar_days import day_number
from regulars.insight.rules.holdout import accuracy_of, by_forecast, by_repeat_count, naive_visits
from regulars.insight.rules.rfm import Rfm, rfm_at

from tests.insight.published import CDNOW_END, cdnow_calibration, cdnow_sample, complete_journey


def forecast(rfm: Rfm, days: float) -> np.ndarray:
    model = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age).parameters
    ahead, _ = expected_visits_if_alive(model, rfm.frequency, rfm.age, until=np.array([days]), worth=np.ones(1))
    return ahead * p_alive(model, rfm.frequency, rfm.recency, rfm.age)


def test_h1_cdnow_does_not_get_worse():
    rfm = cdnow_calibration()
    actual = cdnow_sample().history(first=date(1997, 10, 1), last=CDNOW_END).visits[rfm.position]
    score = accuracy_of(forecast(rfm, 273.0), actual)
    assert score.expected == pytest.approx(1653.4, rel=1e-3)
    assert score.actual == 1882
    assert score.correlation == pytest.approx(0.626, abs=1e-3)
    assert score.mean_absolute_error <= 0.786
    assert score.root_mean_square_error == pytest.approx(1.608, abs=1e-3)


def test_h1_cdnow_by_repeat_count():
    rfm = cdnow_calibration()
    actual = cdnow_sample().history(first=date(1997, 10, 1), last=CDNOW_END).visits[rfm.position]
    bins = by_repeat_count(rfm.frequency, forecast(rfm, 273.0), actual, naive_visits(rfm.frequency, rfm.age, 273.0))
    assert [row.label for row in bins] == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    happened = [0.237, 0.697, 1.393, 1.56, 2.53, 2.95, 3.86, 6.36]
    expected = [0.225, 0.523, 1.044, 1.52, 2.16, 2.65, 3.50, 6.16]
    assert [row.actual for row in bins] == pytest.approx(happened, abs=6e-3)
    assert [row.predicted for row in bins] == pytest.approx(expected, abs=6e-3)
    assert sum(row.customers for row in bins) == 2357
    assert all(row.actual_low <= row.actual <= row.actual_high for row in bins)


def test_h2_complete_journey_beats_the_naive_rate():
    sales = complete_journey()
    split = date(2017, 9, 30)
    rfm = rfm_at(sales.history(last=split), end_day=day_number(split))
    actual = sales.history(first=date(2017, 10, 1)).visits[rfm.position]
    score = accuracy_of(forecast(rfm, 92.0), actual)
    naive = accuracy_of(naive_visits(rfm.frequency, rfm.age, 92.0), actual)
    assert score.expected == pytest.approx(32_108.6, rel=1e-3)
    assert score.actual == 32_098
    assert score.mean_absolute_error <= 4.50
    assert score.correlation == pytest.approx(0.837, abs=1e-3)
    assert naive.expected == pytest.approx(32_599, rel=1e-3)
    assert naive.mean_absolute_error == pytest.approx(4.59, abs=0.01)


def test_customers_of_equal_forecast_share_a_bin():
    predicted = np.array([0.1] * 70 + [0.5] * 10 + [2.0] * 20)
    bins = by_forecast(predicted, np.zeros(100, dtype=np.int64), predicted)
    assert [row.customers for row in bins] == [70, 10, 20]


def test_bins_hold_everybody_in_order_of_forecast():
    rfm = cdnow_calibration()
    predicted = forecast(rfm, 273.0)
    actual = cdnow_sample().history(first=date(1997, 10, 1)).visits[rfm.position]
    bins = by_forecast(predicted, actual, naive_visits(rfm.frequency, rfm.age, 273.0))
    assert sum(row.customers for row in bins) == 2357
    assert [row.predicted for row in bins] == sorted(row.predicted for row in bins)


def test_nothing_to_compare_is_no_error():
    nobody = np.empty(0)
    assert accuracy_of(nobody, nobody).expected == 0
    assert by_forecast(nobody, nobody.astype(np.int64), nobody) == []
    assert accuracy_of(np.ones(3), np.ones(3)).correlation is None


def test_somebody_who_came_first_on_the_last_day_has_no_rate_yet():
    assert naive_visits(np.array([0, 4]), np.array([0, 100]), 50.0).tolist() == [0.0, 2.0]
