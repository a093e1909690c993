"""What customers bought and brought back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id
from regulars.purchases.rules.sales import Kind


class Purchase(models.Model):
    """One sale, or one refund (a negative amount that may name its sale). Natural keys (source, source_key) are unique for ever."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="purchases", db_index=False)
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    kind = models.CharField(max_length=6, default=Kind.SALE, db_default="sale")
    original = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="refunds", db_index=False)
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=200)
    receipt = models.CharField(max_length=80, blank=True, default="", db_default="")
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "purchases_purchase"
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "source_key"], name="purchase_once"),
            models.CheckConstraint(
                condition=Q(kind="sale", amount_minor__gte=0) | Q(kind="refund", amount_minor__lte=0), name="purchase_sign"
            ),
            models.CheckConstraint(condition=Q(original__isnull=True) | Q(kind="refund"), name="purchase_original"),
            models.CheckConstraint(condition=~Q(original=F("id")), name="purchase_not_its_own"),
        ]
        indexes = [
            # Ascending, read backwards: what is recorded in the order of time then goes to the index's end, which is half the work.
            models.Index(fields=["customer", "at", "id"], name="purchase_by_customer"),
            models.Index(fields=["business", "at", "id"], name="purchase_by_time"),
            models.Index(fields=["batch_id"], name="purchase_batch", condition=Q(batch_id__isnull=False)),
            models.Index(fields=["original"], name="purchase_refunds", condition=Q(original__isnull=False)),
        ]


class PurchaseLine(models.Model):
    """One position of a purchase. Quantities in thousandths, so that 0.35 kg stays exact."""

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.IntegerField()
    product = models.CharField(max_length=120, blank=True, default="")
    category = models.CharField(max_length=80, blank=True, default="")
    quantity_milli = models.BigIntegerField(default=1000)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "purchases_line"
        constraints = [models.UniqueConstraint(fields=["purchase", "position"], name="line_position")]
