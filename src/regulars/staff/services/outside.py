"""Coming in by the firm's own sign-in service (OpenID Connect). It never makes accounts: who is not invited stays outside."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.adapters import oidc
from regulars.staff.events import OutsideIdentityJoined
from regulars.staff.models import Employee, OutsideIdentity
from regulars.staff.rules.factors import PROOF_LASTS

LOG = logging.getLogger("regulars.staff")


class OutsideRefused(Refusal):
    code = "outside_sign_in_refused"
    status = 422


def leave_to_outside(*, return_to: str, fresh: bool = False) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what its session must remember. `fresh`: the person has to prove themselves anew there."""
    try:
        return oidc.question(return_to=return_to, fresh=fresh)
    except oidc.OutsideFault as fault:
        LOG.warning("the sign-in service can't be asked: %s", fault)
        raise OutsideRefused(_("The sign-in service can't be reached. Sign in with your password, or try again later.")) from None


def return_from_outside(
    *,
    remembered: Mapping[str, str],
    state: str,
    code: str,
    return_to: str,
    at: datetime,
    fresh: bool = False,
    expected: Employee | None = None,
) -> Employee:
    """Whom the service vouches for. An employee with the same *verified* address is joined to it the first time; an unverified address
    joins nobody. `expected` must be the one who comes back. Raises OutsideRefused."""
    if not remembered or not state or remembered.get("state") != state or not code:
        raise OutsideRefused(_("This sign-in was begun elsewhere or has expired. Begin again."))
    try:
        word = oidc.answer(remembered=dict(remembered), code=code, return_to=return_to)
    except oidc.OutsideFault as fault:
        LOG.warning("the sign-in service's answer does not hold: %s", fault)
        raise OutsideRefused(_("The sign-in service's answer could not be verified. Begin again.")) from None
    if fresh and at.timestamp() - word.signed_in_at > PROOF_LASTS.total_seconds():
        raise OutsideRefused(_("The sign-in service did not ask you again. Confirm another way."))
    employee = _known(word) or _joined(word, at)
    if employee is None:
        raise OutsideRefused(_("Nobody here signs in with this account. Ask a manager to invite you with the same e-mail address."))
    if expected is not None and employee.pk != expected.pk:
        raise OutsideRefused(_("This is somebody else's account."))
    return employee


def _known(word: oidc.Vouched) -> Employee | None:
    found = OutsideIdentity.objects.select_related("employee__business").filter(
        issuer=word.issuer, subject=word.subject, employee__left_at__isnull=True
    )
    row = found.first()
    return row.employee if row else None


def _joined(word: oidc.Vouched, at: datetime) -> Employee | None:
    if not word.email_verified or not word.email:
        return None
    employee = Employee.objects.select_related("business").filter(email=word.email.strip().lower(), left_at__isnull=True).first()
    if employee is None:
        return None
    try:
        with transaction.atomic():
            OutsideIdentity.objects.create(employee=employee, issuer=word.issuer, subject=word.subject, joined_at=at)
            announce(
                OutsideIdentityJoined(
                    tenant_id=employee.business_id, at=at, actor=f"employee:{employee.pk}", employee_id=employee.pk, issuer=word.issuer
                )
            )
    except IntegrityError:
        # The identity belongs to somebody already: to one who came in a moment ago by the same road, or to one who left.
        return _known(word)
    return employee
