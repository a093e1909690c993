"""Background work with mail."""

from __future__ import annotations

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.jobs import Work, enqueue, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.messaging.services import read_waiting

BATCH = 100


@job("messaging.read_mail")
def read_mail(work: Work) -> None:
    """Read what waits; when there may be more, a further job goes on, so that one transaction stays short."""
    if read_waiting(at=now(), limit=BATCH) >= BATCH:
        enqueue("messaging.read_mail", {}, key=f"after:{work.job_id}")


schedule("messaging.reader", kind="messaging.read_mail", every_minutes=1)
