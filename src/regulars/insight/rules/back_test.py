"""The models' test against the firm's own past: what they would have said then, beside what happened since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.holdout import (
    Accuracy,
    Bin,
    accuracy_of,
    by_forecast,
    by_repeat_count,
    naive_visits,
)
from regulars.insight.rules.names import Segment
from regulars.insight.rules.rfm import Rfm
from regulars.insight.rules.scoring import Models, forecast_visits, score
from regulars.insight.rules.visit_history import VisitHistory

SHORTEST_HISTORY_DAYS = 60
LONGEST_HELD_BACK_DAYS = 365


@dataclass(frozen=True)
class Returned:
    """Of the customers who were called so at the split: how many came back while the rest was held back."""

    segment: str
    customers: int
    came_back: int


@dataclass(frozen=True)
class BackTest:
    """Visits forecast and seen, by the model and by the naive rate; money likewise; pictures in bins."""

    days: int
    model: Accuracy
    naive: Accuracy
    expected_minor: float
    actual_minor: int
    forecast_bins: list[Bin]
    repeat_bins: list[Bin]
    returned: list[Returned]


def default_split(first_day: int, end_day: int) -> int | None:
    """The last day that the models may see in a test: a third of the history is held back, at most a year.

    None when the history is shorter than sixty days.
    """
    span = end_day - first_day + 1
    if span < SHORTEST_HISTORY_DAYS:
        return None
    return end_day - min(span // 3, LONGEST_HELD_BACK_DAYS)


def back_test(rfm: Rfm, models: Models, held_back: VisitHistory, *, days: int) -> BackTest:
    """Compare. `rfm` and `models` know nothing after the split; `held_back` holds only what came after it."""
    actual = held_back.visits[rfm.position]
    predicted, naive = (
        forecast_visits(rfm, models, float(days)),
        naive_visits(rfm.frequency, rfm.age, float(days)),
    )
    scores = score(rfm, models)
    return BackTest(
        days=days,
        model=accuracy_of(predicted, actual),
        naive=accuracy_of(naive, actual),
        expected_minor=float(np.sum(predicted * scores.spend)),
        actual_minor=int(held_back.column("sales_amount")[rfm.position].sum()),
        forecast_bins=by_forecast(predicted, actual, naive),
        repeat_bins=by_repeat_count(rfm.frequency, predicted, actual, naive),
        returned=[
            Returned(segment.value, int(chosen.sum()), int((actual[chosen] > 0).sum()))
            for segment in Segment
            if (chosen := scores.segment == segment.value).any()
        ],
    )
