"""The inventory: every column that can hold a text, and the class that the project's table gives it (decision D21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

# What can hold a text. Numbers, instants and pointers take the class of their row.
TELLING = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.DateField, models.GenericIPAddressField)


@dataclass(frozen=True)
class StoredColumn:
    """A column and its class; "" when nobody gave it one."""

    table: str
    column: str
    kind: str


def stored_columns() -> list[StoredColumn]:
    """Every telling column of every table, by table and column."""
    given = _given()
    return [
        StoredColumn(model._meta.db_table, str(field.column), given.get((model._meta.db_table, str(field.column)), ""))
        for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.db_table)
        for field in model._meta.fields
        if isinstance(field, TELLING) and not isinstance(field, models.DateTimeField)
    ]


def faults_in_inventory() -> list[str]:
    """A sentence for each column without a class, each class that is none, each entry without a column."""
    classes: dict[str, str] = import_string(settings.PERSONAL_CLASSES)
    stored = stored_columns()
    known = {(one.table, one.column) for one in stored}
    faults = [f"{one.table}.{one.column} has no class." for one in stored if not one.kind]
    faults += [
        f"{one.table}.{one.column} is of the class {one.kind!r}, which is none." for one in stored if one.kind and one.kind not in classes
    ]
    return faults + [f"{table}.{column} has a class but is no column." for table, column in sorted(set(_given()) - known)]


def _given() -> dict[tuple[str, str], str]:
    table: dict[str, dict[str, Any]] = import_string(settings.PERSONAL_COLUMNS)
    return {(name, column): kind for name, by_kind in table.items() for kind, columns in by_kind.items() for column in columns.split()}
