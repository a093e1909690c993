"""Jobs: the database is the queue (decision D6).

A worker claims a job by a lease on the database's clock and gets a fence number; only the holder of the newest fence may settle it, so a
late worker can't settle what another took over. Failures are retried with growing, jittered gaps; what fails for good is a dead letter
that can be replayed. Quick jobs run inside one transaction together with their settlement: their effects happen once.
"""

from __future__ import annotations

import json
import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.models import Job, JobState

# quick: one short transaction · long: minutes of work · outside: talks to servers that may be slow
Lane = Literal["quick", "long", "outside"]
KINDS: dict[str, Kind] = {}
BACK_OFF_MAX = timedelta(hours=1)
WRITE_FRESH = """INSERT INTO kernel_job (kind, lane, "key", payload, state, attempts, fence, lease_owner, last_fault)
VALUES (%s, %s, %s, %s, 'queued', 0, 0, '', '') RETURNING id"""


class LeaseLost(Exception):
    """Another worker has taken this job over; whatever this one was doing must not be settled."""


@dataclass
class Work:
    """One attempt at a job: its payload, and `beat()` for long work."""

    job_id: int
    fence: int
    payload: dict[str, Any]
    lease: timedelta
    lost: bool = field(default=False)

    def beat(self) -> None:
        """Keep the lease. Raises LeaseLost when somebody else holds it by now."""
        if self.lost or not extend_lease(self):
            self.lost = True
            raise LeaseLost


@dataclass(frozen=True)
class Kind:
    """A kind of job: where it runs and how often it may fail."""

    name: str
    run: Callable[[Work], None]
    lane: Lane
    attempts: int
    first_gap_seconds: float


def job(
    name: str, *, lane: Lane = "quick", attempts: int = 8, first_gap_seconds: float = 2.0
) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Mark a function of a `tasks` room as a kind of job."""

    def mark(function: Callable[[Work], None]) -> Callable[[Work], None]:
        if name in KINDS:
            raise RuntimeError(f"two kinds of job are called {name!r}")
        KINDS[name] = Kind(name, function, lane, attempts, first_gap_seconds)
        return function

    return mark


def enqueue(kind: str, payload: dict[str, Any], *, key: str, due_at: datetime | None = None) -> bool:
    """Queue a job in the caller's transaction. False when a job of this kind and key was queued before: a repeat changes nothing."""
    row = Job(kind=kind, lane=KINDS[kind].lane, key=key, payload=payload)
    if due_at is not None:
        row.due_at = due_at
    before = Job.objects.filter(kind=kind, key=key).exists()
    Job.objects.bulk_create([row], ignore_conflicts=True)
    return not before


def enqueue_fresh(kind: str, jobs: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Queue jobs by their keys and payloads in the caller's transaction; the caller vouches that nobody had such keys before."""
    lane = KINDS[kind].lane
    for key, payload in jobs:
        fetch_prepared(WRITE_FRESH, kind, lane, key, json.dumps(payload))


def claim(*, lane: Lane, owner: str, lease: timedelta) -> Work | None:
    """Take the next due job of a lane, or one whose holder has gone silent. None when there is nothing to do."""
    waiting = Job.objects.filter(lane=lane, due_at__lte=Now()).filter(
        Q(state=JobState.QUEUED) | Q(state=JobState.LEASED, leased_until__lt=Now())
    )
    if not waiting.exists():  # A cheap look first: on SQLite the claim itself takes the write lock.
        return None
    with transaction.atomic():
        locked = waiting.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        found = locked.order_by("due_at", "id").first()
        if found is None:
            return None
        if found.state == JobState.LEASED and found.attempts >= _attempts_of(found.kind):
            _settle(found.pk, found.fence, JobState.DEAD, "The worker was lost in each attempt.")
            return None
        Job.objects.filter(pk=found.pk).update(
            state=JobState.LEASED, lease_owner=owner, leased_until=Now() + lease, fence=F("fence") + 1, attempts=F("attempts") + 1
        )
    return Work(job_id=found.pk, fence=found.fence + 1, payload=found.payload, lease=lease)


def extend_lease(work: Work) -> bool:
    """Push the end of the lease out; False when it is no longer ours."""
    held = Job.objects.filter(pk=work.job_id, fence=work.fence, state=JobState.LEASED)
    return held.update(leased_until=Now() + work.lease) == 1


def perform(work: Work) -> Literal["done", "again", "dead", "lost"]:
    """Run a claimed job and settle it. Never raises for a fault of the job; the outcome says what became of it."""
    row = Job.objects.get(pk=work.job_id)
    kind = KINDS.get(row.kind)
    try:
        if kind is None:
            raise LookupError(f"no code here knows jobs of kind {row.kind!r}")
        if kind.lane == "quick":
            with transaction.atomic():
                kind.run(work)
                _settle(work.job_id, work.fence, JobState.DONE)
        else:
            kind.run(work)
            with transaction.atomic():
                _settle(work.job_id, work.fence, JobState.DONE)
    except LeaseLost:
        return "lost"
    except Exception:
        return _put_back(row, work, traceback.format_exc(limit=20))
    return "done"


def _put_back(row: Job, work: Work, fault: str) -> Literal["again", "dead", "lost"]:
    try:
        with transaction.atomic():
            if row.attempts >= _attempts_of(row.kind):
                _settle(work.job_id, work.fence, JobState.DEAD, fault)
                return "dead"
            gap = gap_before_retry(row.attempts, _first_gap_of(row.kind))
            held = Job.objects.filter(pk=work.job_id, fence=work.fence, state=JobState.LEASED)
            if not held.update(state=JobState.QUEUED, leased_until=None, lease_owner="", due_at=Now() + gap, last_fault=fault[-4000:]):
                raise LeaseLost
    except LeaseLost:
        return "lost"
    return "again"


def hand_back(work: Work) -> None:
    """Return an unfinished job at shutdown, without counting the attempt."""
    Job.objects.filter(pk=work.job_id, fence=work.fence, state=JobState.LEASED).update(
        state=JobState.QUEUED, leased_until=None, lease_owner="", attempts=F("attempts") - 1
    )


def gap_before_retry(attempt: int, first_seconds: float) -> timedelta:
    """Exponential back-off with full jitter between half and all of the gap, never over an hour."""
    full = min(first_seconds * 2 ** (attempt - 1), BACK_OFF_MAX.total_seconds())
    return timedelta(seconds=random.uniform(full / 2, full))  # noqa: S311 — spreading load, no secret


def dead_letters() -> list[Job]:
    """What failed for good, newest first."""
    return list(Job.objects.filter(state=JobState.DEAD).order_by("-settled_at")[:500])


def replay(*, job_id: int) -> bool:
    """Queue a dead letter again with fresh attempts. False when it is not dead."""
    return Job.objects.filter(pk=job_id, state=JobState.DEAD).update(state=JobState.QUEUED, settled_at=None, attempts=0, due_at=Now()) == 1


def forget_settled(*, before: datetime) -> int:
    """Drop done jobs settled before an instant; dead letters stay until somebody decides."""
    return Job.objects.filter(state=JobState.DONE, settled_at__lt=before).delete()[0]


def _settle(job_id: int, fence: int, state: JobState, fault: str = "") -> None:
    settled = Job.objects.filter(pk=job_id, fence=fence, state=JobState.LEASED).update(
        state=state, settled_at=Now(), leased_until=None, lease_owner="", last_fault=fault[-4000:]
    )
    if not settled:
        raise LeaseLost


def _attempts_of(kind: str) -> int:
    return KINDS[kind].attempts if kind in KINDS else 8


def _first_gap_of(kind: str) -> float:
    return KINDS[kind].first_gap_seconds if kind in KINDS else 2.0
