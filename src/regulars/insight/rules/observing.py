"""Which days a refresh looks at, and how parts of purchases become the customers' records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Flags, Whole
from regulars.insight.rules.calendar_days import local_days
from regulars.insight.rules.visit_history import VisitHistory, fold_purchases

STALE_AFTER = timedelta(days=90)


class AsOfReason(StrEnum):
    """Why this day is the last one looked at."""

    ASKED = "asked"
    TODAY = "today"
    NEWEST_PURCHASE = "newest purchase"


def last_day_for(*, asked: date | None, today: date, newest_sale: date | None) -> tuple[date, AsOfReason]:
    """The last day that a refresh looks at.

    The day asked for; else today; but when nothing was sold for more than ninety days the purchases are taken as an
    imported past, and the day of the newest sale stands for today. Otherwise everybody would count as gone.
    """
    if asked is not None:
        return asked, AsOfReason.ASKED
    if newest_sale is not None and today - newest_sale > STALE_AFTER:
        return newest_sale, AsOfReason.NEWEST_PURCHASE
    return today, AsOfReason.TODAY


@dataclass
class Observation:
    """The records before and after the split, filled part by part in order of time; and what was left out, counted."""

    customers: Whole  # rising
    split_day: int
    end_day: int
    zone: str
    before: VisitHistory = field(init=False)
    after: VisitHistory = field(init=False)
    purchases: int = 0
    after_the_end: int = 0
    other_currency: int = 0

    def __post_init__(self) -> None:
        self.before = VisitHistory.empty(len(self.customers))
        self.after = VisitHistory.empty(len(self.customers))

    def add(self, *, customer: Whole, when: Whole, amount_minor: Whole, is_refund: Flags, own_currency: Flags) -> None:
        """Fold a part of the purchases. Those dated after the end are quarantined: counted, not used.

        Customers who registered since `customers` was read are left to the next refresh.
        """
        if len(self.customers) == 0:
            return
        day = local_days(when, self.zone)
        position = np.minimum(np.searchsorted(self.customers, customer), len(self.customers) - 1).astype(np.int64)
        known = self.customers[position] == customer
        if not known.all():
            day, position, amount_minor = day[known], position[known], amount_minor[known]
            is_refund, own_currency = is_refund[known], own_currency[known]
        used = day <= self.end_day
        self.after_the_end += int(np.count_nonzero(~used))
        self.purchases += int(np.count_nonzero(used))
        self.other_currency += int(np.count_nonzero(used & ~own_currency))
        columns: tuple[AnyColumn, ...] = (position, day, amount_minor, is_refund, own_currency)
        for history, chosen in (
            (self.before, day <= self.split_day),
            (self.after, used & (day > self.split_day)),
        ):
            picked = [column[chosen] for column in columns]
            fold_purchases(
                history,
                customer=picked[0],
                day=picked[1],
                amount_minor=picked[2],
                is_refund=picked[3],
                own_currency=picked[4],
            )

    def whole(self) -> VisitHistory:
        """The records of both stretches together."""
        return self.before.joined_with(self.after)

    def settle(self) -> VisitHistory:
        """The same, for whoever is done with the single stretches: they are given up (220 bytes a customer)."""
        self.before, self.after = self.whole(), VisitHistory.empty(0)
        return self.before
