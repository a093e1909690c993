"""What an employee may give without asking anyone, at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

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
    return next(iter(_authorities(scope, employee_id, [kind], at)), None)


def authority_kinds_of(*, scope: Scope, employee_id: int, at: datetime) -> list[Authority]:
    """Everything that an employee may give at an instant, in the order of the policy."""
    return _authorities(scope, employee_id, None, at)


def _authorities(scope: Scope, employee_id: int, kinds: list[str] | None, at: datetime) -> list[Authority]:
    version = version_at(scope=scope, at=at)
    role = role_at(scope=scope, employee_id=employee_id, at=at) if version else None
    if version is None or role is None:
        return []
    zone = zone_of(business=business_of(scope=scope))
    paragraphs = policy_of_version(version).authority
    kinds = list(dict.fromkeys(one.kind for one in paragraphs)) if kinds is None else kinds
    needs_certificate = any(one.kind in kinds and one.certificate for one in paragraphs)
    held = {one.kind.code for one in certificates_at(scope=scope, employee_id=employee_id, at=at)} if needs_certificate else set()
    found = (
        authority_in(paragraphs, role=role.value, kind=kind, certificates=held, at=at, zone=zone, version=str(version)) for kind in kinds
    )
    return [_labelled(one, zone) for one in found if one is not None]


def _labelled(one: Authority, zone: ZoneInfo) -> Authority:
    if one.period is None or one.period_start is None:
        return one
    return replace(one, period_label=_label(one.period, one.period_start.astimezone(zone).date()))


def _label(period: Period, first: date) -> str:
    words = {
        "day": lambda: date_format(first, "DATE_FORMAT"),
        "week": lambda: _("week from %(day)s") % {"day": date_format(first, "DATE_FORMAT")},
        "month": lambda: date_format(first, "YEAR_MONTH_FORMAT"),
        "quarter": lambda: _("quarter %(n)s of %(year)s") % {"n": (first.month + 2) // 3, "year": first.year},
        "year": lambda: date_format(first, "Y"),
    }
    return words[period]()
