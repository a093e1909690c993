"""Who has which certificate, and until when."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from regulars.business.queries import Scope, business_of, zone_of
from regulars.staff.models import Appointment, Certificate, Employee
from regulars.staff.rules.certificates import is_good_on
from regulars.staff.rules.roles import Role


def certificates_at(*, scope: Scope, employee_id: int, at: datetime) -> list[Certificate]:
    """The certificates that an employee had at an instant: achieved by that day, not run out before it, not revoked by then.

    Days are those of the business's zone: one good through the 30th is gone at the midnight that ends the 30th.
    """
    day = at.astimezone(zone_of(business=business_of(scope=scope))).date()
    rows = Certificate.objects.filter(employee_id=employee_id, employee__business_id=scope.business_id).select_related("kind")
    held = rows.filter(Q(revoked_at=None) | Q(revoked_at__gt=at)).order_by("kind__name", "-achieved_on")
    return [one for one in held if is_good_on(day, achieved_on=one.achieved_on, valid_through=one.valid_through)]


def role_at(*, scope: Scope, employee_id: int, at: datetime) -> Role | None:
    """The role that somebody had at an instant; None when they had not joined yet or had left."""
    person = Employee.objects.filter(pk=employee_id, business_id=scope.business_id).values("left_at").first()
    if person is None or (person["left_at"] is not None and person["left_at"] <= at):
        return None
    found = Appointment.objects.filter(employee_id=employee_id, at__lte=at).order_by("-at", "-pk").values_list("role", flat=True).first()
    return Role(found) if found else None
