"""The background work of loyalty: lots end."""

from __future__ import annotations

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.loyalty.services import expire_lots

schedule("loyalty.ends", kind="loyalty.expire", every_minutes=15)


@job("loyalty.expire", lane="long")
def expire(work: Work) -> None:
    """Book the ends of lots, as long as there are any."""
    while expire_lots(at=clock.now()):
        work.beat()
