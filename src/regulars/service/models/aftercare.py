"""What comes after a resolution: the question whether it is settled, and one careful follow-up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.groundwork.kernel.ids import new_id
from regulars.service.models.cases import Case


class Aftercare(models.Model):
    """One question or follow-up that is to go out, went out, or was cancelled and why."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="aftercare")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    round = models.SmallIntegerField(help_text="which resolution of the case it follows")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    why = models.CharField(max_length=40, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    message = models.ForeignKey("messaging.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=3, blank=True, default="")
    words = models.CharField(max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service_aftercare"
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "round"], name="aftercare_once"),
            models.CheckConstraint(condition=Q(kind__in=["question", "follow-up"]), name="aftercare_kind"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "sent", "cancelled"]), name="aftercare_state"),
            models.CheckConstraint(condition=Q(answer__in=["", "yes", "no"]), name="aftercare_answer"),
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="aftercare_due", condition=Q(state="waiting"))]
