"""Every morning: who has to be reminded of a certificate that runs out."""

from __future__ import annotations

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.staff.services import remind_of_certificates


@job("staff.remind", lane="long", attempts=3)
def remind(_work: Work) -> None:
    """Remind holders, in every business."""
    remind_of_certificates(at=now())


schedule("staff.remind", kind="staff.remind", daily="05:20")
