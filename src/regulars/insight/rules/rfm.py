"""Recency, frequency, money: what the models see of each customer.

Definitions (as in the BG/NBD paper, on whole calendar days): frequency x counts the visits *after* the first; recency
t_x is the age at the last visit; T is the age at the end of the observation, which is stated and never "today".
Mean spend is over the repeat visits only, because the first visit opens the relationship and does not repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import Flags, Real, Whole
from regulars.insight.rules.visit_history import VisitHistory


@dataclass(frozen=True)
class Rfm:
    """Columns over the customers who have come at least once; times in whole days, money in minor units."""

    position: Whole
    frequency: Whole
    recency: Whole
    age: Whole
    silence: Whole
    first_gap: Whole
    gap_squares: Whole
    longest_gap: Whole
    paid_repeats: Whole
    mean_spend: Real
    net_amount: Whole
    refunds: Whole
    first_day: Whole
    last_day: Whole

    def __len__(self) -> int:
        return len(self.position)

    @property
    def repeats(self) -> Flags:
        return self.frequency > 0


def rfm_at(history: VisitHistory, *, end_day: int) -> Rfm:
    """The models' view at the end of the given day. The history must hold nothing later than that day."""
    position = np.flatnonzero(history.visits > 0).astype(np.int64)
    records = history.records[position]
    column = VisitHistory(records).column
    frequency = column("visits") - 1
    first, last = column("first_day"), column("last_day")
    if len(position) and int(last.max()) > end_day:
        raise ValueError("the history goes on after the stated end of the observation")
    paid_repeats = column("paid_days") - ((column("paid_days") > 0) & (column("first_paid_day") == first)).astype(np.int64)
    repeat_amount = column("sales_amount") - column("first_day_amount")
    mean_spend = np.divide(repeat_amount, paid_repeats, out=np.zeros(len(position)), where=paid_repeats > 0, casting="unsafe")
    return Rfm(
        position=position,
        frequency=frequency,
        recency=last - first,
        age=end_day - first,
        silence=end_day - last,
        first_gap=np.where(frequency > 0, column("second_day") - first, 0),
        gap_squares=column("gap_squares"),
        longest_gap=column("longest_gap"),
        paid_repeats=paid_repeats,
        mean_spend=mean_spend,
        net_amount=VisitHistory(records).net_amount,
        refunds=column("refunds"),
        first_day=first,
        last_day=last,
    )
