"""Staged rows into slots, for kinds whose slots are numbered by one expression; and out of them again, chunk by chunk."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import fetch, run
from regulars.groundwork.kernel.intake.kinds import Task

EACH_ROW = "row_number() OVER (ORDER BY r.row)"


def fill_slots(task: Task, *, slot: str = EACH_ROW) -> int:
    """Make `ready_table` out of `rows_table` (called `r` in the expression `slot`); returns how many slots there are."""
    made = "CREATE UNLOGGED TABLE" if on_postgres() else "CREATE TABLE"
    run(f"DROP TABLE IF EXISTS {task.ready_table}")
    run(f"{made} {task.ready_table} AS SELECT {slot} AS slot, r.* FROM {task.rows_table} r")
    run(f"CREATE INDEX {task.ready_table}_slot ON {task.ready_table} (slot)")
    return int(fetch(f"SELECT coalesce(max(slot), 0) FROM {task.ready_table}")[0][0])


def rows_in_slots(task: Task, *, columns: Iterable[str], first: int, last: int) -> list[dict[str, Any]]:
    """The rows of these slots by the names of their columns, in the order of the file within each slot."""
    names = list(columns)
    found = fetch(f"SELECT {', '.join(names)} FROM {task.ready_table} WHERE slot BETWEEN %s AND %s ORDER BY slot, row", first, last)
    return [dict(zip(names, row, strict=True)) for row in found]
