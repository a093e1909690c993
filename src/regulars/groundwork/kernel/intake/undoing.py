"""Taking a batch back: chunk by chunk, in three buckets: undone, kept because changed or used since, gone already."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.intake import refused
from regulars.groundwork.kernel.intake.kinds import kind_named
from regulars.groundwork.kernel.intake.running import task_of
from regulars.groundwork.kernel.intake.staging import OnProgress
from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.groundwork.kernel.refusals import Refusal


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Only a finished import can be undone, and only once."))


def begin_undo(batch: ImportBatch, *, at: datetime) -> None:
    """Mark a finished batch as being undone; one that is being undone goes on. Raises NothingToUndo."""
    begun = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.FINISHED).update(state=BatchState.UNDOING, started_at=at)
    if not begun and not ImportBatch.objects.filter(pk=batch.pk, state=BatchState.UNDOING).exists():
        raise NothingToUndo


def carry_out_undo(*, batch_id: int, at: datetime, actor: str, progress: OnProgress) -> ImportBatch:
    """Undo until nothing is left to do; a crash between two chunks loses nothing."""
    batch = ImportBatch.objects.get(pk=batch_id)
    kind = kind_named(batch.kind)
    task = task_of(batch, at=at)
    while batch.state == BatchState.UNDOING:
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
            if batch.state != BatchState.UNDOING:
                break
            step = kind.undo_step(task, batch)
            batch.undone += step.undone
            batch.kept += step.kept
            batch.gone += step.gone
            for name, count in step.remarks.items():
                batch.result[name] = count
            if not step.more:
                batch.state, batch.finished_at = BatchState.UNDONE, at
            batch.save()
            if not step.more:
                kind.conclude_undo(task, batch)
        progress("undoing", batch.undone + batch.kept + batch.gone, batch.created + batch.updated)
    refused.forget_error_file(batch)
    return batch
