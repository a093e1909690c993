"""One person for a customer: who handles everything of them, and who stands in (R29)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Handler(models.Model):
    """An employee handles all of a customer's matters from an instant until another does."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="handlers", db_index=False)
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    deputy = models.ForeignKey("staff.Employee", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "service_handler"
        constraints = [models.UniqueConstraint(fields=["customer"], condition=Q(until__isnull=True), name="handler_one")]
        indexes = [models.Index(fields=["customer", "-since"], name="handler_story")]
