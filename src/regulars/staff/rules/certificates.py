"""How long a certificate is good, and when its holder is reminded. Days are local days of the business; the last one counts whole."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

Standing = Literal["valid", "expiring", "expired", "revoked"]
REMIND_BEFORE = (90, 60, 30, 7)
EXPIRING_DAYS = max(REMIND_BEFORE)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def good_through(*, achieved_on: date, months: int | None, previous: date | None, window_days: int) -> date | None:
    """The last day of a certificate achieved on a day; None: it never runs out.

    `previous` is the last day of the one that it renews. Renewed within the window before that day, it lasts from there on, else from
    the day it was achieved.
    """
    if months is None:
        return None
    renews = previous is not None and previous - timedelta(days=window_days) <= achieved_on <= previous
    return months_later(previous if previous and renews else achieved_on, months)


def is_good_on(day: date, *, achieved_on: date, valid_through: date | None) -> bool:
    """Whether the day is one of its days, both ends included."""
    return achieved_on <= day and (valid_through is None or day <= valid_through)


def standing_on(day: date, *, valid_through: date | None, revoked: bool) -> Standing:
    """What a list calls it on a day: “expiring” from the first reminder on."""
    if revoked:
        return "revoked"
    if valid_through is None or day + timedelta(days=EXPIRING_DAYS) < valid_through:
        return "valid"
    return "expiring" if day <= valid_through else "expired"


def reminder_due(*, day: date, valid_through: date, sent: Collection[int]) -> int | None:
    """Which reminder (days before the end) is due and was not sent. Somebody who is late hears the nearest one only, not all at once."""
    left = (valid_through - day).days
    if left < 0:
        return None
    reached = [days for days in REMIND_BEFORE if left <= days]
    nearest = min(reached, default=None)
    return nearest if nearest is not None and not any(days <= nearest for days in sent) else None
