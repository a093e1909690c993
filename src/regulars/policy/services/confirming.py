"""An employee confirms the policy: this very text, once for each major version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.policy.events import PolicyConfirmed
from regulars.policy.models import Confirmation
from regulars.policy.queries.versions import texts_of, version_of


class ConfirmedAnotherText(Refusal):
    code = "another_text"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("The policy you read is not the one you would confirm. Read it again."))


def confirm_policy(*, scope: Scope, public_id: str, fingerprint: str, employee_id: int, at: datetime, actor: str) -> Confirmation:
    """Note that an employee has read this version, in the language whose fingerprint they name. A second time changes nothing. Raises NotFound, ConfirmedAnotherText."""
    version = version_of(scope=scope, public_id=public_id)
    if version is None:
        raise NotFound(_("There is no such version of the policy."))
    if fingerprint not in {one.fingerprint for one in texts_of(version=version)}:
        raise ConfirmedAnotherText
    with transaction.atomic():
        row, made = Confirmation.objects.get_or_create(
            business_id=scope.business_id,
            major=version.major,
            employee_id=employee_id,
            defaults={"version": version, "fingerprint": fingerprint, "at": at},
        )
        if made:
            announce(PolicyConfirmed(tenant_id=scope.business_id, at=at, actor=actor, version_id=version.pk, employee_id=employee_id))
    return row
