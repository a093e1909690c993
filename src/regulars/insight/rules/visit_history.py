"""One customer's purchases folded into one small record of whole numbers.

The records form a monoid over time: the record of January joined with that of February is the record of both, so a
night's new rows can be joined with what is stored. Everything is an integer (days, minor units of money), so any
split gives bit for bit the same record.

Rules: a *visit* is a calendar day with at least one sale; several receipts on one day are one visit. A refund is
never a visit; it lowers the net amount. A sale in a foreign currency is a visit, but its amount is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import Flags, Whole
from regulars.insight.rules.compiling import compiled

FIELDS = (
    "visits", "first_day", "second_day", "last_day", "gap_squares", "longest_gap",
    "paid_days", "first_paid_day", "last_paid_day",
    "first_day_amount", "sales_amount", "refunds_amount", "refunds", "late_rows",
)  # fmt: skip
VISITS, FIRST, SECOND, LAST, GAP_SQUARES, LONGEST = range(6)
PAID_DAYS, FIRST_PAID, LAST_PAID = range(6, 9)
FIRST_DAY_AMOUNT, SALES, REFUNDS_AMOUNT, REFUNDS, LATE = range(9, 14)


@dataclass(frozen=True)
class VisitHistory:
    """One record per customer; `records[i]` belongs to the i-th customer of whoever folded it."""

    records: Whole

    @staticmethod
    def empty(customers: int) -> VisitHistory:
        return VisitHistory(np.zeros((customers, len(FIELDS)), dtype=np.int64))

    def column(self, name: str) -> Whole:
        return self.records[:, FIELDS.index(name)]

    @property
    def visits(self) -> Whole:
        """How many different days each customer came."""
        return self.records[:, VISITS]

    @property
    def net_amount(self) -> Whole:
        """Sales less refunds, in minor units of the business's currency."""
        return self.records[:, SALES] + self.records[:, REFUNDS_AMOUNT]

    def joined_with(self, later: VisitHistory) -> VisitHistory:
        """Both stretches of time as one. The other must not begin before this one ends; one shared day is fine."""
        return VisitHistory(_join(self.records, later.records))


def fold_purchases(
    history: VisitHistory,
    *,
    customer: Whole,
    day: Whole,
    amount_minor: Whole,
    is_refund: Flags,
    own_currency: Flags,
) -> None:
    """Fold rows into the records, in place.

    `customer` is the position of the customer's record. Rows of one call may come in any order; rows of a later
    call must not lie before the day that is already the customer's last. Such late rows are not folded but counted
    in `late_rows`: that customer must be folded anew from all their rows.
    """
    if len(day) == 0:
        return
    order = _day_order(day)
    _fold(
        history.records,
        customer[order],
        day[order],
        amount_minor[order],
        is_refund[order],
        own_currency[order],
    )


def _day_order(day: Whole) -> Whole:
    """A stable order by day; within 16 bits numpy sorts by counting, in linear time."""
    offset = day - day.min()
    if int(offset.max()) < 65_536:
        return np.argsort(offset.astype(np.uint16), kind="stable")
    return np.argsort(offset, kind="stable")


@compiled
def _fold(  # noqa: C901 — one pass over the rows, told from top to bottom
    records: Whole, customer: Whole, day: Whole, amount: Whole, is_refund: Flags, own_currency: Flags
) -> None:
    for row in range(len(customer)):
        record = records[customer[row]]
        today = day[row]
        if is_refund[row]:
            record[REFUNDS] += 1
            if own_currency[row]:
                record[REFUNDS_AMOUNT] += amount[row]
            continue
        if record[VISITS] > 0 and today < record[LAST]:
            record[LATE] += 1
            continue
        if record[VISITS] == 0:
            record[VISITS] = 1
            record[FIRST] = today
            record[LAST] = today
        elif today > record[LAST]:
            gap = today - record[LAST]
            record[GAP_SQUARES] += gap * gap
            record[LONGEST] = max(record[LONGEST], gap)
            if record[VISITS] == 1:
                record[SECOND] = today
            record[VISITS] += 1
            record[LAST] = today
        if not own_currency[row]:
            continue
        if record[PAID_DAYS] == 0:
            record[PAID_DAYS] = 1
            record[FIRST_PAID] = today
            record[LAST_PAID] = today
        elif today > record[LAST_PAID]:
            record[PAID_DAYS] += 1
            record[LAST_PAID] = today
        record[SALES] += amount[row]
        if today == record[FIRST]:
            record[FIRST_DAY_AMOUNT] += amount[row]


@compiled
def _join(left: Whole, right: Whole) -> Whole:
    joined = left.copy()
    for row in range(len(left)):
        a, b, record = left[row], right[row], joined[row]
        record[REFUNDS] += b[REFUNDS]
        record[REFUNDS_AMOUNT] += b[REFUNDS_AMOUNT]
        record[LATE] += b[LATE]
        if b[VISITS] == 0:
            continue
        if a[VISITS] == 0:
            for field in range(REFUNDS_AMOUNT):
                record[field] = b[field]
            continue
        gap = b[FIRST] - a[LAST]
        same_day = 1 if gap == 0 else 0
        record[VISITS] = a[VISITS] + b[VISITS] - same_day
        record[LAST] = b[LAST]
        record[GAP_SQUARES] = a[GAP_SQUARES] + b[GAP_SQUARES] + gap * gap
        record[LONGEST] = max(a[LONGEST], b[LONGEST], gap)
        if a[VISITS] == 1:
            record[SECOND] = b[SECOND] if same_day else b[FIRST]
        record[SALES] = a[SALES] + b[SALES]
        if b[FIRST] == a[FIRST]:
            record[FIRST_DAY_AMOUNT] = a[FIRST_DAY_AMOUNT] + b[FIRST_DAY_AMOUNT]
        if b[PAID_DAYS] == 0:
            continue
        if a[PAID_DAYS] == 0:
            record[FIRST_PAID] = b[FIRST_PAID]
            record[PAID_DAYS] = b[PAID_DAYS]
        else:
            record[PAID_DAYS] = a[PAID_DAYS] + b[PAID_DAYS] - (1 if a[LAST_PAID] == b[FIRST_PAID] else 0)
        record[LAST_PAID] = b[LAST_PAID]
    return joined
