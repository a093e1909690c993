"""Many rows changed by one statement each set: arrays on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Model

from regulars.groundwork.kernel.bulk.copying import adapted, on_postgres, quoted

ROWS_AT_ONCE = 1_000


def change_rows(*, model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set these columns (by their names in the table) of rows by primary key: each row holds the values in order, then the key.

    Values are database values. Nothing is announced and no signal sent; what a constraint refuses is refused.
    """
    own = _key_of(model)
    table, key = quoted(model._meta.db_table), quoted(own)
    with connection.cursor() as cursor:
        if not on_postgres():
            places = ", ".join(f"{quoted(name)} = %s" for name in names)
            cursor.executemany(f"UPDATE {table} SET {places} WHERE {key} = %s", list(adapted(rows)))  # noqa: S608 — names only
            return
        # A statement for each row would be parsed and planned for each row.
        places = ", ".join(f"{quoted(name)} = given.{quoted(name)}" for name in names)
        columns = (*names, own)
        arrays = ", ".join(f"%s::{_type_of(model, name)}[]" for name in columns)
        statement = (
            f"UPDATE {table} SET {places} FROM unnest({arrays}) AS given ({', '.join(map(quoted, columns))})"  # noqa: S608 — names only
            f" WHERE {table}.{key} = given.{key}"
        )
        for some in batched(rows, ROWS_AT_ONCE):
            cursor.execute(statement, [list(column) for column in zip(*some, strict=True)])


def _key_of(model: type[Model]) -> str:
    key = model._meta.pk
    assert key is not None
    assert key.column is not None
    return key.column


@cache
def _type_of(model: type[Model], column: str) -> str:
    """The type of a column for an array of its values; without a length, which a cast would cut to in silence."""
    field = next(one for one in model._meta.concrete_fields if one.column == column)
    kind = str(field.db_type(connection))
    return "text" if kind.startswith("varchar") else kind
