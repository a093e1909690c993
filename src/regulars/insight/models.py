"""What insight has found out: each refresh with its models, and a score for each customer."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id

# A refresh that has not told its progress for so long has lost its worker, and does not stand in the way of another.
SILENT_FOR = timedelta(minutes=15)


class RefreshState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Refresh(models.Model):
    """One computation of everything anew. The newest that is done is what pages show.

    `as_of` is the last day looked at; `models_until` the last day that the scores and models know, earlier than `as_of`
    only when a calibration end was given. `findings` holds models, back-test, counts and totals, as
    `services/findings.py` writes them.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=RefreshState, default=RefreshState.QUEUED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    asked_as_of = models.DateField(null=True, blank=True)
    calibration_end = models.DateField(null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)
    models_until = models.DateField(null=True, blank=True)
    percent = models.SmallIntegerField(default=0)
    stage = models.CharField(max_length=20, default="", blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(db_default=Now())
    findings = models.JSONField(default=dict)

    class Meta:
        db_table = "insight_refresh"
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="refresh_percent"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(as_of__isnull=False, finished_at__isnull=False),
                name="refresh_done_when",
            ),
        ]
        indexes = [models.Index(fields=["business", "state", "-id"], name="refresh_newest")]

    @property
    def is_under_way(self) -> bool:
        return self.state in (RefreshState.QUEUED, RefreshState.RUNNING)


class CustomerScore(models.Model):
    """What one refresh says about one customer. Times in whole days, money in minor units of the business's currency.

    Only the scores of the current refresh are kept. `p_alive` is empty when no BG/NBD model could be fitted.
    """

    refresh = models.ForeignKey(Refresh, on_delete=models.CASCADE, related_name="scores", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    segment = models.CharField(max_length=20)
    slipping_away = models.BooleanField()
    frequency = models.IntegerField()
    recency_days = models.IntegerField()
    age_days = models.IntegerField()
    silence_days = models.IntegerField()
    last_on = models.DateField()
    own_gap_days = models.FloatField(null=True)
    silence_chance = models.FloatField()
    p_alive = models.FloatField(null=True)
    p_alive_low = models.FloatField(null=True)
    p_alive_high = models.FloatField(null=True)
    expected_visits = models.FloatField()
    spend_minor = models.BigIntegerField()
    value_minor = models.BigIntegerField()
    at_stake_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    refunds = models.IntegerField()

    class Meta:
        db_table = "insight_customerscore"
        constraints = [
            models.UniqueConstraint(fields=["refresh", "customer"], name="score_once"),
            models.CheckConstraint(condition=Q(p_alive__isnull=True) | Q(p_alive__gte=0, p_alive__lte=1), name="score_p_alive"),
        ]
        indexes = [
            models.Index(fields=["refresh", "segment", "-at_stake_minor", "id"], name="score_by_stake"),
            models.Index(fields=["refresh", "-value_minor", "id"], name="score_by_value"),
        ]


class EarlyWarning(models.Model):
    """A relationship that is heading for a conflict, by plain points with evidence. Ends when its signs are gone, or somebody dismisses it."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="early_warnings", db_index=False)
    raised_at = models.DateTimeField()
    points = models.SmallIntegerField()
    evidence = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    looked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True, default="")
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "insight_earlywarning"
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=models.Q(state="open"), name="warning_one_open"),
            models.CheckConstraint(condition=models.Q(state__in=["open", "dismissed", "ended"]), name="warning_state"),
        ]
        indexes = [
            models.Index(fields=["business", "-points", "raised_at"], condition=models.Q(state="open"), name="warning_open"),
            models.Index(fields=["business", "raised_at"], name="warning_story"),
            models.Index(fields=["customer", "-raised_at"], name="warning_of_customer"),
        ]
