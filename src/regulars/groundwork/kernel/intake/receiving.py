"""A file comes in: it is kept under a random name, looked at from end to end, and becomes a batch."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.intake.kinds import Ground, Kind
from regulars.groundwork.kernel.intake.plans import Plan
from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.groundwork.kernel.tables.opening import Table, open_table
from regulars.groundwork.kernel.tables.problems import shortened
from regulars.groundwork.kernel.tables.refused import FileTooLarge, UnreadableFile
from regulars.groundwork.kernel.tables.survey import FILE_BYTES_MAX, Survey, survey_file

BLOCK = 1 << 20


class FileGone(UnreadableFile):
    code = "file_gone"

    def __init__(self) -> None:
        super().__init__(_("The file of this import is no longer kept. Choose it again."))


def imports_folder() -> Path:
    """Where files wait while they are taken over; only this program may look inside."""
    folder = Path(settings.VAR) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def kept_file(batch: ImportBatch) -> Path:
    """The file of a batch. Raises FileGone."""
    path = imports_folder() / batch.stored_as
    if not batch.stored_as or not path.is_file():
        raise FileGone
    return path


def receive_upload(
    *,
    kind: Kind,
    ground: Ground,
    branch_ids: Iterable[int] | None,
    file_name: str,
    pieces: Iterable[bytes],
    plan: Plan,
    size_max: int,
    actor: str,
) -> ImportBatch:
    """Keep what is uploaded, piece by piece. Raises an UnreadableFile; then nothing is kept."""
    stored = imports_folder() / _random_name(file_name)
    try:
        with stored.open("xb") as out:
            _copy_within(pieces, out, size_max)
        return _batch_of(stored, kind=kind, ground=ground, branch_ids=branch_ids, file_name=file_name, plan=plan, actor=actor)
    except BaseException:
        stored.unlink(missing_ok=True)
        raise


def receive_path(
    *, kind: Kind, ground: Ground, path: Path, plan: Plan, actor: str, survey: Survey, branch_ids: Iterable[int] | None = None
) -> ImportBatch:
    """Take a file of this machine: a copy is kept, so that the original may change while the import runs."""
    stored = imports_folder() / _random_name(path.name)
    try:
        shutil.copyfile(path, stored)
        os.chmod(stored, 0o600)
        return _batch_of(
            stored, kind=kind, ground=ground, branch_ids=branch_ids, file_name=path.name, plan=plan, actor=actor, survey=survey
        )
    except BaseException:
        stored.unlink(missing_ok=True)
        raise


def survey_path(path: Path) -> Survey:
    """Look at a file of this machine. Raises an UnreadableFile, also for a file that isn't there or may not be read."""
    try:
        if not path.is_file():
            raise UnreadableFile(_("There is no file “%(name)s”.") % {"name": shortened(str(path))})
        return survey_file(path)
    except OSError as fault:
        raise UnreadableFile(
            _("The file “%(name)s” can't be read: %(why)s.") % {"name": shortened(path.name), "why": fault.strerror or ""}
        ) from None


def opened(batch: ImportBatch) -> Table:
    """The batch's file as a table, read as its plan says."""
    path = kept_file(batch)
    table = open_table(path, Plan.unpacked(batch.plan).reading if batch.plan else None)
    return table


def forget_file(batch: ImportBatch) -> None:
    """Drop the kept file: it holds personal data and has served."""
    if batch.stored_as:
        (imports_folder() / batch.stored_as).unlink(missing_ok=True)


def _batch_of(
    stored: Path,
    *,
    kind: Kind,
    ground: Ground,
    branch_ids: Iterable[int] | None,
    file_name: str,
    plan: Plan,
    actor: str,
    survey: Survey | None = None,
) -> ImportBatch:
    survey = survey or survey_file(stored, size_max=FILE_BYTES_MAX)
    table = open_table(stored, plan.reading, survey=survey)
    return ImportBatch.objects.create(
        tenant_id=ground.tenant_id,
        branch_ids=None if branch_ids is None else sorted(branch_ids),
        kind=kind.name,
        state=BatchState.UPLOADED,
        actor=actor,
        file_name=shortened(Path(file_name.replace("\\", "/")).name) or "file",
        stored_as=stored.name,
        digest=survey.digest,
        size_bytes=survey.size,
        rows_expected=max(0, survey.lines - table.header_row),
        plan=plan.packed(),
    )


def _random_name(file_name: str) -> str:
    ending = Path(file_name).suffix.lower()
    return secrets.token_hex(16) + (ending if ending in (".csv", ".xlsx", ".txt", ".tsv") else ".table")


def _copy_within(pieces: Iterable[bytes], out: BinaryIO, size_max: int) -> None:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > size_max:
            raise FileTooLarge(size, size_max)
        out.write(piece)
