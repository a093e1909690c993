"""The daily statement: opening, what moved and why, closing; by the day on which it was booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Case, F, QuerySet, Sum, When

from regulars.loyalty.models import ClosedDay, Entry, Program
from regulars.loyalty.rules.calendars import DAY

KINDS = ("issued", "restored", "redeemed", "expired", "clawed", "adjusted", "forfeited", "written_off", "transferred", "renewed")


@dataclass(frozen=True, kw_only=True)
class DayLine:
    """One day of one unit: what moved by kind (below zero: out), what was there before and after, and whether the day is closed."""

    day: date
    unit: str
    opening: int
    movements: dict[str, int]
    closing: int
    closed: bool


def movements_on(*, program: Program, unit: str, first: date, last: date) -> dict[str, int]:
    """What moved by kind, all days together; every kind is named."""
    rows = _moved(program, unit).filter(booked_on__gte=first, booked_on__lte=last).values_list("kind").annotate(sum=Sum("signed_units"))
    found = dict(rows)
    return {kind: found.get(kind, 0) for kind in KINDS}


def statement_of(*, program: Program, unit: str, first: date, last: date) -> list[DayLine]:
    """Each day's line from `first` to `last`, both inclusive, days without movement too."""
    opening = _closing_before(program, unit, first)
    rows = (
        _moved(program, unit)
        .filter(booked_on__gte=first, booked_on__lte=last)
        .values_list("booked_on", "kind")
        .annotate(sum=Sum("signed_units"))
        .order_by("booked_on")
    )
    by_day = {day: {kind: units for _day, kind, units in some} for day, some in groupby(rows, key=lambda row: row[0])}
    closed = set(ClosedDay.objects.filter(program=program, unit=unit, closed_on__range=(first, last)).values_list("closed_on", flat=True))
    lines = []
    for number in range((last - first).days + 1):
        day = first + number * DAY
        movements = {kind: by_day.get(day, {}).get(kind, 0) for kind in KINDS}
        closing = opening + sum(movements.values())
        lines.append(DayLine(day=day, unit=unit, opening=opening, movements=movements, closing=closing, closed=day in closed))
        opening = closing
    return lines


def _closing_before(program: Program, unit: str, day: date) -> int:
    """What was there before a day: from the newest closed day before it, and what was booked since."""
    newest = ClosedDay.objects.filter(program=program, unit=unit, closed_on__lt=day).order_by("-closed_on").first()
    rows = _moved(program, unit).filter(booked_on__lt=day)
    if newest:
        rows = rows.filter(booked_on__gt=newest.closed_on)
    return (newest.closing_units if newest else 0) + (rows.aggregate(sum=Sum("signed_units"))["sum"] or 0)


def _moved(program: Program, unit: str) -> QuerySet[Any]:
    signed = Case(When(getter="member", then=F("units")), default=-F("units"))
    return Entry.objects.filter(account__program=program, account__unit=unit).annotate(signed_units=signed)
