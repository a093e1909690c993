"""Which offers a sale got: what limits and counts of frequent buyers go by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OfferUse(models.Model):
    """An offer took something off a sale: so much of each line, fixed at order time (P12). Returned when all of the sale went back."""

    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey("loyalty.ProgramVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    purchase = models.ForeignKey("purchases.Purchase", on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.CharField(max_length=40)
    at = models.DateTimeField()
    units_milli = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    shares = models.JSONField(default=list)
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purchase", "program", "offer"], name="loyalty_offer_once"),
            models.CheckConstraint(condition=Q(units_milli__gte=0) & Q(amount_minor__gt=0), name="loyalty_offer_gives"),
        ]
        indexes = [models.Index(fields=["customer", "program", "offer"], name="loyalty_offer_used", condition=Q(returned_at__isnull=True))]
