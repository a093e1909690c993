"""What people do with a batch on a screen: look, check, take over, take back, discard. The work itself is queued."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.intake import receiving, refused
from regulars.groundwork.kernel.intake.jobs import queue_work
from regulars.groundwork.kernel.intake.plans import Plan
from regulars.groundwork.kernel.intake.running import RESTING, begin, forget_check, forget_reading
from regulars.groundwork.kernel.intake.undoing import begin_undo
from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.groundwork.kernel.refusals import NotFound, Refusal

AT_WORK = (BatchState.CHECKING, BatchState.RUNNING, BatchState.UNDOING)


class BatchBusy(Refusal):
    code = "import_busy"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This import is at work, or done already. Look at it again."))


def batches_of(*, tenant_id: int, branch_ids: frozenset[int] | None, limit: int = 50) -> list[ImportBatch]:
    """The latest imports that the caller may see: who looks after some branches sees those for these branches only."""
    rows = ImportBatch.objects.filter(tenant_id=tenant_id).order_by("-pk")
    return [row for row in rows[: limit * 4] if _visible(row, branch_ids)][:limit]


def batch_of(*, tenant_id: int, branch_ids: frozenset[int] | None, public_id: str) -> ImportBatch:
    """One visible import. Raises NotFound."""
    from regulars.groundwork.kernel.ids import parsed

    key = parsed(public_id)
    row = ImportBatch.objects.filter(tenant_id=tenant_id, public_id=key).first() if key else None
    if row is None or not _visible(row, branch_ids):
        raise NotFound(_("There is no such import."))
    return row


def set_plan(*, batch: ImportBatch, plan: Plan) -> None:
    """Say how the file is to be read; whatever was read in another way is forgotten. Raises BatchBusy."""
    with transaction.atomic():
        row = _resting(batch)
        if row.plan != plan.packed() or row.state == BatchState.FAILED:
            forget_reading(row)
            row.plan = plan.packed()
            row.save(update_fields=["plan"])


def start_check(*, batch: ImportBatch, at: datetime, actor: str) -> None:
    """Queue a dry run. Raises BatchBusy."""
    with transaction.atomic():
        row = _resting(batch)
        forget_check(row)
        begin(row, write=False, at=at)
        queue_work(row, act="check", actor=actor, turn=at.isoformat())


def start_run(*, batch: ImportBatch, at: datetime, actor: str) -> None:
    """Queue the real run of a checked batch. Raises BatchBusy."""
    with transaction.atomic():
        row = _resting(batch)
        if row.state != BatchState.CHECKED:
            raise BatchBusy
        forget_check(row)
        begin(row, write=True, at=at)
        queue_work(row, act="run", actor=actor, turn=at.isoformat())


def start_undo(*, batch: ImportBatch, at: datetime, actor: str) -> None:
    """Queue the undo of a finished batch. Raises NothingToUndo."""
    with transaction.atomic():
        begin_undo(batch, at=at)
        queue_work(batch, act="undo", actor=actor, turn=at.isoformat())


def discard_batch(*, batch: ImportBatch) -> None:
    """Forget a batch that was never taken over, with its file. Raises BatchBusy."""
    with transaction.atomic():
        row = _resting(batch)
        forget_reading(row)
        row.delete()
    receiving.forget_file(batch)
    refused.forget_error_file(batch)


def _resting(batch: ImportBatch) -> ImportBatch:
    row = ImportBatch.objects.select_for_update().filter(pk=batch.pk, state__in=RESTING).first()
    if row is None:
        raise BatchBusy
    return row


def _visible(row: ImportBatch, branch_ids: frozenset[int] | None) -> bool:
    return branch_ids is None or (row.branch_ids is not None and set(row.branch_ids) <= branch_ids)
