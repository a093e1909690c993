"""The worker: one thread a lane, one that keeps leases and looks at the schedules. Survives kill -9: what it held is taken over."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models.functions import Now

from regulars.groundwork.kernel import clock, jobs, metrics, schedules
from regulars.groundwork.kernel.models import WorkerBeat

log = structlog.get_logger("worker")
IDLE_SECONDS = (0.1, 1.0)  # the first and the longest pause of an idle lane: prompt after work, quiet in the night
FAULT_SECONDS = 2.0
BEAT_SECONDS = 5.0
ALIVE_SECONDS = 30.0


class Worker:
    """Runs jobs until `stop()`; `owner` names this process in leases."""

    def __init__(self, *, owner: str = "", lease: timedelta | None = None) -> None:
        self.owner = owner or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lease = lease or timedelta(seconds=settings.REGULARS.lease_seconds)
        self.stopping = threading.Event()
        self.held: dict[str, jobs.Work] = {}

    def run(self, *, drain_seconds: float = 25.0) -> None:
        """Work until stopped, then let running jobs end within `drain_seconds` and hand back the rest."""
        lanes: list[jobs.Lane] = ["quick", "long", "outside"]
        threads = [threading.Thread(target=self._lane, args=(lane,), name=lane, daemon=True) for lane in lanes]
        threads.append(threading.Thread(target=self._keep, name="keeper", daemon=True))
        for thread in threads:
            thread.start()
        log.info("worker started", owner=self.owner)
        self.stopping.wait()
        end = time.monotonic() + drain_seconds
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._take_leave()
        log.info("worker stopped", owner=self.owner)

    def _take_leave(self) -> None:
        """Hand back what did not end. Should the database be away, the leases run out by themselves."""
        connection.close()  # This thread's line may be hours old, and the server another one by now.
        try:
            for work in list(self.held.values()):
                jobs.hand_back(work)
            WorkerBeat.objects.filter(owner=self.owner).delete()
        except DatabaseError as error:
            log.warning("database away", lane="leaving", fault=type(error).__name__)

    def stop(self) -> None:
        """Ask the worker to stop; safe in a signal handler."""
        self.stopping.set()

    def _lane(self, lane: jobs.Lane) -> None:
        pause = IDLE_SECONDS[0]
        while not self.stopping.is_set():
            try:
                close_old_connections()
                if self.run_one(lane):
                    pause = IDLE_SECONDS[0]
                else:
                    self.stopping.wait(pause)
                    pause = min(pause * 1.5, IDLE_SECONDS[1])
            except DatabaseError as error:
                log.warning("database away", lane=lane, fault=type(error).__name__)
                connection.close()
                self.stopping.wait(FAULT_SECONDS)
        connection.close()

    def run_one(self, lane: jobs.Lane) -> bool:
        """Claim and perform one job; False when the lane was empty."""
        work = jobs.claim(lane=lane, owner=self.owner, lease=self.lease)
        if work is None:
            return False
        self.held[lane] = work
        started = time.monotonic()
        try:
            outcome = jobs.perform(work)
        finally:
            self.held.pop(lane, None)
        metrics.JOBS.labels(lane=lane, outcome=outcome).inc()
        # A short job that went well is no news to whoever watches the console; the metrics count it.
        tell = log.debug if lane != "long" and outcome == "done" else log.info
        tell("job", id=work.job_id, lane=lane, outcome=outcome, seconds=round(time.monotonic() - started, 3))
        return True

    def _keep(self) -> None:
        """Extend the leases of what runs, show a sign of life, fire schedules."""
        pause = min(BEAT_SECONDS, self.lease.total_seconds() / 3)
        while not self.stopping.is_set() or self.held:
            try:
                close_old_connections()
                for work in list(self.held.values()):
                    if not jobs.extend_lease(work):
                        work.lost = True
                WorkerBeat.objects.update_or_create(owner=self.owner, defaults={"beat_at": Now()})
                if not self.stopping.is_set():
                    schedules.fire_due(at=clock.now())
            except DatabaseError as error:
                log.warning("database away", lane="keeper", fault=type(error).__name__)
                connection.close()
            time.sleep(pause) if self.stopping.is_set() else self.stopping.wait(pause)
        connection.close()


def run_until_idle(*, limit: int = 1000) -> int:
    """Perform everything that is due now, in this thread, and return how many jobs ran (tests, command line)."""
    worker = Worker(owner=f"inline:{os.getpid()}")
    count = 0
    while count < limit and (worker.run_one("quick") or worker.run_one("long") or worker.run_one("outside")):
        count += 1
    return count


def is_alive() -> bool:
    """Whether some worker has shown a sign of life lately, by the database's clock."""
    return WorkerBeat.objects.filter(beat_at__gte=Now() - timedelta(seconds=ALIVE_SECONDS)).exists()
