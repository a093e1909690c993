"""A worker process of its own for the kill tests, with two kinds of job that only it knows."""

from __future__ import annotations

import os
import signal
import time

PROOF_ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "regulars.project.settings", "REGULARS_LEASE_SECONDS": "2"}

if __name__ == "__main__":
    os.environ.update(PROOF_ENVIRONMENT | os.environ)
    import django

    django.setup()
    from regulars.groundwork.kernel import jobs
    from regulars.groundwork.kernel.worker import Worker

    @jobs.job("proof.effect", lane="long")
    def effect(work: jobs.Work) -> None:
        """Stands in the queue as the trace of an effect."""

    @jobs.job("proof.slow", lane="long", attempts=5)
    def slow(work: jobs.Work) -> None:
        """Takes as long as its payload says, then leaves one effect."""
        end = time.monotonic() + work.payload["seconds"]
        while time.monotonic() < end:
            time.sleep(0.05)
            work.beat()
        jobs.enqueue("proof.effect", {}, key=str(work.job_id))

    worker = Worker()
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
