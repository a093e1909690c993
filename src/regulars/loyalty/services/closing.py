"""Accounting days are closed in their order; a closed day's statement stays as it was (case 67)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import ClosedDay, Program
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.queries.statement import movements_on
from regulars.loyalty.rules.calendars import DAY, end_of, local_day

# What was begun before midnight is written by then.
SETTLED_AFTER = timedelta(hours=1)


class DayNotOver(Refusal):
    code = "day_not_over"

    def __init__(self) -> None:
        super().__init__(_("A day can be closed from one hour after its end."), fields={"day": _("This day is not over.")})


def close_days(*, program: Program, through: date, at: datetime, actor: str) -> int:
    """Close every day of a program up to and with `through`, oldest first. Gives how many days were closed now. Raises DayNotOver."""
    version = version_at(program=program, at=at)
    if version is None:
        return 0
    document = document_of(version)
    if end_of(through, document.tzinfo) + SETTLED_AFTER > at:
        raise DayNotOver
    closed = 0
    with transaction.atomic():
        Program.objects.select_for_update().get(pk=program.pk)
        for unit in (*document.units, *document.stamps):
            newest = ClosedDay.objects.filter(program=program, unit=unit.code).order_by("-closed_on").first()
            day = newest.closed_on + DAY if newest else local_day(program.opened_at, document.tzinfo)
            closing = newest.closing_units if newest else 0
            while day <= through:
                movements = movements_on(program=program, unit=unit.code, first=day, last=day)
                closing += sum(movements.values())
                ClosedDay.objects.create(
                    program=program, unit=unit.code, closed_on=day, movements=movements, closing_units=closing, closed_at=at, actor=actor
                )
                day += DAY
                closed += 1
    return closed
