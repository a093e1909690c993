"""Records: the audit trail and the kept answers of idempotent requests."""

from __future__ import annotations

from django.db import models


class AuditHead(models.Model):
    """The last link of one tenant's chain; locked while a line is added."""

    tenant_id = models.BigIntegerField(unique=True)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        db_table = "kernel_audithead"


class AuditLine(models.Model):
    """One changing act. Triggers forbid change and removal; only the salt may be destroyed."""

    tenant_id = models.BigIntegerField()
    number = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=100)
    subject = models.CharField(max_length=120, blank=True)
    before_digest = models.CharField(max_length=64, blank=True)
    after_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    salt = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "kernel_auditline"
        constraints = [models.UniqueConstraint(fields=["tenant_id", "number"], name="audit_sequence")]
        indexes = [models.Index(fields=["tenant_id", "subject", "number"], name="audit_subject")]


class KeptAnswer(models.Model):
    """The answer to an idempotent request, committed together with its effect."""

    credential = models.CharField(max_length=80)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.TextField()  # JSON as text: a binary column would give the keys another order on replay
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_keptanswer"
        constraints = [models.UniqueConstraint(fields=["credential", "route", "key"], name="answer_once")]
        indexes = [models.Index(fields=["kept_at"], name="answer_age")]
