"""Every column that can hold a text has a class; a new one without a class is found."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from regulars.groundwork.kernel.inventory import faults_in_inventory, stored_columns
from regulars.project import personal
from regulars.project.cli import parser

from tests.cast import Cast


def test_every_column_has_a_class() -> None:
    """Reliability M10."""
    assert faults_in_inventory() == []


@pytest.mark.django_db
def test_the_inventory_leaves_no_telling_column_of_the_database_out() -> None:
    """Asked of the database itself: whatever column has a text type is named."""
    texts = ("char", "text", "json", "bytea", "blob", "date")
    named = {(one.table, one.column) for one in stored_columns()}
    missing = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(
                ("django_migrations", "sqlite_", "intake_", "pg_", "service_case_fts")
            ):  # the last: an index of service_case.words
                continue
            if connection.vendor == "sqlite":
                cursor.execute(f'PRAGMA table_info("{table}")')
                columns = [(row[1], row[2].lower()) for row in cursor.fetchall()]
            else:
                cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
                columns = [(row[0], row[1].lower()) for row in cursor.fetchall()]
            for column, kind in columns:
                telling = kind.startswith(("varchar", "character", *texts)) and not kind.startswith(("datetime", "char(32)"))
                if telling and (table, column) not in named:
                    missing.append(f"{table}.{column} {kind}")
    assert missing == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.pop("customers_contactpoint"), "customers_contactpoint.value has no class."),
        (
            lambda table: table["customers_contactpoint"].update(reach="kind value normal label ghost"),
            "customers_contactpoint.ghost has a class but is no column.",
        ),
        (
            lambda table: table.update(customers_contactpoint={"gossip": "kind value normal label"}),
            "customers_contactpoint.value is of the class 'gossip', which is none.",
        ),
    ],
)
def test_a_column_that_nobody_classed_is_found(monkeypatch: pytest.MonkeyPatch, change: object, sentence: str) -> None:
    copy = {table: dict(classes) for table, classes in personal.PERSONAL.items()}
    change(copy)  # type: ignore[operator]
    monkeypatch.setattr(personal, "PERSONAL", copy)
    assert sentence in faults_in_inventory()


@pytest.mark.django_db
def test_the_command_names_columns_and_writes_the_record(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        arguments = parser().parse_args(["customers", "inventory", "--business", "Fennel & Rye", *words])
        return int(arguments.run(arguments)), capsys.readouterr().out

    code, text = say()
    assert code == 0
    assert "customers_contactpoint.normal" in text
    assert json.loads(say("--json")[1])["customers_customer.family_name"] == "identity"
    record = json.loads(say("--record")[1])
    assert record["controller"] == "Fennel & Rye"
    assert {"name": "offers", "label": "Offers", "ground": "consent"} in record["purposes"]
    assert say("--check")[0] == 0
    monkeypatch.setattr(personal, "PERSONAL", {})
    assert say("--check")[0] == 1
