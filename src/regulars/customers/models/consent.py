"""What customers allowed and wish: events that are never changed, from which the present state is derived."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.customers.models.identity import Customer
from regulars.customers.rules.purposes import Basis


class Purpose(models.Model):
    """A purpose that the business added to the built-in ones, with the legal basis on which it writes for it."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    basis = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Basis])
    added_at = models.DateTimeField()

    class Meta:
        db_table = "customers_purpose"
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="purpose_once")]


class ConsentEvent(models.Model):
    """Somebody allowed or forbade something, once. A trigger forbids changing it; the newest event decides.

    `address` empty: all addresses of the channel. `purpose` "*": everything that needs to be allowed.
    """

    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents", db_index=False)
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=40)
    address = models.CharField(max_length=320, blank=True, default="")
    given = models.BooleanField()
    text_version = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=40)
    proof = models.JSONField(default=dict)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_consentevent"
        constraints = [models.CheckConstraint(condition=Q(given=False) | ~Q(purpose="*"), name="consent_never_to_everything")]
        indexes = [models.Index(fields=["customer", "channel", "-at", "-id"], name="consent_story")]


class WishStatement(models.Model):
    """How, when and how often somebody wishes to hear from the business, as they said it once; the newest statement holds.

    `hours` is null (no wish) or seven lists, Monday first, of [from, to) minutes of the local day.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="wishes", db_index=False)
    channels_never = models.JSONField(default=list)
    preferred_channel = models.CharField(max_length=10, blank=True, default="")
    hours = models.JSONField(null=True, blank=True)
    at_most_count = models.PositiveIntegerField(null=True, blank=True)
    at_most_days = models.PositiveIntegerField(null=True, blank=True)
    topics = models.JSONField(default=list)
    source = models.CharField(max_length=40)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_wishstatement"
        constraints = [
            models.CheckConstraint(
                condition=Q(at_most_count__isnull=True, at_most_days__isnull=True) | Q(at_most_count__gte=1, at_most_days__gte=1),
                name="wish_frequency_whole",
            )
        ]
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="wish_newest")]


class ZoneAssumption(models.Model):
    """Where customers may live of whom no zone is known: without a row where the business (or their branch) is, else in these zones."""

    business = models.OneToOneField("business.Business", on_delete=models.CASCADE, related_name="+")
    zones = models.JSONField()

    class Meta:
        db_table = "customers_zoneassumption"
