"""Every contact in order."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One line of a customer's story, taken from a fact. Append-only; `fact_id` keeps it from being told twice."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=100)
    headline = models.CharField(max_length=200)
    headline_values = models.JSONField(default=dict)
    actor = models.CharField(max_length=80)
    fact_key = models.CharField(max_length=64)

    class Meta:
        db_table = "contacts_entry"
        constraints = [models.UniqueConstraint(fields=["customer", "fact_key"], name="entry_once")]
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="entry_story")]
