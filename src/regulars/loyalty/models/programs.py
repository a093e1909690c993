"""Programs, their versions, and who takes part."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.groundwork.kernel.ids import new_id


class Program(models.Model):
    """A loyalty program of a business. What it says stands in its versions. Frozen: an invariant of its books is broken, nobody spends."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_reason = models.CharField(max_length=400, blank=True, default="")
    origin = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "code"], name="loyalty_program_code")]


class ProgramVersion(models.Model):
    """What a program says from an instant on: the canonical text of its document. Never changed; the next version follows it."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    effective_at = models.DateTimeField()
    applied_at = models.DateTimeField()
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="loyalty_version_number"),
            models.UniqueConstraint(fields=["program", "effective_at"], name="loyalty_version_instant"),
            models.CheckConstraint(condition=Q(number__gte=1), name="loyalty_version_counts"),
        ]


class Membership(models.Model):
    """A customer takes part in a program; left and forgotten ones keep their row, the books need it."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "program"], name="loyalty_member_once")]
        indexes = [models.Index(fields=["program", "joined_at"], name="loyalty_member_joined")]
