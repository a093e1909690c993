"""Who has which certificate, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of, zone_of
from regulars.groundwork.kernel.bulk.instances import as_instant, instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.staff.models import Certificate, CertificateDocument, CertificateKind, CertificateReminder
from regulars.staff.rules.certificates import EXPIRING_DAYS, Standing, is_good_on, standing_on
from regulars.staff.rules.roles import Role

ROLE_AT = """
SELECT e.left_at, (SELECT a.role FROM staff_appointment a WHERE a.employee_id = e.id AND a.at <= %s ORDER BY a.at DESC, a.id DESC LIMIT 1)
FROM staff_employee e WHERE e.id = %s AND e.business_id = %s"""


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
    for left_at, role in fetch_prepared(ROLE_AT, instant_value(at), employee_id, scope.business_id):
        if role is not None and (left_at is None or as_instant(left_at) > at):
            return Role(role)
    return None


@dataclass(frozen=True)
class CertificateShown:
    """A certificate as lists show it. `renewed`: a later one of the same kind has taken its place. `left` days to go, with the last one."""

    row: Certificate
    standing: Standing
    renewed: bool
    has_document: bool
    left: int | None


def certificate_kinds(*, scope: Scope) -> list[CertificateKind]:
    """The kinds of the business by name."""
    return list(CertificateKind.objects.filter(business_id=scope.business_id).order_by("name", "code"))


def certificates_of(*, scope: Scope, employee_id: int, at: datetime) -> list[CertificateShown]:
    """Everything that was ever recorded for one person, newest first, the revoked ones included."""
    return _shown(_known(scope).filter(employee_id=employee_id).order_by("-achieved_on", "-pk"), _today(scope, at))


def certificates_listed(
    *, scope: Scope, standing: Standing | None, kind_code: str, at: datetime, start: int, size: int
) -> tuple[list[CertificateShown], int]:
    """A page of the certificates of all who work here, those that run out first on top, and how many there are in all.

    Renewed ones stand only among “all”.
    """
    today = _today(scope, at)
    rows = _known(scope).filter(employee__left_at=None)
    if kind_code:
        rows = rows.filter(kind__code=kind_code)
    if standing is not None:
        rows = rows.filter(_that_are(standing, today))
        rows = rows if standing == "revoked" else rows.filter(~Exists(_later()))
    ordered = rows.order_by(F("valid_through").asc(nulls_last=True), "employee__name", "pk")
    return _shown(ordered[start : start + size], today), rows.count()


@dataclass(frozen=True)
class CertificateCounts:
    """How many run out soon, and how many have run out without being renewed."""

    expiring: int
    expired: int


def certificate_counts(*, scope: Scope, at: datetime, zone: ZoneInfo | None = None) -> CertificateCounts:
    """Among those who work here. Mostly nothing ends soon, which a short question tells."""
    today = at.astimezone(zone).date() if zone else _today(scope, at)
    ending = (
        "SELECT 1 FROM staff_certificate t JOIN staff_employee e ON e.id = t.employee_id WHERE e.business_id = %s AND e.left_at IS NULL"
        " AND t.revoked_at IS NULL AND t.valid_through <= %s LIMIT 1"
    )
    if not fetch_prepared(ending, scope.business_id, (today + timedelta(days=EXPIRING_DAYS)).isoformat()):
        return CertificateCounts(0, 0)
    rows = _known(scope).filter(~Exists(_later()), employee__left_at=None)
    found = rows.aggregate(
        expiring=Count("pk", filter=_that_are("expiring", today)),
        expired=Count("pk", filter=_that_are("expired", today)),
    )
    return CertificateCounts(**found)


def certificate_of(*, scope: Scope, public_id: str) -> Certificate:
    """One certificate of the business. Raises NotFound."""
    key = parsed(public_id)
    row = _known(scope).filter(public_id=key).first() if key else None
    if row is None:
        raise NotFound(_("There is no such certificate."))
    return row


def document_of(*, certificate: Certificate) -> CertificateDocument:
    """The paper that was handed in. Raises NotFound."""
    row = CertificateDocument.objects.filter(certificate=certificate).first()
    if row is None:
        raise NotFound(_("No document was handed in for this certificate."))
    return row


def reminders_open(*, scope: Scope, employee_id: int, at: datetime) -> list[CertificateShown]:
    """The certificates of which somebody was reminded and has not said that they know; gone when renewed or revoked."""
    reminded = (
        "SELECT 1 FROM staff_certificatereminder r JOIN staff_certificate c ON c.id = r.certificate_id WHERE c.employee_id = %s"
        " AND r.noted_at IS NULL AND r.at <= %s LIMIT 1"
    )
    if not fetch_prepared(reminded, employee_id, instant_value(at)):
        return []
    rows = _known(scope).filter(~Exists(_later()), employee_id=employee_id, revoked_at=None)
    waiting = CertificateReminder.objects.filter(certificate=OuterRef("pk"), noted_at=None, at__lte=at)
    found = list(rows.filter(Exists(waiting)).order_by("valid_through"))
    return _shown(found, _today(scope, at)) if found else []


def _today(scope: Scope, at: datetime) -> date:
    return at.astimezone(zone_of(business=business_of(scope=scope))).date()


def _later() -> QuerySet[Certificate]:
    """What takes a certificate's place: one of the same kind, achieved later and good at least as long."""
    return Certificate.objects.filter(
        Q(valid_through=None) | Q(valid_through__gte=OuterRef("valid_through")),
        employee=OuterRef("employee"),
        kind=OuterRef("kind"),
        revoked_at=None,
        achieved_on__gt=OuterRef("achieved_on"),
    )


def _known(scope: Scope) -> QuerySet[Certificate]:
    papers = CertificateDocument.objects.filter(certificate=OuterRef("pk"))
    rows = Certificate.objects.filter(employee__business_id=scope.business_id).select_related("kind", "employee")
    return rows.annotate(renewed=Exists(_later()), has_document=Exists(papers))


def _that_are(standing: Standing, today: date) -> Q:
    """The same as `standing_on`, for the database."""
    if standing == "revoked":
        return Q(revoked_at__isnull=False)
    soon = today + timedelta(days=EXPIRING_DAYS)
    by_end = {
        "valid": Q(valid_through=None) | Q(valid_through__gt=soon),
        "expiring": Q(valid_through__gte=today, valid_through__lte=soon),
        "expired": Q(valid_through__lt=today),
    }
    return Q(revoked_at=None) & by_end[standing]


def _shown(rows: Iterable[Certificate], today: date) -> list[CertificateShown]:
    return [
        CertificateShown(
            row=row,
            standing=standing_on(today, valid_through=row.valid_through, revoked=row.revoked_at is not None),
            renewed=bool(getattr(row, "renewed", False)) and row.revoked_at is None,
            has_document=bool(getattr(row, "has_document", False)),
            left=(row.valid_through - today).days if row.valid_through else None,
        )
        for row in rows
    ]
