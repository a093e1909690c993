"""Columns out, fast and with flat memory: the rows of a query as numpy arrays, part by part.

PostgreSQL answers in its binary COPY format. All kinds of columns here have a fixed width and are never NULL, so a
block of rows is one numpy view without a loop. SQLite is read by `fetchmany`; its instants are texts that numpy parses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, F, Func, QuerySet
from django.db.models.expressions import Combinable

from regulars.groundwork.kernel.bulk.copying import on_postgres

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

type Part = dict[str, npt.NDArray[Any]]

ROWS_AT_ONCE = 200_000
SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER_BYTES = len(SIGNATURE) + 8
POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000  # 2000-01-01, where PostgreSQL counts from


class ColumnKind(StrEnum):
    """What a column holds: whole numbers (bigint), instants (microseconds since 1970, UTC), or flags (boolean)."""

    WHOLE = "whole"
    INSTANT = "instant"
    FLAG = "flag"


class Instant(Func):
    """An instant as the database stores it, past the slow reading of each value into a datetime."""

    template = "%(expressions)s"
    output_field = DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS TEXT)", **extra)


def instant(name: str) -> Combinable:
    """The expression to annotate for an instant column: `rows.annotate(when=instant("at"))`."""
    return Instant(F(name))


def stream_columns(rows: QuerySet[Any, tuple[Any, ...]], kinds: Mapping[str, ColumnKind], *, at_once: int = ROWS_AT_ONCE) -> Iterator[Part]:
    """The rows as parts of at most about `at_once` rows, in the query's order; each part maps names to arrays.

    `rows` is a `values_list()` of exactly the names in `kinds`, in that order; instants are annotated with `instant()`.
    Raises ValueError when a value is NULL or wider than its kind.
    """
    parts = _from_postgres(rows, kinds, at_once) if on_postgres() else _from_sqlite(rows, kinds, at_once)
    for part in parts:
        if len(next(iter(part.values()))):
            yield part


def _from_postgres(rows: QuerySet[Any, Any], kinds: Mapping[str, ColumnKind], at_once: int) -> Iterator[Part]:
    """Over a connection of its own, so that the caller may use the database between two parts.

    Inside a transaction only its own connection sees its rows; there all parts are read before the first is handed out.
    """
    if connection.in_atomic_block:
        yield from list(_copied(connection, rows, kinds, at_once))
        return
    own = connection.copy()
    try:
        yield from _copied(own, rows, kinds, at_once)
    finally:
        own.close()


def _copied(over: BaseDatabaseWrapper, rows: QuerySet[Any, Any], kinds: Mapping[str, ColumnKind], at_once: int) -> Iterator[Part]:
    layout = _row_layout(kinds)
    statement, values = rows.query.sql_with_params()
    with over.cursor() as cursor:
        raw = cast("psycopg.Cursor[Any]", cursor.cursor)
        copying = f"COPY ({statement}) TO STDOUT (FORMAT BINARY)"
        pending: list[bytes] = []
        waiting, wanted = 0, at_once * layout.itemsize
        with raw.copy(copying.encode(), values) as stream:
            blocks = iter(bytes(block) for block in stream)
            first = next(blocks, b"")
            if not first.startswith(SIGNATURE):
                raise ValueError("the database did not answer in its binary format")
            for block in chain([first[HEADER_BYTES:]], blocks):
                pending.append(block)
                waiting += len(block)
                if waiting >= wanted:
                    held = b"".join(pending)
                    whole = len(held) // layout.itemsize * layout.itemsize
                    # The last two bytes of the stream are its end mark and look like the start of a row.
                    yield _part(held[:whole], layout, kinds)
                    pending, waiting = [held[whole:]], len(held) - whole
        held = b"".join(pending)
        if not held.endswith(b"\xff\xff"):
            raise ValueError("the stream of rows broke off")
        yield _part(held[:-2], layout, kinds)


WIDTHS = {ColumnKind.WHOLE: 8, ColumnKind.INSTANT: 8, ColumnKind.FLAG: 1}


def _row_layout(kinds: Mapping[str, ColumnKind]) -> np.dtype[Any]:
    import numpy as np  # loads here: a web process never computes over everybody

    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields.append((f"width of {name}", ">i4"))
        fields.append((name, "u1" if kind is ColumnKind.FLAG else ">i8"))
    return np.dtype(fields)


def _part(held: bytes, layout: np.dtype[Any], kinds: Mapping[str, ColumnKind]) -> Part:
    import numpy as np  # loads here: a web process never computes over everybody

    if len(held) % layout.itemsize:
        raise ValueError("a column holds NULL or a value wider than its kind")
    table = np.frombuffer(held, dtype=layout)
    if np.any(table["fields"] != len(kinds)):
        raise ValueError("a column holds NULL or a value wider than its kind")
    part: Part = {}
    for name, kind in kinds.items():
        if np.any(table[f"width of {name}"] != WIDTHS[kind]):
            raise ValueError(f"the column {name!r} holds NULL or a value wider than its kind")
        if kind is ColumnKind.FLAG:
            part[name] = table[name].astype(np.bool_)
        else:
            shift = POSTGRES_EPOCH_MICROSECONDS if kind is ColumnKind.INSTANT else 0
            part[name] = table[name].astype(np.int64) + shift
    return part


def _from_sqlite(rows: QuerySet[Any, Any], kinds: Mapping[str, ColumnKind], at_once: int) -> Iterator[Part]:
    statement, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        while block := cursor.fetchmany(at_once):
            columns = zip(*block, strict=True)
            yield {name: _from_values(name, column, kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)}


def _from_values(name: str, column: tuple[Any, ...], kind: ColumnKind) -> npt.NDArray[Any]:
    import numpy as np  # loads here: a web process never computes over everybody

    if None in column:
        raise ValueError(f"the column {name!r} holds NULL")
    if kind is ColumnKind.INSTANT:
        return np.array(column, dtype="datetime64[us]").astype(np.int64)
    return np.array(column, dtype=np.bool_ if kind is ColumnKind.FLAG else np.int64)
