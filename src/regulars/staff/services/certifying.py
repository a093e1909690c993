"""Certificates: their kinds, recorded for people, revoked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of, zone_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.events import CertificateKindChanged, CertificateRecorded, CertificateRevoked
from regulars.staff.models import Certificate, CertificateDocument, CertificateKind, Employee
from regulars.staff.rules.certificates import good_through

CODE = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
YEARS_BACK, YEARS_AHEAD = 60, 60
DOCUMENT_MAX = 5 * 1024 * 1024


class CertificateRefused(Refusal):
    code = "certificate_refused"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()), fields=fields)


@dataclass(frozen=True)
class Paper:
    """The document that somebody handed in: its name and bytes."""

    file_name: str
    content: bytes


def name_certificate_kind(
    *, scope: Scope, code: str, name: str, months: int | None, window_days: int, at: datetime, actor: str
) -> CertificateKind:
    """Make a kind of certificate, or change the one with this code. What is recorded already keeps its days. Raises CertificateRefused."""
    code, name, faults = code.strip(), name.strip(), {}
    if not CODE.match(code):
        faults["code"] = _("A short name has 1 to 40 small letters, digits and hyphens, such as food-hygiene.")
    if not name or len(name) > 120:
        faults["name"] = _("A name has 1 to 120 signs.")
    if months is not None and not 1 <= months <= 600:
        faults["months"] = _("A certificate is good for 1 to 600 months, or for good.")
    if not 0 <= window_days <= 365:
        faults["window_days"] = _("It can be renewed up to 365 days before it runs out.")
    if faults:
        raise CertificateRefused(faults)
    with transaction.atomic():
        row, _made = CertificateKind.objects.update_or_create(
            business_id=scope.business_id, code=code, defaults={"name": name, "months": months, "window_days": window_days, "actor": actor}
        )
        announce(
            CertificateKindChanged(tenant_id=scope.business_id, at=at, actor=actor, kind_id=row.pk),
            after={"code": code, "name": name, "months": months, "window_days": window_days},
        )
    return row


def record_certificate(
    *,
    scope: Scope,
    employee: Employee,
    kind_code: str,
    achieved_on: date,
    valid_through: date | None = None,
    verifier: str,
    reference: str = "",
    paper: Paper | None = None,
    at: datetime,
    actor: str,
) -> tuple[Certificate, bool]:
    """Note that somebody has a certificate. Without `valid_through` its kind says how long it is good; a renewal within the kind's window
    lasts from the end of the old one. The same kind on the same day again changes nothing: returns the row, and whether it is new.

    Raises NotFound for an unknown kind or an employee of another business, CertificateRefused.
    """
    kind = CertificateKind.objects.filter(business_id=scope.business_id, code=kind_code).first()
    if kind is None or employee.business_id != scope.business_id:
        raise NotFound(_("There is no such kind of certificate."))
    today = at.astimezone(zone_of(business=business_of(scope=scope))).date()
    _check(achieved_on, valid_through, verifier, reference, paper, today)
    with transaction.atomic():
        Employee.objects.select_for_update().get(pk=employee.pk)  # Two renewals at once would both build on the same old one.
        mine = Certificate.objects.filter(employee=employee, kind=kind, revoked_at=None)
        earlier = mine.filter(achieved_on__lt=achieved_on, valid_through__isnull=False).order_by("-valid_through").first()
        through = valid_through or good_through(
            achieved_on=achieved_on,
            months=kind.months,
            previous=earlier.valid_through if earlier else None,
            window_days=kind.window_days,
        )
        row, made = mine.get_or_create(
            employee=employee,
            kind=kind,
            achieved_on=achieved_on,
            defaults={
                "valid_through": through,
                "verifier": verifier.strip(),
                "reference": reference.strip(),
                "recorded_at": at,
                "recorded_by": actor,
            },
        )
        if made:
            if paper is not None:
                digest = hashlib.sha256(paper.content).hexdigest()
                CertificateDocument.objects.create(
                    certificate=row, file_name=_safe_name(paper.file_name), content=paper.content, digest=digest
                )
            announce(
                CertificateRecorded(tenant_id=scope.business_id, at=at, actor=actor, employee_id=employee.pk, certificate_id=row.pk),
                after={
                    "kind": kind.code,
                    "achieved_on": achieved_on.isoformat(),
                    "valid_through": through.isoformat() if through else None,
                },
            )
    return row, made


def revoke_certificate(*, scope: Scope, public_id: str, reason: str, at: datetime, actor: str) -> Certificate:
    """Take a certificate back from this instant on, once, with the reason. Raises NotFound, CertificateRefused."""
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise CertificateRefused({"reason": _("Say why, in 1 to 500 signs.")})
    key = parsed(public_id)
    with transaction.atomic():
        rows = Certificate.objects.filter(public_id=key, employee__business_id=scope.business_id) if key else Certificate.objects.none()
        row = rows.select_related("employee", "kind").first()
        if row is None:
            raise NotFound(_("There is no such certificate."))
        # By the row's own number: an update over a join looks the condition up before it waits for whoever holds the row.
        if not Certificate.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=at, revoked_by=actor, revoked_reason=reason):
            raise CertificateRefused({"reason": _("This certificate is revoked already.")})
        announce(
            CertificateRevoked(tenant_id=scope.business_id, at=at, actor=actor, employee_id=row.employee_id, certificate_id=row.pk),
            after={"reason": reason},
        )
        row.refresh_from_db()
    return row


def withdraw_certificates(*, business_id: int, actor: str) -> None:
    """Take away what somebody recorded who never was (the demo's people), and the kinds that they named and nobody else uses."""
    with transaction.atomic():
        Certificate.objects.filter(employee__business_id=business_id, recorded_by=actor).delete()
        used = Certificate.objects.filter(kind=OuterRef("pk"))
        CertificateKind.objects.filter(~Exists(used), business_id=business_id, actor=actor).delete()


def _check(achieved_on: date, valid_through: date | None, verifier: str, reference: str, paper: Paper | None, today: date) -> None:
    faults = {}
    if achieved_on > today or achieved_on.year < today.year - YEARS_BACK:
        faults["achieved_on"] = _("A certificate was achieved today or earlier, within the last %(years)s years.") % {"years": YEARS_BACK}
    if valid_through is not None and not achieved_on <= valid_through <= today + timedelta(days=366 * YEARS_AHEAD):
        faults["valid_through"] = _("It can't run out before it was achieved, nor in more than %(years)s years.") % {"years": YEARS_AHEAD}
    if not verifier.strip() or len(verifier.strip()) > 120:
        faults["verifier"] = _("Say who issued or checked it, in 1 to 120 signs.")
    if len(reference.strip()) > 200:
        faults["reference"] = _("A number or link has 200 signs at most.")
    if paper is not None and not 0 < len(paper.content) <= DOCUMENT_MAX:
        faults["paper"] = _("A document has up to 5 MB, and is not empty.")
    if faults:
        raise CertificateRefused(faults)


def _safe_name(file_name: str) -> str:
    """The name without what could lead elsewhere or split a header."""
    plain = re.sub(r"[^\w .()\-]", "_", file_name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return plain[-120:] or "document"
