"""Import batches: one file being taken over, with its result, its refused rows and what it changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id


class BatchState(models.TextChoices):
    """uploaded → checking → checked → running → finished, or failed; finished → undoing → undone."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class ImportBatch(models.Model):
    """One file being taken over. `plan` says how it is read; the counts add up whenever the batch rests."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    tenant_id = models.BigIntegerField()
    branch_ids = models.JSONField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.UPLOADED)
    actor = models.CharField(max_length=80)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=80, blank=True, default="")
    digest = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    plan = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    sentence = models.TextField(blank=True, default="")

    rows_expected = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    identical = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)

    step = models.CharField(max_length=10, blank=True, default="")
    rows_staged = models.BigIntegerField(default=0)
    slots = models.BigIntegerField(default=0)
    slots_done = models.BigIntegerField(default=0)
    undone = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)

    uploaded_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "kernel_importbatch"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "finished", "undoing", "undone"])
                | Q(read=F("created") + F("updated") + F("identical") + F("skipped") + F("failed")),
                name="batch_counts_add_up",
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "-id"], name="batch_newest")]


class ImportFault(models.Model):
    """One row that was not taken: its number in the file, and the reason as code and value.

    `decided` tells a row that was refused by comparing it with the records from one that could not be read at all.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="faults", db_index=False)
    row = models.BigIntegerField()
    note = models.CharField(max_length=200)
    decided = models.BooleanField(default=False)

    class Meta:
        db_table = "kernel_importfault"
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="fault_once")]


class ImportChange(models.Model):
    """What a batch changed on something that stood there before, so that an undo can put it back if nobody touched it since."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes", db_index=False)
    subject_id = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        db_table = "kernel_importchange"
        constraints = [models.UniqueConstraint(fields=["batch", "subject_id"], name="change_once")]


class SavedMapping(models.Model):
    """How files with this header were read last time, under a name."""

    tenant_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    plan = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_savedmapping"
        constraints = [models.UniqueConstraint(fields=["tenant_id", "kind", "signature"], name="mapping_once")]
