"""Every morning: who has to be reminded to confirm the policy."""

from __future__ import annotations

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.policy.services import remind_to_confirm


@job("policy.remind", lane="long", attempts=3)
def remind(_work: Work) -> None:
    """Remind in every business."""
    remind_to_confirm(at=now())


schedule("policy.remind", kind="policy.remind", daily="05:30")
