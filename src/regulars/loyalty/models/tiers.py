"""Which tier a member holds, since when, and until when it is promised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class TierStanding(models.Model):
    """A member's tier in a program; empty: none yet. `anchor_on` is the day on which it was reached, `reviews` how many were held since.

    `review_ends_at` is the instant at which the next review holds, `noticed_review` the review of which the member was told last.
    """

    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="standings", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.CharField(max_length=40, blank=True, default="")
    joined_on = models.DateField()
    anchor_on = models.DateField(null=True, blank=True)
    guarantee_months = models.SmallIntegerField(default=12)
    reviews = models.SmallIntegerField(default=0)
    review_ends_at = models.DateTimeField(null=True, blank=True)
    noticed_review = models.SmallIntegerField(default=0)
    since_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "program"], name="loyalty_standing_once"),
            models.CheckConstraint(
                condition=Q(tier="", anchor_on=None) | ~Q(tier="") & Q(anchor_on__isnull=False), name="loyalty_standing_anchor"
            ),
        ]
        indexes = [
            models.Index(fields=["review_ends_at"], name="loyalty_standing_review", condition=Q(review_ends_at__isnull=False)),
            models.Index(fields=["program", "tier"], name="loyalty_standing_tier"),
        ]
