"""The sentences, with their figures, for every kind of customer."""

from __future__ import annotations

import pytest

from regulars.insight.models import CustomerScore, Refresh
from regulars.insight.queries import reason_sentence
from regulars.insight.queries.wording import chance_in_words
from regulars.insight.rules.names import Segment

REFRESH = Refresh(findings={"rhythm": {"return_days": 74}})


def score(segment: Segment, *, frequency: int, silence: int, gap: float | None, chance: float) -> CustomerScore:
    return CustomerScore(segment=segment.value, frequency=frequency, silence_days=silence, own_gap_days=gap, silence_chance=chance)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            score(Segment.SLIPPING_AWAY, frequency=19, silence=41, gap=9.2, chance=0.0153),
            "Cleo came every 9 days or so; it has been 41 days, longer than 98 % of their own gaps would explain.",
        ),
        (
            score(Segment.SLIPPING_AWAY, frequency=200, silence=12, gap=1.1, chance=1e-12),
            "Cleo came every day or so; it has been 12 days, longer than 99 % of their own gaps would explain.",
        ),
        (
            score(Segment.SLIPPING_AWAY, frequency=1, silence=120, gap=14.0, chance=0.2),
            "Cleo came back once, after 14 days; it has been 120 days since, longer than 80 % of such gaps would explain.",
        ),
        (
            score(Segment.GONE_QUIET, frequency=30, silence=300, gap=7.0, chance=0.0),
            "Cleo came every 7 days or so, but has been silent for 300 days: a return would be a surprise.",
        ),
        (
            score(Segment.REGULAR, frequency=30, silence=1, gap=7.0, chance=0.9),
            "Cleo comes every 7 days or so; 1 day without a visit fits that rhythm.",
        ),
        (
            score(Segment.PROMISING, frequency=1, silence=3, gap=20.0, chance=0.9),
            "Cleo came back once, after 20 days, and the 3 days since are nothing unusual.",
        ),
        (score(Segment.NEW, frequency=0, silence=1, gap=None, chance=1.0), "Cleo came for the first time 1 day ago."),
        (
            score(Segment.ONE_VISIT, frequency=0, silence=200, gap=None, chance=1.0),
            "Cleo came once, 200 days ago; nine in ten of those who came a second time did so within 74 days.",
        ),
    ],
)
def test_the_reason_is_one_sentence_with_the_customers_own_figures(given, sentence):
    assert reason_sentence(given, REFRESH, name="Cleo") == sentence


@pytest.mark.pure
@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.0, "0\u00a0%"), (1e-9, "under 1 %"), (0.0049, "under 1 %"), (0.5, "50\u00a0%"), (0.999, "over 99 %"), (1.0, "100\u00a0%")],
)
def test_a_chance_is_never_rounded_to_a_certainty(chance, words):
    assert chance_in_words(chance) == words


@pytest.mark.pure
def test_a_percent_sign_in_a_name_does_no_harm():
    sentence = reason_sentence(score(Segment.NEW, frequency=0, silence=2, gap=None, chance=1.0), REFRESH, name="100 %(x)s <b>")
    assert sentence == "100 %(x)s <b> came for the first time 2 days ago."
