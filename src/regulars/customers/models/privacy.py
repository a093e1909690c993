"""Being forgotten: who was, what keeps them from coming back by a file, and what must not be forgotten yet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.customers.models.identity import Customer
from regulars.groundwork.kernel.ids import new_id


class Erasure(models.Model):
    """One act of forgetting a person, all their records together. Ids only; also noted outside the database, see `noted_at`."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    records = models.JSONField(default=list, help_text="[id, digest of the public id then] of each record")
    suppressed = models.JSONField(default=list, help_text="keyed digests of what the person could be reached by")
    reason = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    noted_at = models.DateTimeField(null=True, blank=True, help_text="when it was written to the journal outside the database")

    class Meta:
        db_table = "customers_erasure"
        indexes = [models.Index(fields=["id"], name="erasure_to_note", condition=Q(noted_at__isnull=True))]


class Forgotten(models.Model):
    """This record has no identity any more; what it bought stays as figures."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="forgotten")
    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="forgotten")

    class Meta:
        db_table = "customers_forgotten"


class Suppression(models.Model):
    """The keyed digest of an address or number of somebody who was forgotten: a file can't bring them back."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_suppression"
        constraints = [models.UniqueConstraint(fields=["business", "digest"], name="suppressed_once")]


class LegalHold(models.Model):
    """This customer must not be forgotten while the hold stands: a dispute, an audit, a duty to keep."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="holds", db_index=False)
    reason = models.CharField(max_length=200)
    placed_by = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=80, blank=True, default="")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "customers_legalhold"
        constraints = [models.UniqueConstraint(fields=["customer"], condition=Q(lifted_at__isnull=True), name="one_hold_at_a_time")]


class RetentionRule(models.Model):
    """How long a business keeps what: `subject` names the rule, `days` how long after the last sign of life."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    subject = models.CharField(max_length=40)
    days = models.PositiveIntegerField()
    enabled = models.BooleanField(default=False)
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "customers_retentionrule"
        constraints = [
            models.UniqueConstraint(fields=["business", "subject"], name="retention_rule_once"),
            models.CheckConstraint(condition=Q(days__gte=1), name="retention_days"),
        ]
