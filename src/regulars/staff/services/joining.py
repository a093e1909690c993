"""Joining: invited by a link, or hired straight from the command line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_secret
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.events import EmployeeJoined, InvitationSent, InvitationWithdrawn
from regulars.staff.models import Appointment, Employee, Invitation
from regulars.staff.queries.people import hashed
from regulars.staff.rules.roles import Role, covers, may_give

INVITATION_LASTS = timedelta(days=7)


class EmailTaken(Refusal):
    code = "email_taken"
    status = 409

    def __init__(self) -> None:
        sentence = _("Somebody signs in with this e-mail address already.")
        super().__init__(sentence, fields={"email": sentence})


class NoEmail(Refusal):
    code = "no_email"

    def __init__(self) -> None:
        sentence = _("This is no e-mail address. It looks like name@example.com.")
        super().__init__(sentence, fields={"email": sentence})


class PasswordTooWeak(Refusal):
    code = "password_too_weak"

    def __init__(self, reasons: list[str]) -> None:
        sentence = " ".join(reasons)
        super().__init__(sentence, fields={"password": sentence})


class MayNotGive(Refusal):
    code = "may_not_give_role"
    status = 403

    def __init__(self, role: str) -> None:
        super().__init__(_("Your own role and branches don't allow you to make somebody “%(role)s” there.") % {"role": role})


class InvitationGone(Refusal):
    code = "invitation_gone"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("This invitation has been used, has expired, or was withdrawn. Ask for a new one."))


def hire_employee(
    *,
    business_id: int,
    email: str,
    name: str,
    role: Role,
    password: str,
    at: datetime,
    actor: str,
    branch_ids: Collection[int] | None = None,
) -> Employee:
    """Add somebody with a password. `branch_ids` None: every branch. Refuses taken addresses and weak passwords."""
    email = _checked_email(email)
    candidate = Employee(business_id=business_id, email=email, name=name.strip(), role=role, every_branch=branch_ids is None, joined_at=at)
    check_password_strength(password, candidate)
    candidate.set_password(password)
    try:
        with transaction.atomic():
            candidate.save(force_insert=True)
            candidate.branches.set(branch_ids or [])
            Appointment.objects.create(employee=candidate, role=role, at=at, actor=actor)
            announce(
                EmployeeJoined(tenant_id=business_id, at=at, actor=actor, employee_id=candidate.pk, role=role.value),
                after={"email": email, "name": candidate.name},
            )
    except IntegrityError:
        raise EmailTaken from None
    return candidate


def invite_employee(
    *,
    business_id: int,
    giver: Role,
    email: str,
    name: str,
    role: Role,
    branch_ids: Collection[int] | None,
    at: datetime,
    actor: str,
    within: Collection[int] | None = None,
) -> tuple[Invitation, str]:
    """Invite somebody; returns the invitation and its token, which is shown once and kept only as a hash.

    `within` are the giver's own branches (None: all); nobody gives more than they hold. Raises MayNotGive, EmailTaken.
    """
    if not may_give(giver, role) or not covers(within, branch_ids):
        raise MayNotGive(role.value)
    email = _checked_email(email)
    if Employee.objects.filter(email=email).exists():
        raise EmailTaken
    token = new_secret()
    with transaction.atomic():
        invitation = Invitation.objects.create(
            business_id=business_id,
            email=email,
            name=name.strip(),
            role=role,
            every_branch=branch_ids is None,
            token_hash=hashed(token),
            invited_at=at,
            expires_at=at + INVITATION_LASTS,
            invited_by=actor,
        )
        invitation.branches.set(branch_ids or [])
        announce(
            InvitationSent(tenant_id=business_id, at=at, actor=actor, invitation_id=invitation.pk), after={"email": email, "role": role}
        )
    return invitation, token


def accept_invitation(*, token: str, password: str, at: datetime) -> Employee:
    """Join by an invitation, once. Refuses what is used, withdrawn or expired, and weak passwords."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().filter(token_hash=hashed(token)).first()
        if invitation is None:
            raise InvitationGone
        open_still = Invitation.objects.filter(
            pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
        ).update(accepted_at=at)
        if not open_still:
            raise InvitationGone
        return hire_employee(
            business_id=invitation.business_id,
            email=invitation.email,
            name=invitation.name,
            role=Role(invitation.role),
            password=password,
            branch_ids=None if invitation.every_branch else set(invitation.branches.values_list("pk", flat=True)),
            at=at,
            actor=f"invitation:{invitation.pk}",
        )


def withdraw_invitation(*, business_id: int, public_id: str, at: datetime, actor: str) -> None:
    """Make an open invitation useless. Raises NotFound."""
    with transaction.atomic():
        found = Invitation.objects.filter(business_id=business_id, public_id=public_id, accepted_at__isnull=True, withdrawn_at__isnull=True)
        invitation = found.first()
        if invitation is None or not found.update(withdrawn_at=at):
            raise NotFound(_("There is no such open invitation."))
        announce(InvitationWithdrawn(tenant_id=business_id, at=at, actor=actor, invitation_id=invitation.pk))


def check_password_strength(password: str, employee: Employee) -> None:
    """Refuse short, common and telling passwords."""
    try:
        validate_password(password, employee)
    except ValidationError as fault:
        raise PasswordTooWeak([str(message) for message in fault.messages]) from None


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise NoEmail from None
    return email
