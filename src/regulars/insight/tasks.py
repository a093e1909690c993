"""Refreshes in the worker: on demand, and every night."""

from __future__ import annotations

from regulars.business.queries import all_businesses
from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.insight.services import look_for_warnings, request_refreshes


@job("insight.refresh", lane="long", attempts=3)
def refresh(work: Work) -> None:
    """Perform one refresh that was asked for."""
    # The numeric libraries load here: a web process, which only knows this job's name, never needs them.
    from regulars.insight.services.refreshing import compute_refresh

    compute_refresh(refresh_id=work.payload["refresh"], at=now(), progress=lambda _percent, _stage: work.beat())


@job("insight.refresh_all")
def refresh_all(_work: Work) -> None:
    """Ask for a refresh of every business."""
    request_refreshes(at=now(), actor="system:schedule")


schedule("insight.nightly", kind="insight.refresh_all", daily="02:30")


@job("insight.warn_all", lane="long")
def warn_all(work: Work) -> None:
    """Look for relationships that are heading for a conflict, in every business."""
    for one in all_businesses():
        look_for_warnings(business_id=one.pk, at=now())
        work.beat()


schedule("insight.warnings", kind="insight.warn_all", every_minutes=60)
