"""Prometheus metrics. Labels are names of routes and lanes, never of people."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
REQUESTS = Counter("regulars_requests", "Requests answered", ["route", "method", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "regulars_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
JOBS = Counter("regulars_jobs", "Jobs performed by this process", ["lane", "outcome"], registry=REGISTRY)
QUEUE = Gauge("regulars_queue_jobs", "Jobs in the queue", ["state"], registry=REGISTRY)


def exposition() -> bytes:
    """All metrics in the text format, the queue counted afresh."""
    from django.db.models import Count

    from regulars.groundwork.kernel.models import Job, JobState

    counted = dict(Job.objects.exclude(state=JobState.DONE).values_list("state").annotate(n=Count("id")))
    for state in (JobState.QUEUED, JobState.LEASED, JobState.DEAD):
        QUEUE.labels(state=state.value).set(counted.get(state.value, 0))
    return generate_latest(REGISTRY)
