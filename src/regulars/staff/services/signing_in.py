"""Signing in and changing one's password."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.events import PasswordChanged, SignedIn
from regulars.staff.models import Budget, Employee
from regulars.staff.queries import hashed
from regulars.staff.rules.budgets import ACCOUNT_AND_PREFIX, PREFIX, Limit, level_after, prefix_of, wait_seconds
from regulars.staff.services.joining import check_password_strength


class SignInRefused(Refusal):
    code = "sign_in_refused"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("E-mail address and password don't belong together. Check both and try again."))


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        sentence = ngettext(
            "Too many wrong passwords. Wait a minute, then try again.",
            "Too many wrong passwords. Wait %(minutes)d minutes, then try again.",
            minutes,
        ) % {"minutes": minutes}
        super().__init__(sentence, retry_after=seconds)


def sign_in(*, email: str, password: str, address: str, at: datetime) -> Employee:
    """Check a password. The same answer, in the same time, for a wrong password and an unknown address.

    Raises SignInRefused, or TooManyTries when the caller's bucket is full; that is checked before the password.
    """
    prefix = prefix_of(address)
    buckets = [
        (f"account:{hashed(email.strip().lower())[:32]}:{prefix}"[:80], ACCOUNT_AND_PREFIX),
        (f"prefix:{prefix}"[:80], PREFIX),
    ]
    # Count before checking: a burst of parallel guesses must not all see an empty bucket.
    wait = max(_fill(bucket, limit, at) for bucket, limit in buckets)
    if wait:
        raise TooManyTries(wait)
    employee = Employee.objects.filter(email=email.strip().lower(), left_at__isnull=True).first()
    if employee is None:
        make_password(password)  # Unknown addresses must cost the same time.
        raise SignInRefused
    if not employee.check_password(password):
        raise SignInRefused
    with transaction.atomic():
        Budget.objects.filter(bucket=buckets[0][0]).delete()
        _pour_out(buckets[1][0])
        Employee.objects.filter(pk=employee.pk).update(last_login=at)
        announce(SignedIn(tenant_id=employee.business_id, at=at, actor=f"employee:{employee.pk}", employee_id=employee.pk))
    return employee


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
        announce(PasswordChanged(tenant_id=row.business_id, at=at, actor=f"employee:{row.pk}", employee_id=row.pk))
    return row


class WrongPassword(Refusal):
    code = "wrong_password"


def _fill(bucket: str, limit: Limit, at: datetime) -> int:
    """Add one try to a bucket. Returns the seconds to wait; a full bucket is not filled further."""
    with transaction.atomic():
        Budget.objects.bulk_create([Budget(bucket=bucket, at=at)], ignore_conflicts=True)
        row = Budget.objects.select_for_update().get(bucket=bucket)
        level = level_after(row.level, (at - row.at).total_seconds(), limit)
        wait = wait_seconds(level, limit)
        row.level, row.at = (level, at) if wait else (level + 1, at)
        row.save(update_fields=["level", "at"])
    return wait


def _pour_out(bucket: str) -> None:
    row = Budget.objects.select_for_update().filter(bucket=bucket).first()
    if row:
        row.level = max(0.0, row.level - 1)
        row.save(update_fields=["level"])
