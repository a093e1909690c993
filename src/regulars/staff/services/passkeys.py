"""Passkeys: added, used to sign in or to confirm, removed. A passkey checks the person itself (finger, face or code), so it is enough alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.events import FactorAdded, FactorRemoved
from regulars.staff.models import Employee, Passkey
from regulars.staff.queries import passkeys_possible
from regulars.staff.services.second_factor import end_other_sessions, forget_codes_without_factor

PASSKEYS_MAX = 20


class PasskeyRefused(Refusal):
    code = "passkey_refused"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("This passkey was not accepted. Try again, or sign in another way."))


def ask_for_new_passkey(*, employee: Employee) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked, and what must be remembered until it answers."""
    from regulars.staff.adapters import webauthn  # heavy, and few requests need it

    if not passkeys_possible():
        raise PasskeyRefused(_("Passkeys need a name instead of a bare IP address: set REGULARS_BASE_URL."))
    held = list(employee.passkeys.values_list("credential", flat=True))
    if len(held) >= PASSKEYS_MAX:
        raise PasskeyRefused(_("You have as many passkeys as one person may have. Remove one first."))
    return webauthn.question_to_register(user_id=employee.public_id.bytes, name=employee.email, shown_name=employee.name, held=held)


def add_passkey(*, employee: Employee, state: dict[str, Any], answer: Mapping[str, Any], name: str, at: datetime) -> Employee:
    """Keep the passkey that the browser made. Returns the employee with a new stamp. Raises PasskeyRefused."""
    from regulars.staff.adapters import webauthn  # heavy, and few requests need it

    try:
        made = webauthn.registered(state=state, answer=answer)
    except webauthn.BadAnswer:
        raise PasskeyRefused from None
    try:
        with transaction.atomic():
            Passkey.objects.create(
                employee=employee,
                name=name.strip()[:60] or _("Passkey"),
                credential_id=made.credential_id,
                credential=made.credential,
                sign_count=made.sign_count,
                added_at=at,
            )
            announce(
                FactorAdded(
                    tenant_id=employee.business_id, at=at, actor=f"employee:{employee.pk}", employee_id=employee.pk, factor="passkey"
                )
            )
            return end_other_sessions(employee)
    except IntegrityError:
        raise PasskeyRefused(_("This passkey is in use already.")) from None


def remove_passkey(*, employee: Employee, public_id: str, at: datetime) -> Employee:
    """Accept a passkey no more. Returns the employee with a new stamp."""
    with transaction.atomic():
        if not Passkey.objects.filter(employee=employee, public_id=public_id).delete()[0]:
            raise NotFound(_("There is no such passkey."))
        announce(
            FactorRemoved(tenant_id=employee.business_id, at=at, actor=f"employee:{employee.pk}", employee_id=employee.pk, factor="passkey")
        )
        forget_codes_without_factor(employee)
        return end_other_sessions(employee)


def ask_for_passkey(*, employee: Employee | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked: a passkey of this person, or of whoever is there."""
    from regulars.staff.adapters import webauthn  # heavy, and few requests need it

    held = list(employee.passkeys.values_list("credential", flat=True)) if employee else []
    return webauthn.question_to_prove(held=held)


def prove_by_passkey(*, state: dict[str, Any], answer: Mapping[str, Any], at: datetime, employee: Employee | None = None) -> Employee:
    """Whose passkey signed the answer. With `employee` given it must be theirs. Raises PasskeyRefused."""
    from regulars.staff.adapters import webauthn  # heavy, and few requests need it

    rows = Passkey.objects.select_related("employee__business").filter(
        credential_id=webauthn.credential_id_in(answer), employee__left_at__isnull=True
    )
    row = (rows.filter(employee=employee) if employee else rows).first()
    if row is None:
        raise PasskeyRefused
    try:
        count = webauthn.proved(state=state, answer=answer, credential=row.credential)
    except webauthn.BadAnswer:
        raise PasskeyRefused from None
    # A counter that does not grow betrays a copy of the key (WebAuthn 6.1.1); most passkeys never count and stay at 0.
    grown = Passkey.objects.filter(pk=row.pk, sign_count__lt=count) if count or row.sign_count else Passkey.objects.filter(pk=row.pk)
    if not grown.update(sign_count=count, used_at=at):
        raise PasskeyRefused
    return row.employee


def rename_passkey(*, employee: Employee, public_id: str, name: str) -> None:
    """Call a passkey something else. Raises NotFound."""
    if not name.strip() or not Passkey.objects.filter(employee=employee, public_id=public_id).update(name=name.strip()[:60]):
        raise NotFound(_("There is no such passkey."))
