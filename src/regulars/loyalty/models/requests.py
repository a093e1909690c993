"""What waits for people: adjustments that take two of them, and disputes with offline tills."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.groundwork.kernel.ids import new_id


class AdjustmentRequest(models.Model):
    """An adjustment above the program's limit for one person. It waits until `ends_at` for somebody else; one that has ended counts as lapsed,
    whether a job has been here or not. `units` below zero take. `asked_for_by` is the person behind a key that asked; else who asked."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=40)
    units = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    key = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=8, default="asked")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    asked_for_by = models.CharField(max_length=60)
    ends_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=60, blank=True, default="")
    decided_why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="loyalty_request_key", condition=~Q(key="")),
            models.CheckConstraint(condition=~Q(units=0), name="loyalty_request_moves"),
            models.CheckConstraint(condition=Q(state__in=["asked", "approved", "refused", "lapsed"]), name="loyalty_request_state"),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("asked_for_by")),
                name="loyalty_request_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | (~Q(state="asked") & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="loyalty_request_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["program", "asked_at"], name="loyalty_request_story"),
            models.Index(fields=["ends_at"], name="loyalty_request_waits", condition=Q(state="asked")),
            models.Index(fields=["customer"], name="loyalty_request_member"),
        ]


class Dispute(models.Model):
    """An offline till took more units than the member had left: `units` are owed since. Open until somebody has looked."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    purchase = models.ForeignKey("purchases.Purchase", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=40)
    units = models.BigIntegerField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=60, blank=True, default="")
    settled_how = models.CharField(max_length=8, blank=True, default="")
    settled_why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purchase", "program", "unit"], name="loyalty_dispute_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="loyalty_dispute_owes"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_how="") | Q(settled_at__isnull=False, settled_how__in=["kept", "forgiven"]),
                name="loyalty_dispute_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["program", "at"], name="loyalty_dispute_story"),
            models.Index(fields=["customer"], name="loyalty_dispute_member"),
        ]
