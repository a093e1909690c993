"""What an employee may give without asking anyone, at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of, zone_of
from regulars.policy.queries.versions import policy_of_version, version_at
from regulars.policy.rules.authority import Authority, authority_in
from regulars.policy.rules.parts import Period
from regulars.staff.queries import certificates_at, role_at


def authority_of(*, scope: Scope, employee_id: int, kind: str, at: datetime) -> Authority | None:
    """The limits for one kind of gesture: of the role that the employee had at the instant, under the version in force then, with the
    certificates that were good then. The period is the calendar's in the business's zone, labelled in the reader's language.

    None when no version was in force, the person did not work here, or the policy gives their role no authority for this kind.
    """
    version = version_at(scope=scope, at=at)
    role = role_at(scope=scope, employee_id=employee_id, at=at) if version else None
    if version is None or role is None:
        return None
    zone = zone_of(business=business_of(scope=scope))
    paragraphs = policy_of_version(version).authority
    needs_certificate = any(one.kind == kind and one.certificate for one in paragraphs)
    held = certificates_at(scope=scope, employee_id=employee_id, at=at) if needs_certificate else []
    found = authority_in(
        paragraphs, role=role.value, kind=kind, certificates={one.kind.code for one in held}, at=at, zone=zone, version=str(version)
    )
    if found is None or found.period is None or found.period_start is None:
        return found
    return replace(found, period_label=_label(found.period, found.period_start.astimezone(zone).date()))


def authority_kinds_of(*, scope: Scope, employee_id: int, at: datetime) -> list[Authority]:
    """Everything that an employee may give at an instant, in the order of the policy."""
    version = version_at(scope=scope, at=at)
    kinds = dict.fromkeys(one.kind for one in policy_of_version(version).authority) if version else {}
    found = (authority_of(scope=scope, employee_id=employee_id, kind=kind, at=at) for kind in kinds)
    return [one for one in found if one is not None]


def _label(period: Period, first: date) -> str:
    words = {
        "day": lambda: date_format(first, "DATE_FORMAT"),
        "week": lambda: _("week from %(day)s") % {"day": date_format(first, "DATE_FORMAT")},
        "month": lambda: date_format(first, "YEAR_MONTH_FORMAT"),
        "quarter": lambda: _("quarter %(n)s of %(year)s") % {"n": (first.month + 2) // 3, "year": first.year},
        "year": lambda: date_format(first, "Y"),
    }
    return words[period]()
