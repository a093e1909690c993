"""Reminding people of certificates that run out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from regulars.business.queries import Scope, all_businesses
from regulars.groundwork.kernel.facts import announce
from regulars.staff.events import CertificateRunsOut
from regulars.staff.models import Certificate, CertificateReminder
from regulars.staff.queries.certificates import certificates_listed
from regulars.staff.rules.certificates import reminder_due

ACTOR = "system:reminders"
AT_ONCE = 1_000


def remind_of_certificates(*, at: datetime, actor: str = ACTOR) -> int:
    """Remind holders 90, 60, 30 and 7 days before the last day, each once; whom a first reminder reaches late hears the nearest only.

    The days are those of each business's zone. Returns how many reminders were made; a second run on the same day makes none.
    """
    return sum(_remind_business(Scope(one.pk), at, actor) for one in all_businesses())


def note_reminders(*, scope: Scope, certificate_id: int, employee_id: int, at: datetime) -> None:
    """The holder knows: what they were reminded of goes from their Today until the next reminder. Somebody else's stay."""
    mine = CertificateReminder.objects.filter(
        certificate_id=certificate_id, certificate__employee_id=employee_id, certificate__employee__business_id=scope.business_id
    )
    mine.filter(noted_at=None).update(noted_at=at)


def _remind_business(scope: Scope, at: datetime, actor: str) -> int:
    made, start = 0, 0
    while True:
        page, whole = certificates_listed(scope=scope, standing="expiring", kind_code="", at=at, start=start, size=AT_ONCE)
        sent: dict[int, list[int]] = {}
        for pk, days in CertificateReminder.objects.filter(certificate__in=[one.row.pk for one in page]).values_list(
            "certificate_id", "days_before"
        ):
            sent.setdefault(pk, []).append(days)
        made += sum(_remind(scope, one.row, one.left or 0, sent.get(one.row.pk, []), at, actor) for one in page)
        start += AT_ONCE
        if start >= whole:
            return made


def _remind(scope: Scope, row: Certificate, left: int, sent: list[int], at: datetime, actor: str) -> bool:
    assert row.valid_through is not None
    due = reminder_due(day=row.valid_through - timedelta(days=left), valid_through=row.valid_through, sent=sent)
    if due is None:
        return False
    with transaction.atomic():
        _row, made = CertificateReminder.objects.get_or_create(certificate=row, days_before=due, defaults={"at": at})
        if made:
            announce(
                CertificateRunsOut(
                    tenant_id=scope.business_id,
                    at=at,
                    actor=actor,
                    employee_id=row.employee_id,
                    certificate_id=row.pk,
                    days_before=due,
                )
            )
    return made
