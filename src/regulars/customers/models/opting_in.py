"""Asking for a permission in two steps, and the wordings that people agree to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.customers.models.identity import Customer
from regulars.groundwork.kernel.ids import new_id


class Wording(models.Model):
    """The text that people agree to, by purpose, language and version. Never changed: a new text is a new version."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    purpose = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    version = models.CharField(max_length=80)
    text = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "customers_wording"
        constraints = [models.UniqueConstraint(fields=["business", "purpose", "language", "version"], name="wording_once")]


class OptInRequest(models.Model):
    """Somebody asked to be written to; nothing is allowed until the link in the one message was confirmed. Only a digest of the link's
    token is kept. The row goes when it was confirmed or ran out."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="opt_ins")
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=320)
    purposes = models.JSONField(default=list)
    given_name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    text_version = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    proof = models.JSONField(default=dict)
    token_digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "customers_optinrequest"
        constraints = [
            models.UniqueConstraint(
                fields=["business", "channel", "address"], condition=Q(confirmed_at__isnull=True), name="one_open_opt_in"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="opt_in_age")]
