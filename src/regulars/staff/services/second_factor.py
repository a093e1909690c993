"""Second factors: an authenticator app, recovery codes, and proving oneself by either.

A second factor begins to count when its first code was right. Every change of factors ends the sessions in other browsers.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.adapters.sealing import opened, sealed
from regulars.staff.events import EmployeeFact, FactorAdded, FactorRemoved, RecoveryCodesMade, RecoveryCodeUsed, SignedIn
from regulars.staff.models import Authenticator, Employee, Passkey, RecoveryCode
from regulars.staff.queries import has_second_factor
from regulars.staff.rules.budgets import CODES
from regulars.staff.rules.factors import RECOVERY_CODES, new_recovery_code, plain_code, steps_that_count
from regulars.staff.rules.roles import Role, may_give
from regulars.staff.services.budgets import TooManyTries, empty_bucket, fill_bucket
from regulars.staff.services.joining import MayNotGive

TOTP_DIGITS = 6


class WrongCode(Refusal):
    code = "wrong_code"

    def __init__(self) -> None:
        sentence = _("This code is not right, or it was used already. Wait for the next one and try again.")
        super().__init__(sentence, fields={"code": sentence})


class AuthenticatorThere(Refusal):
    code = "authenticator_there"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("An authenticator app is connected already. Remove it first, then connect the new one."))


def begin_authenticator(*, employee: Employee, at: datetime, keep: bool = False) -> tuple[str, str]:
    """A secret for an app: (secret in base 32, otpauth address for the picture). It counts only once confirmed.

    `keep` shows the one that was begun, when there is one, for somebody who mistyped their first code.
    """
    secret = (secret_begun(employee=employee) if keep else "") or str(pyotp.random_base32())
    with transaction.atomic():
        row, _made = Authenticator.objects.select_for_update().get_or_create(
            employee=employee, defaults={"sealed_secret": "", "begun_at": at}
        )
        if row.confirmed_at:
            raise AuthenticatorThere
        row.sealed_secret, row.begun_at, row.last_step = sealed(secret), at, 0
        row.save()
    return secret, address_for_app(employee=employee, secret=secret)


def address_for_app(*, employee: Employee, secret: str) -> str:
    """The otpauth address that apps read from a picture."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=employee.email, issuer_name=f"Regulars · {employee.business.name}"))


def secret_begun(*, employee: Employee) -> str:
    """The secret of an app that is not confirmed yet; "" when there is none."""
    row = Authenticator.objects.filter(employee=employee, confirmed_at__isnull=True).first()
    return (opened(row.sealed_secret) or "") if row else ""


def confirm_authenticator(*, employee: Employee, code: str, at: datetime) -> tuple[Employee, list[str]]:
    """Begin to ask for the app's codes. Returns the employee with a new stamp, and recovery codes when there were none before."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(employee=employee, confirmed_at__isnull=True).first()
        if row is None:
            raise NotFound(_("There is no authenticator app to confirm. Begin again."))
        if not _app_code_fits(row, code, at):
            raise WrongCode
        Authenticator.objects.filter(pk=row.pk).update(confirmed_at=at)
        fresh = end_other_sessions(employee)
        announce(_fact(FactorAdded, employee, at, factor="authenticator"))
        codes = [] if RecoveryCode.objects.filter(employee=employee, used_at__isnull=True).exists() else _new_codes(employee, at)
    return fresh, codes


def remove_authenticator(*, employee: Employee, at: datetime, actor: str) -> Employee:
    """Ask for the app's codes no more. Raises NotFound when there is none."""
    with transaction.atomic():
        if not Authenticator.objects.filter(employee=employee).delete()[0]:
            raise NotFound(_("No authenticator app is connected."))
        announce(_fact(FactorRemoved, employee, at, actor=actor, factor="authenticator"))
        forget_codes_without_factor(employee)
        return end_other_sessions(employee)


def remove_all_factors(*, employee: Employee, giver: Role, at: datetime, actor: str) -> None:
    """For somebody who lost everything: a manager takes all second factors off. All their sessions end.

    Raises MayNotGive when the giver could not have given that person's role: else it would be a way up.
    """
    if not may_give(giver, Role(employee.role)):
        raise MayNotGive(employee.role)
    with transaction.atomic():
        Authenticator.objects.filter(employee=employee).delete()
        Passkey.objects.filter(employee=employee).delete()
        RecoveryCode.objects.filter(employee=employee).delete()
        announce(_fact(FactorRemoved, employee, at, actor=actor, factor="all"))
        end_other_sessions(employee)


def make_recovery_codes(*, employee: Employee, at: datetime) -> list[str]:
    """Ten fresh codes, shown once; the old ones are void."""
    with transaction.atomic():
        Employee.objects.select_for_update().get(pk=employee.pk)
        return _new_codes(employee, at)


def prove_by_code(*, employee: Employee, code: str, at: datetime) -> None:
    """Accept a code of the app or a recovery code, once. Raises WrongCode or TooManyTries."""
    bucket = f"codes:{employee.pk}"
    wait = fill_bucket(bucket=bucket, limit=CODES, at=at)
    if wait:
        raise TooManyTries(wait)
    with transaction.atomic():
        row = Authenticator.objects.filter(employee=employee, confirmed_at__isnull=False).first()
        if not (row and _app_code_fits(row, code, at)) and not _recovery_code_fits(employee, code, at):
            raise WrongCode
        empty_bucket(bucket)


def finish_sign_in(*, employee: Employee, code: str, at: datetime) -> None:
    """The second half of signing in: a code of the app, or a recovery code. Raises WrongCode or TooManyTries."""
    prove_by_code(employee=employee, code=code, at=at)
    note_signed_in(employee=employee, at=at)


def note_signed_in(*, employee: Employee, at: datetime) -> None:
    """Record that somebody has come in."""
    with transaction.atomic():
        Employee.objects.filter(pk=employee.pk).update(last_login=at)
        announce(_fact(SignedIn, employee, at))


def forget_codes_without_factor(employee: Employee) -> None:
    """Recovery codes without anything to recover from would be a second password: drop them."""
    if not has_second_factor(employee=employee):
        RecoveryCode.objects.filter(employee=employee).delete()


def end_other_sessions(employee: Employee) -> Employee:
    """Give the employee a new stamp; the caller renews its own session with the row that is returned."""
    row = Employee.objects.select_for_update().get(pk=employee.pk)
    row.stamp += 1
    row.save(update_fields=["stamp"])
    return row


def _app_code_fits(row: Authenticator, code: str, at: datetime) -> bool:
    secret, typed = opened(row.sealed_secret), plain_code(code)
    if secret is None or len(typed) != TOTP_DIGITS or not typed.isascii():
        return False
    app = pyotp.TOTP(secret)
    for step in steps_that_count(at, row.last_step):
        if secrets.compare_digest(app.generate_otp(step), typed):
            # Conditional: of two who type the same code at once, one comes in.
            return bool(Authenticator.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step))
    return False


def _recovery_code_fits(employee: Employee, code: str, at: datetime) -> bool:
    hashed_code = _hash(plain_code(code))
    mine = RecoveryCode.objects.filter(employee=employee, used_at__isnull=True)
    if not mine.filter(code_hash=hashed_code).update(used_at=at):
        return False
    announce(_fact(RecoveryCodeUsed, employee, at, left=mine.count()))
    return True


def _new_codes(employee: Employee, at: datetime) -> list[str]:
    codes = [new_recovery_code(secrets.choice) for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(employee=employee).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(employee=employee, code_hash=_hash(plain_code(code)), made_at=at) for code in codes])
    announce(_fact(RecoveryCodesMade, employee, at))
    return codes


def _hash(code: str) -> str:
    # Keyed: 60 bits are too few to lie in a stolen database as a bare hash.
    return salted_hmac("regulars.staff.recovery", code, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def _fact[F: EmployeeFact](kind: type[F], employee: Employee, at: datetime, *, actor: str = "", **more: Any) -> F:
    return kind(tenant_id=employee.business_id, at=at, actor=actor or f"employee:{employee.pk}", employee_id=employee.pk, **more)
