"""A second factor: its codes count once, recovery codes count once, and losing it is not the end (D9, E10)."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

import pyotp
import pytest
from django.db import connection

from regulars.groundwork.kernel.models import AuditLine
from regulars.staff.cli import reset_factors
from regulars.staff.models import Authenticator, RecoveryCode
from regulars.staff.queries import Role, has_second_factor
from regulars.staff.services import (
    AuthenticatorThere,
    MayNotGive,
    TooManyTries,
    WrongCode,
    begin_authenticator,
    confirm_authenticator,
    make_recovery_codes,
    prove_by_code,
    remove_all_factors,
    remove_authenticator,
    sign_in,
)

from tests.cast import ACTOR, NOON, PASSWORD, Cast

pytestmark = pytest.mark.django_db


def connected(cast: Cast) -> tuple[pyotp.TOTP, list[str]]:
    secret, _address = begin_authenticator(employee=cast.tom, at=NOON)
    app = pyotp.TOTP(secret)
    _employee, codes = confirm_authenticator(employee=cast.tom, code=app.at(NOON), at=NOON)
    return app, codes


def test_an_app_counts_only_after_its_first_right_code(cast: Cast) -> None:
    secret, _address = begin_authenticator(employee=cast.tom, at=NOON)
    assert not has_second_factor(employee=cast.tom)
    with pytest.raises(WrongCode):
        confirm_authenticator(employee=cast.tom, code="000000" if pyotp.TOTP(secret).at(NOON) != "000000" else "000001", at=NOON)
    assert not has_second_factor(employee=cast.tom)
    _employee, codes = confirm_authenticator(employee=cast.tom, code=pyotp.TOTP(secret).at(NOON), at=NOON)
    assert has_second_factor(employee=cast.tom)
    assert len(set(codes)) == 10


def test_a_code_counts_once_and_its_neighbours_for_half_a_minute(cast: Cast) -> None:
    app, _codes = connected(cast)
    with pytest.raises(WrongCode):
        prove_by_code(employee=cast.tom, code=app.at(NOON), at=NOON)
    later = NOON + timedelta(minutes=2)
    prove_by_code(employee=cast.tom, code=app.at(later + timedelta(seconds=30)), at=later)
    with pytest.raises(WrongCode):
        prove_by_code(employee=cast.tom, code=app.at(later), at=later)  # an earlier step than the one used
    far = later + timedelta(minutes=5)
    with pytest.raises(WrongCode):
        prove_by_code(employee=cast.tom, code=app.at(far - timedelta(seconds=90)), at=far)


def test_a_recovery_code_counts_once_however_it_is_typed(cast: Cast) -> None:
    _app, codes = connected(cast)
    prove_by_code(employee=cast.tom, code=codes[0].lower().replace("-", " "), at=NOON)
    with pytest.raises(WrongCode):
        prove_by_code(employee=cast.tom, code=codes[0], at=NOON)
    assert AuditLine.objects.filter(act="staff.RecoveryCodeUsed").count() == 1


def test_new_recovery_codes_make_the_old_ones_void(cast: Cast) -> None:
    _app, old = connected(cast)
    new = make_recovery_codes(employee=cast.tom, at=NOON)
    with pytest.raises(WrongCode):
        prove_by_code(employee=cast.tom, code=old[1], at=NOON)
    prove_by_code(employee=cast.tom, code=new[1], at=NOON)


def test_guessing_codes_is_slowed(cast: Cast) -> None:
    connected(cast)
    tries = 0
    with pytest.raises(TooManyTries):
        for number in range(100):
            try:
                prove_by_code(employee=cast.tom, code=f"{number:06d}", at=NOON)
            except WrongCode:
                tries += 1
    assert tries <= 6


def test_neither_secret_nor_recovery_codes_lie_readable_in_the_database(cast: Cast) -> None:
    app, codes = connected(cast)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {Authenticator._meta.db_table}")
        held = repr(cursor.fetchall())
        cursor.execute(f"SELECT * FROM {RecoveryCode._meta.db_table}")
        held += repr(cursor.fetchall())
    assert app.secret not in held
    assert not [code for code in codes if code in held or code.replace("-", "") in held]


def test_a_second_app_needs_the_first_removed(cast: Cast) -> None:
    connected(cast)
    with pytest.raises(AuthenticatorThere):
        begin_authenticator(employee=cast.tom, at=NOON)
    remove_authenticator(employee=cast.tom, at=NOON, actor=ACTOR)
    assert not has_second_factor(employee=cast.tom)
    assert not RecoveryCode.objects.filter(employee=cast.tom).exists()


def test_a_manager_takes_off_factors_only_of_those_whom_they_may_appoint(cast: Cast) -> None:
    connected(cast)
    with pytest.raises(MayNotGive):
        remove_all_factors(employee=cast.tom, giver=Role.AGENT, at=NOON, actor=ACTOR)
    remove_all_factors(employee=cast.tom, giver=Role.MANAGER, at=NOON, actor=ACTOR)
    assert not has_second_factor(employee=cast.tom)


def test_the_command_line_takes_factors_off_the_last_executive(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    secret, _address = begin_authenticator(employee=cast.ines, at=NOON)
    confirm_authenticator(employee=cast.ines, code=pyotp.TOTP(secret).at(NOON), at=NOON)
    assert reset_factors(Namespace(email=cast.ines.email)) == 0
    assert not has_second_factor(employee=cast.ines)
    assert reset_factors(Namespace(email="nobody@bakery.example")) == 2


def test_signing_in_is_noted_only_after_the_second_step(cast: Cast) -> None:
    connected(cast)
    sign_in(email=cast.tom.email, password=PASSWORD, address="192.0.2.1", at=NOON)
    assert not AuditLine.objects.filter(act="staff.SignedIn", actor=f"employee:{cast.tom.pk}").exists()
