"""Days on which people are away."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.events import LeavePlanned
from regulars.staff.models import Employee, Leave

DAYS_MAX = 3 * 366


class LeaveRefused(Refusal):
    code = "leave_refused"


def plan_leave(*, employee: Employee, from_on: date, until_on: date, at: datetime, actor: str) -> Leave:
    """Note that somebody is away from one day to another, both included. Raises LeaveRefused."""
    if until_on < from_on:
        sentence = _("The last day lies before the first.")
        raise LeaveRefused(sentence, fields={"until_on": sentence})
    if (until_on - from_on).days > DAYS_MAX:
        sentence = _("Three years is the longest leave that can be entered.")
        raise LeaveRefused(sentence, fields={"until_on": sentence})
    with transaction.atomic():
        row = Leave.objects.create(employee=employee, from_on=from_on, until_on=until_on, planned_at=at, planned_by=actor)
        announce(LeavePlanned(tenant_id=employee.business_id, at=at, actor=actor, employee_id=employee.pk, planned=True))
    return row


def cancel_leave(*, employee: Employee, public_id: str, at: datetime, actor: str) -> None:
    """Take a leave back. Raises NotFound."""
    key = parsed(public_id)
    with transaction.atomic():
        gone, _each = Leave.objects.filter(employee=employee, public_id=key).delete() if key else (0, {})
        if not gone:
            raise NotFound(_("There is no such leave."))
        announce(LeavePlanned(tenant_id=employee.business_id, at=at, actor=actor, employee_id=employee.pk, planned=False))
