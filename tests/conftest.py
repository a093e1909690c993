"""What all tests share: the cast, a fast password hasher, and the marks of the two databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client
from hypothesis import settings as properties

from regulars.contacts.queries.gate_rules import forget_kept_rules

from tests.cast import PASSWORD, Cast, call_the_cast

# Whoever tests a commit gets the same answer as everybody else; `HYPOTHESIS_PROFILE=search ./regulars test` looks for new counterexamples, `long` does so for
# minutes a property. No example has a time limit: machines are busy, and the first call of a compiled rule compiles it.
properties.register_profile("commit", derandomize=True, deadline=None)
properties.register_profile("search", deadline=None, print_blob=True)
properties.register_profile("long", deadline=None, print_blob=True, max_examples=300)
properties.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "commit"))
LOYALTY = import_module("regulars.loyalty.migrations.0002_guard_ledger")

# Each trigger that forbids removal, by name.
NO_REMOVAL = {
    "kernel_auditline_no_removal": import_module("regulars.groundwork.kernel.migrations.0002_guard_audit_trail").SQLITE[1].strip(),
    "contacts_contact_no_removal": import_module("regulars.contacts.migrations.0003_guard_contacts").SQLITE[1].strip(),
    "service_event_no_removal": import_module("regulars.service.migrations.0002_guard_streams").SQLITE[1].strip(),
    "service_ledger_no_removal": import_module("regulars.service.migrations.0002_guard_streams").SQLITE[3].strip(),
    **{f"loyalty_{table}_no_removal": LOYALTY.no_removal(table).strip() for table in LOYALTY.PROGRAM_OF},
}


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, with the least cost: tests sign in thousands of times."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)


@pytest.fixture(autouse=True)
def flushable_audit_trail(request: pytest.FixtureRequest) -> Iterator[None]:
    """SQLite empties tables after a transactional test by DELETE, which triggers rightly refuse: lift them for that moment."""
    marker = request.node.get_closest_marker("django_db")
    transactional = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if not transactional or connection.vendor != "sqlite":
        yield
        return
    request.getfixturevalue("transactional_db")
    with connection.cursor() as cursor:
        for statement in NO_REMOVAL.values():
            cursor.execute(statement.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS"))
    yield
    with connection.cursor() as cursor:
        for name in NO_REMOVAL:
            cursor.execute(f"DROP TRIGGER {name}")


@pytest.fixture(autouse=True)
def fresh_rules() -> None:
    """Rules of the gate are kept by number; in tests the numbers come again."""
    forget_kept_rules()


@pytest.fixture
def cast(db: None) -> Cast:
    """The bakery chain and its neighbours."""
    return call_the_cast()


@pytest.fixture
def desk(cast: Cast) -> Client:
    """A browser in which Ines, the owner, is signed in."""
    client = Client()
    response = client.post("/sign-in/", {"email": cast.ines.email, "password": PASSWORD})
    assert response.status_code == 302, response.content
    return client
