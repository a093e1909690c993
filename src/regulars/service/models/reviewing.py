"""Quality reviews of cases: by which scorecard, how each item was judged, what the reviewed person says to it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.groundwork.kernel.ids import new_id
from regulars.service.models.cases import Case


class Scorecard(models.Model):
    """A revision of the scorecard; never changed, so that a review stays what it was."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    revision = models.IntegerField()
    items = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    class Meta:
        db_table = "service_scorecard"
        constraints = [models.UniqueConstraint(fields=["business", "revision"], name="scorecard_once")]


class Review(models.Model):
    """One review of what one person did in one case. The result is nought when a critical item failed; both figures are kept."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reviews")
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    reviewer = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+", db_index=False)
    answers = models.JSONField(default=dict)
    note = models.CharField(max_length=2000, blank=True, default="")
    points = models.IntegerField()
    potential = models.IntegerField()
    failed = models.BooleanField(default=False)
    at = models.DateTimeField()
    contested_at = models.DateTimeField(null=True, blank=True)
    contest = models.CharField(max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")
    answer = models.CharField(max_length=2000, blank=True, default="")
    replaced_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces", db_index=False)

    class Meta:
        db_table = "service_review"
        constraints = [
            models.UniqueConstraint(fields=["case", "employee", "reviewer"], condition=Q(replaced_by__isnull=True), name="review_once"),
            models.CheckConstraint(condition=~Q(employee=F("reviewer")), name="review_not_oneself"),
            models.CheckConstraint(condition=Q(points__gte=0, potential__gte=F("points")), name="review_points"),
            models.CheckConstraint(condition=Q(answered_at__isnull=True) | Q(contested_at__isnull=False), name="review_answers_contest"),
        ]
        indexes = [models.Index(fields=["employee", "-at"], name="review_of_person")]
