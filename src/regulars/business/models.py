"""The firm itself."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id


class Business(models.Model):
    """A firm that runs Regulars. Everything else belongs to exactly one."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, blank=True, help_text="empty until the owner, or the first purchase, decides it")
    languages = models.JSONField(default=list)
    accent = models.CharField(max_length=7, blank=True)
    founded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "business_business"

    def __str__(self) -> str:
        return self.name


class Branch(models.Model):
    """One place where the business meets customers. `zone` empty: the business's."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="branches")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, blank=True)
    address = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True, help_text="the last day, when the branch was given up")

    class Meta:
        db_table = "business_branch"
        constraints = [models.UniqueConstraint(fields=["business", "code"], name="branch_code_once")]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """An interval of a weekday (0 Monday … 6 Sunday) in the branch's wall time; it may run over midnight."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="hours")
    weekday = models.SmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        db_table = "business_openinghours"
        constraints = [
            models.UniqueConstraint(fields=["branch", "weekday", "opens"], name="hours_once"),
            models.CheckConstraint(condition=Q(weekday__gte=0, weekday__lte=6), name="hours_weekday"),
            models.CheckConstraint(condition=~Q(opens=F("closes")), name="hours_not_empty"),
        ]


class Holiday(models.Model):
    """A day with other hours: closed, or open for one interval. Without a branch it holds for all of them."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="holidays")
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, null=True, blank=True, related_name="holidays")
    on = models.DateField()
    name = models.CharField(max_length=80)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        db_table = "business_holiday"
        constraints = [
            models.UniqueConstraint(fields=["branch", "on"], name="holiday_once_a_branch"),
            models.UniqueConstraint(fields=["business", "on"], condition=Q(branch__isnull=True), name="holiday_once_for_all"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="holiday_both_or_none",
            ),
        ]
