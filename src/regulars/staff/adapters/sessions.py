"""The link to Django's sessions: finds the employee whom a session names."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from regulars.business.queries import Business
from regulars.groundwork.kernel.bulk.instances import instances
from regulars.staff.models import Employee

STANDING = "FROM staff_employee e JOIN business_business b ON b.id = e.business_id WHERE e.id = %s AND e.left_at IS NULL"


class EmployeeSessions(BaseBackend):
    """Loads signed-in employees. Passwords are checked by `services.sign_in`, never here."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Nobody signs in by this road."""
        return

    def get_user(self, user_id: int) -> Employee | None:
        """The employee of a session, unless they have left."""
        found = instances(((Employee, "e"), (Business, "b")), STANDING, user_id)
        if not found:
            return None
        employee: Employee = found[0][0]
        employee.business = found[0][1]
        return employee
