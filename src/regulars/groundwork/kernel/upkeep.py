"""The kernel's own housekeeping and its own invariants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q

from regulars.groundwork.kernel import anchors, audit, clock, idempotency, jobs
from regulars.groundwork.kernel.invariants import invariant
from regulars.groundwork.kernel.models import Job
from regulars.groundwork.kernel.schedules import schedule

KEEP_DONE = timedelta(days=14)


@jobs.job("kernel.tidy", lane="long", attempts=3)
def tidy(work: jobs.Work) -> None:
    """Drop what has served its time: kept answers, settled jobs, ended sessions, files of imports."""
    from django.contrib.sessions.models import Session

    from regulars.groundwork.kernel.intake.tidying import forget_old_files

    at = clock.now()
    idempotency.forget_old_answers(at=at)
    jobs.forget_settled(before=at - KEEP_DONE)
    Session.objects.filter(expire_date__lt=at).delete()
    forget_old_files(at=at)


@jobs.job("kernel.anchor", attempts=3)
def anchor(work: jobs.Work) -> None:
    """Write the heads of the audit chains outside the database."""
    anchors.drop_anchor(at=clock.now())


schedule("kernel.tidy", kind="kernel.tidy", daily="04:10")
schedule("kernel.anchor", kind="kernel.anchor", daily="23:50")


@invariant("audit chain unbroken")
def audit_chain() -> Iterator[str]:
    """I12."""
    yield from audit.faults_in_chains()
    yield from anchors.faults_against_anchors()


@invariant("no job both settled and leased")
def jobs_in_one_state() -> Iterator[str]:
    """I10; the database's own constraint says it too, this finds what got past it."""
    both = Job.objects.filter(Q(settled_at__isnull=False, leased_until__isnull=False))
    for row in both[:100]:
        yield f"Job {row.pk} is both settled and leased."
