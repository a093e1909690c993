"""Budgets that strangers can't turn against an account: the owner's own browser is not slowed by others' guesses (D10, E1)."""

from __future__ import annotations

import pytest

from regulars.staff.models import KnownDevice
from regulars.staff.queries import networks_slowed_since, security_of
from regulars.staff.services import SignInRefused, TooManyTries, change_password, remember_device, sign_in

from tests.cast import NOON, PASSWORD, Cast

pytestmark = pytest.mark.django_db


def attack(cast: Cast, times: int = 300) -> int:
    """Wrong passwords for Tom from many networks; returns how many were looked at."""
    looked_at = 0
    for n in range(times):
        try:
            sign_in(email=cast.tom.email, password="wrong-wrong", address=f"127.0.{n % 250}.{n % 7}", at=NOON)
        except SignInRefused:
            looked_at += 1
        except TooManyTries:
            pass
    return looked_at


def test_three_hundred_guesses_from_many_networks_are_slowed(cast: Cast) -> None:
    assert attack(cast) <= 30
    assert security_of(employee=cast.tom).slowed_at == NOON


def test_the_owner_comes_in_from_a_browser_that_is_known(cast: Cast) -> None:
    token = remember_device(employee=cast.tom, token="", at=NOON)
    attack(cast)
    with pytest.raises(TooManyTries):
        sign_in(email=cast.tom.email, password=PASSWORD, address="198.51.100.9", at=NOON)
    assert sign_in(email=cast.tom.email, password=PASSWORD, address="198.51.100.9", device=token, at=NOON).pk == cast.tom.pk


def test_a_known_browser_has_a_budget_too(cast: Cast) -> None:
    token = remember_device(employee=cast.tom, token="", at=NOON)
    with pytest.raises(TooManyTries):
        for _ in range(20):
            with pytest.raises(SignInRefused):
                sign_in(email=cast.tom.email, password="wrong-wrong", address="192.0.2.1", device=token, at=NOON)


def test_a_device_helps_only_the_one_whose_it_is(cast: Cast) -> None:
    token = remember_device(employee=cast.ines, token="", at=NOON)
    attack(cast)
    with pytest.raises(TooManyTries):
        sign_in(email=cast.tom.email, password=PASSWORD, address="198.51.100.9", device=token, at=NOON)


def test_a_new_password_forgets_all_devices(cast: Cast) -> None:
    remember_device(employee=cast.tom, token="", at=NOON)
    change_password(employee=cast.tom, old=PASSWORD, new="another-long-word-9", at=NOON)
    assert not KnownDevice.objects.filter(employee=cast.tom).exists()


def test_a_network_that_tried_many_accounts_is_named_to_those_who_manage_staff(cast: Cast) -> None:
    for n in range(60):
        with pytest.raises((SignInRefused, TooManyTries)):
            sign_in(email=f"person{n}@bakery.example", password="wrong-wrong", address="203.0.113.5", at=NOON)
    assert networks_slowed_since(since=NOON) == [("203.0.113.0/24", NOON)]
