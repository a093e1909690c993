"""The link to Django's sessions: finds the employee whom a session names."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from regulars.staff.models import Employee


class EmployeeSessions(BaseBackend):
    """Loads signed-in employees. Passwords are checked by `services.sign_in`, never here."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Nobody signs in by this road."""
        return

    def get_user(self, user_id: int) -> Employee | None:
        """The employee of a session, unless they have left."""
        return Employee.objects.select_related("business").filter(pk=user_id, left_at__isnull=True).first()
