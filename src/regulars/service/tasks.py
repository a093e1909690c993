"""The background work of service: alarms and broken promises each minute, aftercare, closing, recomputing."""

from __future__ import annotations

from regulars.business.queries import Scope
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.service.services import close_settled, look_at_clocks, recompute, send_aftercare

schedule("service.clocks", kind="service.look", every_minutes=1)
schedule("service.care", kind="service.aftercare", every_minutes=5)
schedule("service.grace", kind="service.close", every_minutes=60)


@job("service.look", lane="long")
def look(work: Work) -> None:
    """Ring alarms and mark broken promises, as long as there are any."""
    while look_at_clocks(at=clock.now()):
        work.beat()


@job("service.aftercare", lane="long")
def care(work: Work) -> None:
    """Send the questions and follow-ups that are due."""
    while send_aftercare(at=clock.now()):
        work.beat()


@job("service.close", lane="long")
def close(work: Work) -> None:
    """Close what was resolved and whose grace is over."""
    while close_settled(at=clock.now()):
        work.beat()


@job("service.recompute", lane="long")
def recompute_all(work: Work) -> None:
    """Work out the deadlines of open cases anew, after a policy or calendar has changed."""
    recompute(scope=Scope(work.payload["business"]), at=clock.now(), beat=work.beat)
