"""The outbox: facts and the jobs that deliver them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class FactRow(models.Model):
    """A fact as announced; never changed."""

    name = models.CharField(max_length=100)
    tenant_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, blank=True)
    body = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_fact"
        indexes = [models.Index(fields=["tenant_id", "subject", "id"], name="fact_subject")]


class JobState(models.TextChoices):
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """A piece of work. `fence` grows with every claim: only the newest claimer may settle it."""

    kind = models.CharField(max_length=100)
    lane = models.CharField(max_length=10)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    lease_owner = models.CharField(max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(null=True)
    last_fault = models.TextField(blank=True, default="")
    queued_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_job"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(
                condition=Q(state="leased", leased_until__isnull=False) | (~Q(state="leased") & Q(leased_until__isnull=True)),
                name="job_leased_or_not",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "dead"], settled_at__isnull=False)
                | Q(state__in=["queued", "leased"], settled_at__isnull=True),
                name="job_settled_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "due_at", "id"], name="job_due", condition=Q(state__in=["queued", "leased"])),
            models.Index(fields=["settled_at"], name="job_settled", condition=Q(state__in=["done", "dead"])),
        ]


class Tick(models.Model):
    """One firing of a schedule: the unique slot is what makes it fire once over all workers."""

    schedule = models.CharField(max_length=100)
    slot = models.DateTimeField()
    fired = models.BooleanField(default=True)

    class Meta:
        db_table = "kernel_tick"
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="tick_once")]


class WorkerBeat(models.Model):
    """A sign of life of one worker, by the database's clock."""

    owner = models.CharField(max_length=80, unique=True)
    beat_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_worker"
