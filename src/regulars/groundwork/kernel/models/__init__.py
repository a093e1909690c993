"""Tables of the kernel: facts, jobs, ticks, audit lines, idempotency keys, import batches."""

from regulars.groundwork.kernel.models.intake import BatchState, ImportBatch, ImportChange, ImportFault, SavedMapping
from regulars.groundwork.kernel.models.outbox import FactRow, Job, JobState, Tick, WorkerBeat
from regulars.groundwork.kernel.models.records import AuditHead, AuditLine, KeptAnswer

__all__ = [
    "AuditHead",
    "AuditLine",
    "BatchState",
    "FactRow",
    "ImportBatch",
    "ImportChange",
    "ImportFault",
    "Job",
    "JobState",
    "KeptAnswer",
    "SavedMapping",
    "Tick",
    "WorkerBeat",
]
