"""Rows in, fast and with flat memory: COPY on PostgreSQL, executemany on SQLite, inside the caller's transaction.

No signals, no defaults of models: what is not in `columns` gets the database's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import batched
from typing import Any, cast

import psycopg
from django.db import connection

SQLITE_ROWS_AT_ONCE = 5_000
POSTGRES_ROWS_AT_ONCE = 1_000


@cache
def on_postgres() -> bool:
    """Whether the database is PostgreSQL (else SQLite)."""
    return connection.vendor == "postgresql"


def copy_rows(*, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append rows to a table; returns how many. Values are database values: ints, texts, None, aware datetimes, UUIDs.

    Raises whatever the database says about a broken constraint; then the whole transaction is lost, as it should be.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("copy_rows() belongs inside a transaction")
    return _copy_postgres(table, columns, rows) if on_postgres() else _insert_sqlite(table, columns, rows)


def _copy_postgres(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    # The framework's own faults, as from any other statement: a broken constraint is an IntegrityError.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        raw = cast("psycopg.Cursor[Any]", cursor.cursor)
        statement = f"COPY {quoted(table)} ({', '.join(map(quoted, columns))}) FROM STDIN"
        with raw.copy(statement.encode()) as stream:
            # Written as text by ourselves, many rows a time: half the cost of handing over row by row.
            for batch in batched(rows, POSTGRES_ROWS_AT_ONCE):
                stream.write(_copy_lines(batch))
                count += len(batch)
    return count


def _copy_lines(rows: Sequence[Sequence[Any]]) -> str:
    """Rows in COPY's text format. The batch with something to escape, or with a NULL, takes the longer way: the counts of marks tell."""
    pattern = "\t".join(["%s"] * len(rows[0]))
    text = "\n".join([pattern % (row if type(row) is tuple else tuple(row)) for row in rows])
    if "None" in text:
        text = "\n".join(["\t".join([cell if type(cell) is str else r"\N" if cell is None else str(cell) for cell in row]) for row in rows])
    tabs = sum(map(len, rows)) - len(rows)
    escapes = "\\" in text and text.count("\\") != sum(cell is None for row in rows for cell in row)
    if escapes or "\r" in text or text.count("\t") != tabs or text.count("\n") != len(rows) - 1:
        text = "\n".join(["\t".join([r"\N" if cell is None else _escaped(str(cell)) for cell in row]) for row in rows])
    return text + "\n"


def _escaped(text: str) -> str:
    """The backslash first, for the others put one in. Replacing is far cheaper than a walk letter by letter."""
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def _insert_sqlite(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    statement = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, columns))}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608 — names are quoted
    count = 0
    with connection.cursor() as cursor:
        for batch in batched(adapted(rows), SQLITE_ROWS_AT_ONCE):
            cursor.executemany(statement, batch)
            count += len(batch)
    return count


def adapted(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """SQLite has neither instants nor UUIDs: as Django stores them, an UTC text and 32 hexadecimal digits."""
    from datetime import UTC, datetime
    from uuid import UUID

    for row in rows:
        yield [
            str(cell.astimezone(UTC).replace(tzinfo=None)) if isinstance(cell, datetime) else cell.hex if isinstance(cell, UUID) else cell
            for cell in row
        ]


def next_ids(*, table: str, count: int) -> list[int]:
    """Ids for `count` rows of a table with an automatic `id`, which nobody else will get.

    On PostgreSQL they come from the sequence; on SQLite from behind the last one ever given, safe while the transaction holds the write
    lock, that is until the rows are in.
    """
    if count <= 0:
        return []
    with connection.cursor() as cursor:
        if on_postgres():
            cursor.execute(
                "SELECT nextval(s.name::regclass) FROM pg_get_serial_sequence(%s, 'id') AS s(name), generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + 1 + count))


def quoted(name: str) -> str:
    """A name as SQL wants it."""
    return connection.ops.quote_name(name)
