"""The gate: its rules by date, one ledger of everything that goes out, and what freezes a customer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.contacts.models.log import Contact
from regulars.groundwork.kernel.ids import new_id

LIVE = Q(state__in=["reserved", "confirmed"])


class RuleVersion(models.Model):
    """The rules of a business from an instant on, until a later version begins. Never changed: a change is a new version."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    effective_at = models.DateTimeField()
    document = models.JSONField()
    made_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "contacts_ruleversion"
        indexes = [models.Index(fields=["business", "-id"], name="rules_newest")]


class Pressure(models.Model):
    """Counts the changes of one person's (or household's) ledger. Whoever reserves raises it from the number they read: of two at once, one
    decides anew. `subject` is "customer:ID" of the surviving record, or the key of the household."""

    subject = models.CharField(max_length=330, primary_key=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        db_table = "contacts_pressure"


class Slot(models.Model):
    """One place in a customer's contact budget: reserved for `at`, then confirmed (it went out) or released, expired, pre-empted.

    Rows are never deleted while their customer is, so the ledger tells how each place was used. Businesses and rules are not guarded by a
    foreign key: thousands of reservations a second would queue up for those few rows.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="slots", db_index=False)
    household = models.CharField(max_length=330, blank=True, default="")
    key = models.CharField(max_length=200, blank=True, default="")
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=40)
    contact_class = models.CharField(max_length=13)
    weight = models.SmallIntegerField()
    priority = models.SmallIntegerField()
    value = models.BigIntegerField(default=0)
    address = models.CharField(max_length=320, blank=True, default="")
    at = models.DateTimeField(help_text="the instant that counts")
    expires_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(help_text="a reservation that nobody confirms is void from here on")
    state = models.CharField(max_length=9)
    pinned_at = models.DateTimeField(null=True, blank=True, help_text="it is on its way: nobody may take its place")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="slots")
    rules_id = models.BigIntegerField(null=True, blank=True)
    source = models.CharField(max_length=40, default="gate")
    batch_id = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    settled_reason = models.CharField(max_length=200, blank=True, default="")
    preempted_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "contacts_slot"
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="slot_once", condition=LIVE & ~Q(key="")),
            models.CheckConstraint(condition=Q(state__in=["reserved", "confirmed", "released", "expired", "preempted"]), name="slot_state"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=1000), name="slot_weight"),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=9), name="slot_priority"),
        ]
        indexes = [
            models.Index(fields=["customer", "at"], name="slot_pressure", condition=LIVE),
            models.Index(fields=["household", "at"], name="slot_household", condition=LIVE & ~Q(household="")),
            models.Index(fields=["held_until"], name="slot_held", condition=Q(state="reserved")),
            models.Index(fields=["batch_id"], name="slot_batch", condition=Q(batch_id__isnull=False)),
        ]


class Freeze(models.Model):
    """Something (an open complaint) that holds promotions and surveys back until it is closed and some days have passed."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="freezes")
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=80, help_text='what froze, for example "case:41"')
    since = models.DateTimeField()
    actor = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "contacts_freeze"
        constraints = [
            models.UniqueConstraint(fields=["customer", "source"], name="frozen_once_a_source", condition=Q(closed_at__isnull=True)),
        ]
