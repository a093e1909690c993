"""Statements that are asked thousands of times a second: prepared once a connection, handed to the server without the driver's cursor.

On PostgreSQL parameters and answers travel as text straight through libpq (Python waits without holding the interpreter): a fifth of the
cost of a cursor. As the first statement of a transaction, while queries are counted, and on SQLite, it is an ordinary query with the same
answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import errors, pq

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import fetch

# A statement that ends so is planned each time, for the values that it is asked with. A plan for anybody sorts all rows of somebody, for most have
# few; who has ten thousand would wait two hundred times as long as for the walk along the index that their own plan takes.
PLANNED_ANEW = " /* planned anew */"
_NAMES: WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]] = WeakKeyDictionary()
_NUMBERS = count(1)
# What the server sends for a type (by its number), as Python has it; all else is text.
READERS: dict[int, Callable[[bytes], Any]] = {
    16: lambda text: text == b"t",
    20: int,
    21: int,
    23: int,
    1184: lambda text: datetime.fromisoformat(text.decode()),
}


def fetch_prepared(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """As `dialect.fetch`, prepared. A UUID comes as text. A parameter whose type can't be told from where it stands needs a cast."""
    if not on_postgres():
        return fetch(sql, *values)
    wrapper = connections[DEFAULT_DB_ALIAS]  # Once: the proxy called `connection` costs more than the rest of this function.
    wrapper.ensure_connection()
    raw = cast("psycopg.Connection[Any]", wrapper.connection)
    # In a transaction the driver says BEGIN with its first statement, so that one is the driver's.
    wanted = pq.TransactionStatus.INTRANS if wrapper.in_atomic_block else pq.TransactionStatus.IDLE
    if raw.pgconn.transaction_status != wanted or wrapper.needs_rollback or (wrapper.in_atomic_block and wrapper.queries_logged):
        return fetch(sql, *values)
    with wrapper.wrap_database_errors:
        return _rows(_executed(raw, sql, [_as_text(value) for value in values]))


def _executed(raw: psycopg.Connection[Any], sql: str, values: list[bytes | None]) -> pq.abc.PGresult:
    if sql.endswith(PLANNED_ANEW):
        return _checked(raw, raw.pgconn.exec_params(_numbered(sql), cast("list[bytes]", values)))
    names = _NAMES.setdefault(raw, {})
    name = names.get(sql)
    if name is None:
        name = f"regulars_{next(_NUMBERS)}".encode()
        _checked(raw, raw.pgconn.prepare(name, _numbered(sql)))
        names[sql] = name
    return _checked(raw, raw.pgconn.exec_prepared(name, cast("list[bytes]", values)))


def _checked(raw: psycopg.Connection[Any], result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return result
    _NAMES.pop(raw, None)
    raise errors.error_from_result(result, encoding="utf-8")


def _rows(result: pq.abc.PGresult) -> list[tuple[Any, ...]]:
    width = result.nfields
    readers = [READERS.get(result.ftype(column), bytes.decode) for column in range(width)]
    get = result.get_value
    rows = []
    for row in range(result.ntuples):
        cells = [get(row, column) for column in range(width)]
        rows.append(tuple([None if cell is None else read(cell) for cell, read in zip(cells, readers, strict=True)]))
    return rows


def _as_text(value: Any) -> bytes | None:
    if value is None:
        return None
    if type(value) is str:
        return value.encode()
    if type(value) is datetime:
        return value.isoformat().encode()
    if type(value) is bytes:
        return b"\\x" + value.hex().encode()
    if type(value) is list:
        return ("{" + ",".join(str(one) if type(one) is int else _quoted(one) for one in value) + "}").encode()
    return str(value).encode()


def _quoted(text: str) -> str:
    """A text inside of an array."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=256)
def _numbered(sql: str) -> bytes:
    """The statement with PostgreSQL's own parameter marks."""
    pieces = sql.split("%s")
    return "".join(piece if n == 0 else f"${n}{piece}" for n, piece in enumerate(pieces)).replace("%%", "%").encode()
