"""The few words in which the two databases differ, for set-based statements written once.

Each function returns a piece of SQL made of constants and of names that the program itself chose; nothing from outside gets in.
"""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection

from regulars.groundwork.kernel.bulk.copying import on_postgres

UUIDV7_BUILT_IN = 180_000


def instant_sql(seconds: str) -> str:
    """An expression of whole seconds since 1970 as the column type of an instant."""
    return f"to_timestamp({seconds})" if on_postgres() else f"datetime({seconds}, 'unixepoch')"


def seconds_sql(instant: str) -> str:
    """An instant column as whole seconds since 1970."""
    return f"floor(extract(epoch FROM {instant}))::bigint" if on_postgres() else f"CAST(strftime('%%s', {instant}) AS INTEGER)"


def instant_value(instant: datetime) -> datetime | str:
    """An instant as a parameter of plain SQL: SQLite keeps a UTC text."""
    return instant if on_postgres() else str(instant.astimezone(UTC).replace(tzinfo=None))


def instant_in(value: Any) -> datetime:
    """An instant out of a row of plain SQL: SQLite gives the UTC text that it keeps."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def new_uuid_sql(at: datetime) -> str:
    """A fresh UUIDv7 for each row, with the time of `at` (RFC 9562: 48 bits of time, version, variant, random bits)."""
    stamp = f"{int(at.timestamp() * 1000) & ((1 << 48) - 1):012x}"
    if on_postgres():
        if connection.pg_version >= UUIDV7_BUILT_IN:  # type: ignore[attr-defined]
            return "uuidv7()"
        return f"('{stamp[:8]}-{stamp[8:]}-7' || substr(gen_random_uuid()::text, 16))::uuid"
    tail = "substr('89ab', (random() & 3) + 1, 1) || substr(lower(hex(randomblob(8))), 2)"
    return f"('{stamp}7' || substr(lower(hex(randomblob(2))), 2) || {tail})"


def new_id_sql(table: str, order: str) -> str:
    """The next automatic id of `table` for each row of a SELECT; `order` is what numbers the rows on SQLite."""
    if on_postgres():
        # The sequence's name is looked up once, not for each row.
        sequence = fetch("SELECT pg_get_serial_sequence(%s, 'id')", table)[0][0]
        return f"nextval('{sequence}'::regclass)"
    return f"(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '{table}') + row_number() OVER (ORDER BY {order})"


def by_code_point(column: str) -> str:
    """Order a text column by code point: fast, and the same on both databases."""
    return f'{column} COLLATE "C"' if on_postgres() else column


def run(sql: str, *values: Any) -> int:
    """Execute one statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return int(cursor.rowcount)


def fetch(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Execute one query and fetch all of its rows: for answers that a chunk bounds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def scratch_table(name: str, select: str, *values: Any) -> None:
    """Make (or make anew) a temporary table of this connection out of a query."""
    run(f"DROP TABLE IF EXISTS {name}")
    run(f"CREATE TEMPORARY TABLE {name} AS {select}", *values)


def tune_for_sets() -> None:
    """Settings for the rest of this transaction that suit few large statements. On SQLite there is nothing to set.

    A chunk commits together with the note that it is done, so a crash of the server may lose its last chunks but never a part of one;
    waiting for the disk at each would buy nothing.
    """
    if on_postgres():
        run("SET LOCAL jit = off")
        run("SET LOCAL work_mem = '64MB'")
        run("SET LOCAL synchronous_commit = off")


def check_references_by_sets(*, tables: Sequence[str]) -> bool:
    """For the rest of this transaction, let no trigger look up each row's foreign keys; True when that is so.

    PostgreSQL checks them row by row, which costs as much as the writing. Who may switch that off (a superuser, or whoever was granted
    SET on session_replication_role) and then *must* lock the rows referred to, set by set, gets the same guarantee in one statement.
    The switch silences every trigger, so it is not touched when one of the tables written (`tables`) has a trigger of ours.
    """
    if not on_postgres():
        return False
    allowed = "SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')"
    own_triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ANY(%s::regclass[])"
    if not fetch(allowed)[0][0] or fetch(own_triggers, list(tables))[0][0]:
        return False
    run("SET LOCAL session_replication_role = replica")
    return True


@contextmanager
def references_by_sets(*, tables: Sequence[str]) -> Iterator[bool]:
    """`check_references_by_sets` for a block inside a transaction that may go on with other writes: their references are looked up again."""
    by_sets = check_references_by_sets(tables=tables)
    yield by_sets
    if by_sets:
        run("SET LOCAL session_replication_role = origin")


def lock_referred(*, table: str, ids: str) -> None:
    """Lock the rows of `table` whose ids the query `ids` yields, so that they stay until the transaction ends, as a foreign key would.

    Raises IntegrityError when one is missing.
    """
    wanted = f"SELECT DISTINCT w.id FROM ({ids}) w(id) WHERE w.id IS NOT NULL"
    locked = f"SELECT t.id FROM {table} t WHERE t.id IN ({wanted}) ORDER BY t.id FOR KEY SHARE"
    missing = fetch(f"WITH locked AS ({locked}), wanted AS ({wanted}) SELECT (SELECT count(*) FROM wanted) - (SELECT count(*) FROM locked)")
    if missing[0][0]:
        raise IntegrityError(f"rows of {table} that are referred to are gone")


def numbers_sql(numbers: Iterable[int]) -> str:
    """A query that yields these numbers, on PostgreSQL."""
    return f"SELECT unnest('{{{','.join(str(int(one)) for one in numbers)}}}'::bigint[])"


@contextmanager
def joined_by_sets() -> Iterator[None]:
    """Within the block, PostgreSQL joins by hashing or sorting, never row by row.

    Of a fresh temporary table the planner knows nothing, takes a filter on it to leave a row or two, and may then go through the other
    table once for each of fifty thousand. On SQLite, which keeps an index for the purpose, there is nothing to forbid.
    """
    if on_postgres():
        run("SET LOCAL enable_nestloop = off")
    yield
    if on_postgres():
        run("RESET enable_nestloop")


def count_rows_for_planner(table: str) -> None:
    """Tell PostgreSQL's planner what is in a fresh table: without that it may join large sets row by row."""
    if on_postgres():
        run(f"ANALYZE {table}")


def drop_scratch(*names: str) -> None:
    """Drop temporary tables."""
    for name in names:
        run(f"DROP TABLE IF EXISTS {name}")
