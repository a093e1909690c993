"""Reminding people to confirm the policy, and telling those who supervise when it did not help."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.business.queries import Scope, all_businesses, zone_of
from regulars.groundwork.kernel.facts import announce
from regulars.policy.events import ConfirmationDue
from regulars.policy.models import Reminder, Version
from regulars.policy.queries.versions import PersonToConfirm, confirmation_rate, policy_of_version, version_at
from regulars.policy.rules.confirming import reminder_days

ACTOR = "system:reminders"


def remind_to_confirm(*, at: datetime) -> int:
    """Remind everybody who has not confirmed the version in force, on the days that it names (−7, 0, 3 around the due day), each once;
    the day after the last, those who supervise hear of it. Who is on leave is not reminded. Returns how many reminders were made.
    """
    return sum(_remind_business(Scope(one.pk), zone_of(business=one), at) for one in all_businesses())


def _remind_business(scope: Scope, zone: ZoneInfo, at: datetime) -> int:
    version = version_at(scope=scope, at=at)
    if version is None:
        return 0
    sent: dict[int, list[int]] = {}
    known = Reminder.objects.filter(business_id=scope.business_id, major=version.major)
    for employee, days in known.values_list("employee_id", "days"):
        sent.setdefault(employee, []).append(days)
    people = [one for one in confirmation_rate(scope=scope, version=version, at=at).people if one.confirmed_at is None]
    return sum(_remind(scope, version, one, sent.get(one.employee.pk, []), zone, at) for one in people)


def _remind(scope: Scope, version: Version, person: PersonToConfirm, sent: list[int], zone: ZoneInfo, at: datetime) -> bool:
    days = (at.astimezone(zone).date() - person.due_at.astimezone(zone).date()).days
    due = reminder_days(remind=policy_of_version(version).confirmation.remind, days=days, sent=sent)
    if due is None:
        return False
    days, escalated = due
    with transaction.atomic():
        _row, made = Reminder.objects.get_or_create(
            business_id=scope.business_id,
            major=version.major,
            employee=person.employee,
            days=days,
            defaults={"version": version, "escalated": escalated, "at": at},
        )
        if made:
            announce(
                ConfirmationDue(
                    tenant_id=scope.business_id,
                    at=at,
                    actor=ACTOR,
                    version_id=version.pk,
                    employee_id=person.employee.pk,
                    days=days,
                    escalated=escalated,
                )
            )
    return made
