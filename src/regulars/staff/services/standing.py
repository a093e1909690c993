"""A person's role, branches and manners; and leaving."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.events import EmployeeAppointed, EmployeeLeft
from regulars.staff.models import Appointment, Employee
from regulars.staff.rules.roles import Role, covers, may_give
from regulars.staff.services.joining import MayNotGive


class LastExecutive(Refusal):
    code = "last_executive"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This is the last executive. Appoint another one first."))


def appoint_employee(
    *,
    employee: Employee,
    giver: Role,
    role: Role,
    branch_ids: Collection[int] | None,
    at: datetime,
    actor: str,
    within: Collection[int] | None = None,
) -> Employee:
    """Set role and branches (None: every branch). The person's sessions end: they sign in again with the new rights.

    `within` are the giver's own branches (None: all). Raises MayNotGive, LastExecutive.
    """
    with transaction.atomic():
        executives = _locked_executives(employee.business_id)
        row = Employee.objects.select_for_update().get(pk=employee.pk)
        may = may_give(giver, role) and may_give(giver, Role(row.role)) and covers(within, branch_ids) and covers(within, _branches_of(row))
        if not may:
            raise MayNotGive(role.value)
        if row.role == Role.EXECUTIVE and role != Role.EXECUTIVE and executives == [row.pk]:
            raise LastExecutive
        before = {"role": row.role, "every_branch": row.every_branch, "branches": sorted(row.branches.values_list("pk", flat=True))}
        row.role, row.every_branch, row.stamp = role, branch_ids is None, row.stamp + 1
        row.save(update_fields=["role", "every_branch", "stamp"])
        row.branches.set(branch_ids or [])
        if before["role"] != role:
            Appointment.objects.create(employee=row, role=role, at=at, actor=actor)
        announce(
            EmployeeAppointed(tenant_id=row.business_id, at=at, actor=actor, employee_id=row.pk, role=role.value),
            before=before,
            after={"role": role, "every_branch": row.every_branch, "branches": sorted(branch_ids or [])},
        )
    return row


def let_go(*, employee: Employee, giver: Role, at: datetime, actor: str, within: Collection[int] | None = None) -> None:
    """End somebody's standing: sessions and keys of theirs are dead from now on. Refuses the last executive."""
    with transaction.atomic():
        executives = _locked_executives(employee.business_id)
        row = Employee.objects.select_for_update().get(pk=employee.pk)
        if not may_give(giver, Role(row.role)) or not covers(within, _branches_of(row)):
            raise MayNotGive(row.role)
        if executives == [row.pk]:
            raise LastExecutive
        if row.left_at is None:
            row.left_at, row.stamp = at, row.stamp + 1
            row.save(update_fields=["left_at", "stamp"])
            announce(EmployeeLeft(tenant_id=row.business_id, at=at, actor=actor, employee_id=row.pk))


def choose_manners(*, employee: Employee, language: str, single_keys: bool) -> None:
    """How the screens behave for one person: language, and whether single keys act."""
    Employee.objects.filter(pk=employee.pk).update(language=language, single_keys=single_keys)


def _branches_of(row: Employee) -> set[int] | None:
    return None if row.every_branch else set(row.branches.values_list("pk", flat=True))


def _locked_executives(business_id: int) -> list[int]:
    rows = Employee.objects.select_for_update().filter(business_id=business_id, role=Role.EXECUTIVE, left_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))
