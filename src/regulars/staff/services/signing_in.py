"""Signing in and changing one's password."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_secret
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.events import PasswordChanged
from regulars.staff.models import Employee, KnownDevice
from regulars.staff.queries.people import has_second_factor, hashed
from regulars.staff.rules.budgets import DEVICE, buckets_for, prefix_of
from regulars.staff.services.budgets import TooManyTries, empty_bucket, fill_bucket, take_back_try
from regulars.staff.services.joining import check_password_strength
from regulars.staff.services.second_factor import note_signed_in

DEVICES_MAX = 30


class SignInRefused(Refusal):
    code = "sign_in_refused"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("E-mail address and password don't belong together. Check both and try again."))


def sign_in(*, email: str, password: str, address: str, at: datetime, device: str = "") -> Employee:
    """Check a password. The same answer, in the same time, for a wrong password and an unknown address.

    `device` is what `remember_device` gave this browser. Who has a second factor is not in yet: see `has_second_factor`, `finish_sign_in`.
    Raises SignInRefused, or TooManyTries when a bucket of this caller is full; that is checked before the password.
    """
    given = email.strip().lower()
    account, prefix = hashed(given)[:32], prefix_of(address)
    known = KnownDevice.objects.filter(token_hash=hashed(device), employee__email=given).first() if device else None
    buckets = buckets_for(account=account, prefix=prefix, device=known.token_hash[:40] if known else "")
    # Count before checking: a burst of parallel guesses must not all see an empty bucket. The narrowest comes first and stops the count,
    # so that one noisy network does not fill what others share.
    for bucket, limit in buckets:
        if wait := fill_bucket(bucket=bucket, limit=limit, at=at):
            raise TooManyTries(wait)
    employee = Employee.objects.filter(email=given, left_at__isnull=True).first()
    if employee is None:
        make_password(password)  # Unknown addresses must cost the same time.
        raise SignInRefused
    if not employee.check_password(password):
        raise SignInRefused
    with transaction.atomic():
        empty_bucket(buckets[0][0])
        for bucket, _limit in buckets[1:]:
            take_back_try(bucket)
        if not has_second_factor(employee=employee):
            note_signed_in(employee=employee, at=at)
    return employee


def remember_device(*, employee: Employee, token: str, at: datetime) -> str:
    """Know this browser again. Returns the token that it must keep: the one it had, when it was this person's, else a fresh one."""
    if token and KnownDevice.objects.filter(employee=employee, token_hash=hashed(token)).update(seen_at=at):
        return token
    fresh = new_secret()
    KnownDevice.objects.create(employee=employee, token_hash=hashed(fresh), since=at, seen_at=at)
    stale = KnownDevice.objects.filter(employee=employee).order_by("-seen_at").values_list("pk", flat=True)[DEVICES_MAX:]
    KnownDevice.objects.filter(pk__in=list(stale)).delete()
    return fresh


def prove_by_password(*, employee: Employee, password: str, at: datetime) -> None:
    """Accept the password of somebody who is signed in already. Raises WrongPassword or TooManyTries."""
    bucket = f"proof:{employee.pk}"
    if wait := fill_bucket(bucket=bucket, limit=DEVICE, at=at):
        raise TooManyTries(wait)
    if not employee.check_password(password):
        sentence = _("This is not your password.")
        raise WrongPassword(sentence, fields={"password": sentence})
    empty_bucket(bucket)


def change_password(*, employee: Employee, old: str, new: str, at: datetime) -> Employee:
    """Set a new password after checking the old one. All sessions but the caller's renewed one die with the old hash."""
    if not employee.check_password(old):
        sentence = _("This is not your present password.")
        raise WrongPassword(sentence, fields={"old": sentence})
    check_password_strength(new, employee)
    with transaction.atomic():
        row = Employee.objects.select_for_update().get(pk=employee.pk)
        row.set_password(new)
        row.stamp += 1
        row.save(update_fields=["password", "stamp"])
        KnownDevice.objects.filter(employee=row).delete()
        announce(PasswordChanged(tenant_id=row.business_id, at=at, actor=f"employee:{row.pk}", employee_id=row.pk))
    return row


class WrongPassword(Refusal):
    code = "wrong_password"
