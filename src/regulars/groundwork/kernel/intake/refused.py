"""The rows that were not taken, as a file: the original columns, then the reason. It can be imported again; the reason is ignored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from regulars.groundwork.kernel.intake import receiving
from regulars.groundwork.kernel.intake.plans import REASON_COLUMN
from regulars.groundwork.kernel.models import ImportBatch, ImportFault
from regulars.groundwork.kernel.tables.problems import sentence_of
from regulars.groundwork.kernel.tables.writing import restored, write_csv

ENDING = "-not-taken.csv"


def error_file(batch: ImportBatch) -> Path | None:
    """Where the error file of a batch is, when it has one."""
    path = _path(batch)
    return path if path.is_file() else None


def write_error_file(batch: ImportBatch) -> Path | None:
    """Write it while the batch's own file is still there. None when every row was taken."""
    if not ImportFault.objects.filter(batch=batch).exists():
        return None
    path = _path(batch)
    delimiter = batch.plan.get("delimiter") or ","
    write_csv(path, _lines(batch), delimiter=delimiter)
    path.chmod(0o600)
    return path


def forget_error_file(batch: ImportBatch) -> None:
    """Drop it."""
    _path(batch).unlink(missing_ok=True)


def first_faults(batch: ImportBatch, count: int = 20) -> list[tuple[int, str]]:
    """The first refused rows as (number in the file, sentence)."""
    rows = ImportFault.objects.filter(batch=batch).order_by("row").values_list("row", "note")[:count]
    return [(row, sentence_of(note)) for row, note in rows]


def _lines(batch: ImportBatch) -> Iterator[list[str]]:
    """One pass over the file beside one over the faults, both in the order of rows: memory stays flat."""
    table = receiving.opened(batch)
    own = REASON_COLUMN in table.header and table.header.index(REASON_COLUMN)
    width = len(table.header)

    def without_reason(cells: list[str]) -> list[str]:
        cells = [_printable(cell) for cell in cells] + [""] * (width - len(cells))
        return [cell for place, cell in enumerate(cells) if place != own or own is False]

    yield [*without_reason(table.header), REASON_COLUMN]
    faults = ImportFault.objects.filter(batch=batch).order_by("row").values_list("row", "note").iterator(chunk_size=2_000)
    wanted = next(faults, None)
    for number, cells in table.rows():
        if wanted is None:
            break
        if number == wanted[0]:
            yield [*without_reason(cells), sentence_of(wanted[1])]
            wanted = next(faults, None)


def _printable(cell: str) -> str:
    """Cells as they were, but for bytes that no text can hold."""
    return restored(cell).encode("utf-8", "replace").decode()


def _path(batch: ImportBatch) -> Path:
    return receiving.imports_folder() / f"{batch.public_id}{ENDING}"
