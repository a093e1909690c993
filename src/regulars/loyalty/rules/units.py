"""What is counted: points to spend, units that only qualify for tiers, stamps; how long they live and what they are worth."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from regulars.loyalty.rules.calendars import DAY, end_of, local_day, months_after
from regulars.loyalty.rules.parts import Code, Name, Number, Part, Percent, Positive

INSTANT = timedelta(microseconds=1)
Rounding = Literal["floor", "half_up", "half_even"]


class Notice(Part):
    """What the law of some places wants before anything ends: a notice, sent at most `from_days` and at least `to_days` before (Québec's
    Consumer Protection Act: 60 and 30). Without proof of one nothing ends; one that comes late moves the end (case 28)."""

    from_days: Annotated[int, Field(ge=1, le=365)] = 60
    to_days: Annotated[int, Field(ge=0, le=365)] = 30

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_days >= self.from_days:
            raise ValueError("from_days lie before to_days: 60 and 30 mean between 60 and 30 days before the end")
        return self


class Expiry(Part):
    """How long a lot lives. fixed: so many months from the day that it was earned, until the end of that day; activity: so many months from
    the member's last earning or spending, and only after a `notice` where one is wanted; none: for ever."""

    kind: Literal["none", "fixed", "activity"] = "none"
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    notice: Notice | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind == "none") != (self.months is None):
            raise ValueError("months belong to an expiry, and none without one")
        if self.notice is not None and self.kind != "activity":
            raise ValueError("a notice belongs to an expiry by activity")
        return self


class Unit(Part):
    """A unit of account of the program: its kind, its decimals (`scale`), and what becomes of it.

    `worth` is what one pays when a member pays with it, `cost` what one costs the business, both in the program's money.
    `shortfall`: what is taken back beyond what is left becomes a debt that later earnings repay, or is written off.
    """

    code: Code
    name: Name
    kind: Literal["spendable", "qualifying", "stamps"] = "spendable"
    scale: Annotated[int, Field(ge=0, le=4)] = 0
    rounding: Rounding = "floor"
    expiry: Expiry = Expiry()
    pending_days: Annotated[int, Field(ge=0, le=365)] = 0
    shortfall: Literal["debt", "write_off"] = "debt"
    worth: Positive | None = None
    cost: Number | None = None
    expected_use_percent: Percent | None = None


def rounded(exact: Fraction, rounding: Rounding) -> int:
    """An exact, non-negative number of smallest units as an integer, once per order (P1)."""
    whole, rest = divmod(exact.numerator, exact.denominator)
    twice = 2 * rest
    if rounding == "floor" or twice < exact.denominator:
        return whole
    if twice > exact.denominator or rounding == "half_up":
        return whole + 1
    return whole + whole % 2


def active_from(unit: Unit, earned_at: datetime) -> datetime:
    """When a lot may first be spent: so many days of 24 hours after it was earned (case 14)."""
    return earned_at + unit.pending_days * DAY


def lot_ends(unit: Unit, earned_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When a lot of fixed or activity expiry ends, counted from the day it was earned or last moved (P6); None: never."""
    if unit.expiry.months is None:
        return None
    return end_of(months_after(local_day(earned_at, zone), unit.expiry.months), zone)


def notice_from(notice: Notice, due_at: datetime, zone: ZoneInfo) -> date:
    """The first day on which a notice of this end counts; `due_at` is the instant after its last day."""
    return local_day(due_at - INSTANT, zone) - notice.from_days * DAY


def ends_by_notice(notice: Notice, due_at: datetime, sent_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When units whose end is due then really end, given the notice that was sent: never before its days have gone; None for one that
    was sent too early, which is as good as none (case 28)."""
    sent_on = local_day(sent_at, zone)
    if sent_on < notice_from(notice, due_at, zone):
        return None
    return max(due_at, end_of(sent_on + notice.to_days * DAY, zone))
