"""What was given to customers to make things good: two ledgers, entitlement and goodwill, each line with its counter-line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id
from regulars.service.models.cases import Case, staff_key


class Gesture(models.Model):
    """Something given, or asked to be given, in a case. Only booked ones stand in the ledger."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="gestures")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="gestures", db_index=False)
    kind = models.CharField(max_length=40)
    ledger = models.CharField(max_length=11)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    words = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10)
    why = models.CharField(max_length=40, blank=True, default="", help_text="which limit sent it for approval")
    policy = models.ForeignKey("policy.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    paragraph = models.CharField(max_length=20, blank=True, default="")
    staff = staff_key()
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.CharField(max_length=300, blank=True, default="")
    key = models.CharField(max_length=200)
    origin = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        db_table = "service_gesture"
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="gesture_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="gesture_gives"),
            models.CheckConstraint(condition=Q(ledger__in=["entitlement", "goodwill"]), name="gesture_ledger"),
            models.CheckConstraint(condition=Q(state__in=["booked", "awaiting", "refused", "withdrawn", "reversed"]), name="gesture_state"),
        ]
        indexes = [
            models.Index(fields=["business", "id"], name="gesture_awaiting", condition=Q(state="awaiting")),
            models.Index(fields=["customer", "ledger", "at"], name="gesture_given", condition=Q(state="booked")),
            models.Index(fields=["business", "at"], name="gesture_story"),
        ]


class GestureBudget(models.Model):
    """The row that bookings for one customer take turns at, so that two at once can't both use the last of a limit."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.OneToOneField("customers.Customer", on_delete=models.CASCADE, related_name="+")
    bookings = models.IntegerField(default=0)

    class Meta:
        db_table = "service_gesturebudget"


class LedgerLine(models.Model):
    """One side of a booking. The two sides of a booking add up to nothing; nothing is ever changed, a reversal is a booking of its own."""

    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    gesture = models.ForeignKey(Gesture, on_delete=models.PROTECT, related_name="lines")
    booking = models.SmallIntegerField(help_text="1: the gesture, 2: its reversal")
    ledger = models.CharField(max_length=11)
    account = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "service_ledgerline"
        constraints = [
            models.UniqueConstraint(fields=["gesture", "booking", "account"], name="ledger_line_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_line_moves"),
        ]
        indexes = [models.Index(fields=["business", "ledger", "at"], name="ledger_story")]
