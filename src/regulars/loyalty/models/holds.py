"""Points reserved before a sale is paid, lot by lot (P7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.groundwork.kernel.ids import new_id


class Hold(models.Model):
    """Units reserved until an instant. An open hold that has ended counts as released, whether a job has been here or not."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    account = models.ForeignKey("loyalty.Account", on_delete=models.PROTECT, related_name="holds", db_index=False)
    version = models.ForeignKey("loyalty.ProgramVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    units = models.BigIntegerField()
    captured_units = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, default="held")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0) & Q(captured_units__gte=0), name="loyalty_hold_units"),
            models.CheckConstraint(condition=Q(state__in=["held", "captured", "released"]), name="loyalty_hold_state"),
        ]
        indexes = [
            models.Index(fields=["account"], name="loyalty_hold_open", condition=Q(state="held")),
            models.Index(fields=["ends_at"], name="loyalty_hold_ends", condition=Q(state="held")),
        ]


class HoldLot(models.Model):
    """How much of a hold lies in which lot."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lots", db_index=False)
    lot = models.ForeignKey("loyalty.Lot", on_delete=models.PROTECT, related_name="reservations", db_index=False)
    units = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hold", "lot"], name="loyalty_hold_lot_once")]
        indexes = [models.Index(fields=["lot"], name="loyalty_hold_lot")]
