"""The life of a batch: read, arrange, compare and record, finish. Every step commits in chunks and can be taken up again after a crash.

A check does all of it but the recording, by the same statements; so a run that follows finds its rows staged and matches the numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from regulars.groundwork.kernel.intake import receiving, refused
from regulars.groundwork.kernel.intake.kinds import Kind, Tally, Task, kind_named
from regulars.groundwork.kernel.intake.lanes import Order, Span, may_go_side_by_side, record_side_by_side
from regulars.groundwork.kernel.intake.plans import Plan
from regulars.groundwork.kernel.intake.staging import (
    BatchMoved,
    OnProgress,
    claim_batch,
    drop_tables,
    holds_ready,
    stage_rows,
    write_faults,
)
from regulars.groundwork.kernel.models import BatchState, ImportBatch, ImportFault
from regulars.groundwork.kernel.refusals import Refusal

TRIES = 5
RESTING = (BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED)


def task_of(batch: ImportBatch, *, at: datetime) -> Task:
    """The batch as a task of this run."""
    return Task(
        batch_id=batch.pk,
        tenant_id=batch.tenant_id,
        branch_ids=None if batch.branch_ids is None else frozenset(batch.branch_ids),
        plan=Plan.unpacked(batch.plan),
        at=at,
        actor=batch.actor,
    )


def begin(batch: ImportBatch, *, write: bool, at: datetime) -> bool:
    """Mark a resting batch as being checked or run; False when it is at work already or has been finished."""
    goal = BatchState.RUNNING if write else BatchState.CHECKING
    resting = ImportBatch.objects.filter(pk=batch.pk, state__in=RESTING)
    return bool(resting.update(state=goal, started_at=at, finished_at=None, sentence="", result={}))


def carry_out(*, batch_id: int, at: datetime, progress: OnProgress) -> ImportBatch:
    """Work on a batch that has begun until it rests. A Refusal makes it failed, in words; nothing of it was recorded then.

    Anything else travels: the batch stays as its last chunk left it, and the next call goes on from there.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state not in (BatchState.CHECKING, BatchState.RUNNING):
        return batch
    kind, task = kind_named(batch.kind), task_of(batch, at=at)
    write = batch.state == BatchState.RUNNING
    try:
        if batch.step == "comparing" and not holds_ready(batch, task):
            batch.rows_staged = 0
            _step(batch, "")
        if batch.step in ("", "reading"):
            _read(batch, kind, task, progress)
        if batch.step == "arranging":
            _arrange(batch, kind, task, progress)
        _compare(batch, kind, task, write=write, progress=progress)
        _finish(batch, kind, task, write=write)
    except Refusal as refusal:
        _fail(batch, task, refusal.sentence)
    return batch


def _read(batch: ImportBatch, kind: Kind, task: Task, progress: OnProgress) -> None:
    stage_rows(batch=batch, kind=kind, task=task, table=receiving.opened(batch), progress=progress)
    _step(batch, "arranging")


def _arrange(batch: ImportBatch, kind: Kind, task: Task, progress: OnProgress) -> None:
    progress("arranging", 0, 0)
    with transaction.atomic():
        claim_batch(batch)
        batch.slots = kind.arrange(task)
        batch.step = "comparing"
        batch.save(update_fields=["slots", "step"])


def _compare(batch: ImportBatch, kind: Kind, task: Task, *, write: bool, progress: OnProgress) -> None:
    """Chunk by chunk; each commits together with its counts. A checked batch begins at its first slot again, now to record."""
    if write and may_go_side_by_side(batch, kind, task):
        record = partial(_one_chunk_in_order, batch.pk, kind, task)
        record_side_by_side(batch, kind, task, record=record, retried=_with_retries, progress=progress)
        batch.refresh_from_db()
    while batch.slots_done < batch.slots:
        first = batch.slots_done + 1
        last = min(batch.slots, batch.slots_done + kind.slots_at_once)
        _with_retries(partial(_one_chunk, batch.pk, kind, task, first, last, write))
        batch.refresh_from_db()
        progress("recording" if write else "comparing", batch.slots_done, batch.slots)


def _one_chunk(batch_id: int, kind: Kind, task: Task, first: int, last: int, write: bool) -> None:
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.slots_done != first - 1 or batch.state != (BatchState.RUNNING if write else BatchState.CHECKING):
            return  # Another worker took this chunk; the caller sees where the batch stands.
        _note(batch, kind.apply(task, first=first, last=last, write=write), last)


def _one_chunk_in_order(batch_id: int, kind: Kind, task: Task, span: Span, order: Order) -> None:
    first, last = span
    with transaction.atomic():
        tally = kind.apply(task, first=first, last=last, write=True)
        order.wait_for(first - 1)
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.slots_done != first - 1 or batch.state != BatchState.RUNNING:
            raise BatchMoved
        _note(batch, tally, last)


def _note(batch: ImportBatch, tally: Tally, last: int) -> None:
    write_faults(batch, tally.faults, decided=True)
    batch.created += tally.created
    batch.updated += tally.updated
    batch.identical += tally.identical
    batch.failed += tally.failed
    for name, count in tally.remarks.items():
        batch.result[name] = batch.result.get(name, 0) + count
    batch.slots_done = last
    batch.save(update_fields=["created", "updated", "identical", "failed", "result", "slots_done"])


def _finish(batch: ImportBatch, kind: Kind, task: Task, *, write: bool) -> None:
    if not write:
        batch.state, batch.finished_at = BatchState.CHECKED, task.at
        batch.save(update_fields=["state", "finished_at"])
        return
    refused.write_error_file(batch)
    with transaction.atomic():
        drop_tables(task)
        batch.state, batch.finished_at, batch.step = BatchState.FINISHED, task.at, ""
        batch.save(update_fields=["state", "finished_at", "step"])
        kind.conclude(task, batch)
    receiving.forget_file(batch)


def forget_check(batch: ImportBatch) -> None:
    """Put a checked batch back to where its rows are staged and arranged, so that it can be recorded."""
    with transaction.atomic():
        compared = ImportFault.objects.filter(batch=batch, decided=True)
        batch.failed -= compared.count()
        compared.delete()
        batch.created = batch.updated = batch.identical = batch.slots_done = 0
        batch.result, batch.state = {}, BatchState.UPLOADED
        batch.save()


def forget_reading(batch: ImportBatch) -> None:
    """Put a batch back to where nothing is read: its plan has changed, or it is given up."""
    with transaction.atomic():
        ImportFault.objects.filter(batch=batch).delete()
        drop_tables(task_of(batch, at=batch.uploaded_at))
        for name in ("read", "created", "updated", "identical", "skipped", "failed", "rows_staged", "slots", "slots_done"):
            setattr(batch, name, 0)
        batch.result, batch.step, batch.sentence, batch.state = {}, "", "", BatchState.UPLOADED
        batch.save()


def _fail(batch: ImportBatch, task: Task, sentence: str) -> None:
    batch.refresh_from_db()
    with transaction.atomic():
        drop_tables(task)
        batch.state, batch.sentence, batch.finished_at = BatchState.FAILED, sentence, task.at
        batch.step, batch.rows_staged, batch.slots, batch.slots_done = "", 0, 0, 0
        batch.save()


def _step(batch: ImportBatch, step: str) -> None:
    batch.step = step
    batch.save(update_fields=["step", "rows_staged"])


def _with_retries(work: Callable[[], None]) -> None:
    """A chunk that lost a race (a key that somebody else wrote meanwhile, a deadlock, a busy file) is simply done again."""
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except (IntegrityError, OperationalError) as fault:
            if attempt == TRIES or not _passes(fault):
                raise
            time.sleep(0.05 * 2**attempt)


def _passes(fault: DatabaseError) -> bool:
    code = getattr(fault.__cause__, "sqlstate", None)
    return isinstance(fault, IntegrityError) or code in ("40001", "40P01") or "locked" in str(fault)
