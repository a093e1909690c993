from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from regulars.insight.rules.bg_nbd_fit import fit_bg_nbd
from regulars.insight.rules.bg_nbd_scores import dropout_odds, p_alive
from regulars.insight.rules.names import Segment
from regulars.insight.rules.rfm import Rfm, rfm_at
from regulars.insight.rules.rhythm import shared_rhythm, silence_against_rhythm
from regulars.insight.rules.segments import is_beyond_rhythm, segments_for
from regulars.insight.rules.special_functions import digamma, incomplete_beta, trigamma
from regulars.insight.rules.visit_history import VisitHistory, fold_purchases

from tests.insight.published import CDNOW_END, cdnow_calibration, cdnow_sample


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.1, 400), st.floats(0.1, 5))
def test_the_incomplete_beta_function_is_scipys(x, p, q):
    assert incomplete_beta(x, p, q) == pytest.approx(special.betainc(p, q, x), rel=1e-8, abs=1e-13)


@given(st.floats(1e-3, 1e6))
def test_digamma_and_trigamma_are_scipys(x):
    assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-11, abs=1e-11)
    assert trigamma(x) == pytest.approx(special.polygamma(1, x), rel=1e-11)


def visits(*customers: list[int], end: int) -> Rfm:
    """Records of customers who came on these days."""
    history = VisitHistory.empty(len(customers))
    position = np.concatenate([np.full(len(days), place) for place, days in enumerate(customers)]).astype(np.int64)
    day = np.concatenate([np.array(days, dtype=np.int64) for days in customers])
    fold_purchases(
        history,
        customer=position,
        day=day,
        amount_minor=np.full(len(day), 500),
        is_refund=np.zeros(len(day), dtype=bool),
        own_currency=np.ones(len(day), dtype=bool),
    )
    return rfm_at(history, end_day=end)


def beyond(rfm: Rfm) -> list[bool]:
    silence = silence_against_rhythm(rfm, shared_rhythm(rfm, r=None, alpha_days=None), None)
    return is_beyond_rhythm(x=rfm.frequency, chance=silence.chance, still_coming=silence.still_coming).tolist()


def test_the_same_silence_alarms_for_a_weekly_customer_and_not_for_a_quarterly_one():
    weekly, quarterly = list(range(0, 315, 7)), list(range(34, 309, 91))
    assert weekly[-1] == 308
    assert quarterly[-1] == 307
    assert beyond(visits(weekly, quarterly, end=350)) == [True, False]


def test_a_regular_rhythm_alarms_earlier_than_a_haphazard_one_with_the_same_mean():
    clock = list(range(0, 301, 10))
    haphazard, day = [], 0
    for gap in [1, 25, 2, 31, 4, 1, 18, 2, 9, 7] * 3:
        haphazard.append(day)
        day += gap
    haphazard.append(300)
    assert len(clock) == len(haphazard)
    rfm = visits(clock, haphazard, end=328)
    silence = silence_against_rhythm(rfm, shared_rhythm(rfm, r=None, alpha_days=None), None)
    assert silence.chance[0] < silence.chance[1]


def test_with_regularity_one_the_chance_of_a_silence_is_the_term_of_bg_nbd():
    rfm = cdnow_calibration()
    model = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age).parameters
    shared = shared_rhythm(rfm, r=model.r, alpha_days=model.alpha)
    haphazard = type(shared)(shared.visits, shared.days, 1.0, shared.return_days)
    rfm_plain = type(rfm)(**{**vars(rfm), "gap_squares": exact_squares(rfm)})
    silence = silence_against_rhythm(rfm_plain, haphazard, dropout_odds(model, rfm.frequency))
    expected = p_alive(model, rfm.frequency, rfm.recency, rfm.age)
    assert silence.still_coming == pytest.approx(expected, abs=1e-9)


def exact_squares(rfm: Rfm) -> np.ndarray:
    """Squares of gaps that vary just so much that each customer's own regularity is 1."""
    x = np.maximum(rfm.frequency, 1).astype(float)
    mean = rfm.recency / x
    variation = 1.0 / (1.0 + 1.0 / x)
    return variation * mean**2 * np.maximum(x - 1, 0) + x * mean**2


@given(st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=20, unique=True), min_size=1, max_size=12))
def test_a_longer_silence_is_never_less_alarming_and_everybody_has_one_segment(customers):
    earlier = None
    for end in (300, 330, 400, 700):
        rfm = visits(*[sorted(days) for days in customers], end=end)
        shared = shared_rhythm(rfm, r=None, alpha_days=None)
        silence = silence_against_rhythm(rfm, shared, None)
        assert ((silence.chance >= 0) & (silence.chance <= 1)).all()
        if earlier is not None:
            assert (silence.chance <= earlier + 1e-12).all()
        earlier = silence.chance
        segments = segments_for(
            x=rfm.frequency, silence=rfm.silence, usual_gap=silence.usual_gap, chance=silence.chance,
            still_coming=silence.still_coming, return_days=shared.return_days,
        )  # fmt: skip
        assert len(segments) == len(rfm)
        assert {Segment(name) for name in segments} <= set(Segment)


def test_one_visit_makes_no_rhythm():
    assert beyond(visits([0], [0, 5, 9], end=2000)) == [False, True]


def test_on_cdnow_those_called_slipping_away_came_back_half_as_often_as_regulars():
    rfm = cdnow_calibration()
    model = fit_bg_nbd(rfm.frequency, rfm.recency, rfm.age).parameters
    shared = shared_rhythm(rfm, r=model.r, alpha_days=model.alpha)
    silence = silence_against_rhythm(rfm, shared, dropout_odds(model, rfm.frequency))
    segments = segments_for(
        x=rfm.frequency, silence=rfm.silence, usual_gap=silence.usual_gap, chance=silence.chance,
        still_coming=silence.still_coming, return_days=shared.return_days,
    )  # fmt: skip
    held_back = cdnow_sample().history(first=date(1997, 10, 1), last=CDNOW_END).visits[rfm.position]
    returned = {name: float((held_back[segments == name] > 0).mean()) for name in np.unique(segments)}
    assert returned["slipping away"] < 0.40
    assert returned["regular"] > 0.70
    assert returned["one visit only"] < 0.15
    slipping = segments == "slipping away"
    at_past_rate = (rfm.frequency[slipping] / rfm.age[slipping] * 273).mean()
    assert held_back[slipping].mean() / at_past_rate == pytest.approx(1 / 3, abs=0.03)
