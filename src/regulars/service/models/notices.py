"""Alarms and other notices to people of the staff."""

from __future__ import annotations

from django.db import models

from regulars.service.models.cases import Case


class Notice(models.Model):
    """Something that one person of the staff should know about a case; each once."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notices", db_index=False)
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    clock = models.CharField(max_length=60, blank=True, default="")
    step = models.CharField(max_length=10, blank=True, default="")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service_notice"
        constraints = [models.UniqueConstraint(fields=["case", "employee", "kind", "clock", "step"], name="notice_once")]
        indexes = [models.Index(fields=["employee", "-at"], name="notice_unseen", condition=models.Q(seen_at__isnull=True))]
