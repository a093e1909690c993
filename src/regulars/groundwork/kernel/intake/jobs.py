"""Imports in the background: check, run and undo as long jobs that keep their lease and tell how far they are."""

from __future__ import annotations

from typing import Literal

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.intake.running import carry_out
from regulars.groundwork.kernel.intake.undoing import carry_out_undo
from regulars.groundwork.kernel.jobs import Work, enqueue, job
from regulars.groundwork.kernel.models import ImportBatch

JOB = "kernel.intake"


@job(JOB, lane="long", attempts=5)
def work_on_batch(work: Work) -> None:
    """Carry out what the batch's state says; a second attempt goes on where the first was lost."""

    def beat(_step: str, _done: int, _expected: int) -> None:
        work.beat()

    batch_id, act = int(work.payload["batch"]), work.payload["act"]
    if not ImportBatch.objects.filter(pk=batch_id).exists():
        return
    if act == "undo":
        carry_out_undo(batch_id=batch_id, at=clock.now(), actor=str(work.payload["actor"]), progress=beat)
    else:
        carry_out(batch_id=batch_id, at=clock.now(), progress=beat)


def queue_work(batch: ImportBatch, *, act: Literal["check", "run", "undo"], actor: str, turn: str) -> None:
    """Queue the next act of a batch, in the caller's transaction; `turn` tells one check from the next."""
    enqueue(JOB, {"batch": batch.pk, "act": act, "actor": actor}, key=f"{batch.pk}:{act}:{turn}")
