"""Rows of a file into a table of the batch's own.

The table is made for the batch and dropped with it: no index, on PostgreSQL no write-ahead log. The file stays the truth; a table that a
crash of the database emptied is filled again from it. Each chunk commits together with the number of the row it ended at.
"""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from django.db import connection, transaction

from regulars.groundwork.kernel.bulk.copying import copy_rows, on_postgres
from regulars.groundwork.kernel.bulk.dialect import fetch, run
from regulars.groundwork.kernel.intake.kinds import Kind, RowReader, SpoiledRow, StagedRow, Task
from regulars.groundwork.kernel.intake.plans import positions_of
from regulars.groundwork.kernel.models import ImportBatch, ImportFault
from regulars.groundwork.kernel.tables.opening import Row, Table
from regulars.groundwork.kernel.tables.problems import BadCell

ROWS_AT_ONCE = 20_000
OnProgress = Callable[[str, int, int], None]


class BatchMoved(Exception):
    """Another process works on this batch; this one must stop without a trace."""


def stage_rows(*, batch: ImportBatch, kind: Kind, task: Task, table: Table, progress: OnProgress) -> None:
    """Stage what is not staged yet; `progress(step, done, expected)` is called between chunks."""
    if not _table_holds(batch, task):
        _start_again(batch, kind, task)
    reader = kind.row_reader(task, positions_of(table, task.plan.columns))
    rows = table.rows(after=batch.rows_staged)
    while True:
        chunk = _Chunk(islice(rows, ROWS_AT_ONCE), reader, table)
        with transaction.atomic():
            claim_batch(batch)
            copy_rows(table=task.rows_table, columns=list(kind.columns_for(task)), rows=chunk.staged())
            if chunk.read == 0:
                break
            write_faults(batch, chunk.faults, decided=False)
            batch.read += chunk.read
            batch.skipped += chunk.blank
            batch.failed += len(chunk.faults)
            batch.rows_staged = chunk.last
            batch.save(update_fields=["read", "skipped", "failed", "rows_staged"])
        progress("reading", batch.read, max(batch.rows_expected, batch.read))
    ImportBatch.objects.filter(pk=batch.pk).update(rows_expected=batch.read)
    batch.rows_expected = batch.read


def write_faults(batch: ImportBatch, faults: list[tuple[int, str]], *, decided: bool) -> None:
    """Note rows that were not taken."""
    copy_rows(
        table=ImportFault._meta.db_table,
        columns=["batch_id", "row", "note", "decided"],
        rows=((batch.pk, row, note[:200], decided) for row, note in faults),
    )


def drop_tables(task: Task) -> None:
    """Drop the batch's own tables."""
    for name in (task.rows_table, task.ready_table):
        run(f"DROP TABLE IF EXISTS {name}")


def make_table(name: str, columns: dict[str, str]) -> None:
    """A fresh table of the batch's own."""
    run(f"DROP TABLE IF EXISTS {name}")
    body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    run(f"CREATE {'UNLOGGED ' if on_postgres() else ''}TABLE {name} ({body})")


class _Chunk:
    """Counts while rows stream through into the table."""

    def __init__(self, rows: Iterator[Row], reader: RowReader, table: Table) -> None:
        self.rows, self.reader, self.table = rows, reader, table
        self.read = self.blank = self.last = 0
        self.faults: list[tuple[int, str]] = []

    def staged(self) -> Iterator[StagedRow]:
        reader, width = self.reader, len(self.table.header)
        number = 0
        for number, cells in self.rows:
            self.read += 1
            if self.table.unclosed_row is not None:  # It swallowed the rest of the file: whatever it seems to hold, it was not read well.
                self.faults.append((number, "quote_not_closed"))
                continue
            if len(cells) != width:
                if any(cell.strip() for cell in cells[width:]):
                    self.faults.append((number, BadCell("too_many_cells", f"{len(cells)} > {width}").note))
                    continue
                # Short rows end in empty cells, long ones have nothing but empty cells too many.
                cells = cells[:width] + [""] * (width - len(cells))
            try:
                yield reader(number, cells)
            except BadCell as fault:
                if not any(cell.strip() for cell in cells):
                    self.blank += 1
                else:
                    self.faults.append((number, fault.note))
            except SpoiledRow as spoiled:
                self.faults.append((number, spoiled.note))
                yield spoiled.staged
        self.last = number or self.last


def claim_batch(batch: ImportBatch) -> None:
    """Lock the batch and see that nobody else has moved it on: a late worker must not stage a chunk twice."""
    rows = ImportBatch.objects.select_for_update().filter(pk=batch.pk)
    now = rows.values_list("state", "rows_staged", "slots_done").first()
    if now != (batch.state, batch.rows_staged, batch.slots_done):
        raise BatchMoved


def _table_holds(batch: ImportBatch, task: Task) -> bool:
    """Whether the rows staged so far are still there (a crash of PostgreSQL empties unlogged tables)."""
    if batch.rows_staged == 0 or task.rows_table not in connection.introspection.table_names():
        return False
    staged_well = batch.read - batch.skipped - batch.failed > 0
    return not staged_well or bool(fetch(f"SELECT 1 FROM {task.rows_table} LIMIT 1"))


def holds_ready(batch: ImportBatch, task: Task) -> bool:
    """Whether the arranged rows are still there."""
    if task.ready_table not in connection.introspection.table_names():
        return False
    return batch.slots == 0 or bool(fetch(f"SELECT 1 FROM {task.ready_table} LIMIT 1"))


def _start_again(batch: ImportBatch, kind: Kind, task: Task) -> None:
    with transaction.atomic():
        ImportFault.objects.filter(batch=batch, decided=False).delete()
        make_table(task.rows_table, kind.columns_for(task))
        batch.read = batch.skipped = batch.rows_staged = 0
        batch.failed = ImportFault.objects.filter(batch=batch).count()
        batch.save(update_fields=["read", "skipped", "failed", "rows_staged"])
