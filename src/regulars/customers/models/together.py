"""Who belongs together: merged records of one person, households, members of an organisation."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.customers.models.identity import Customer
from regulars.groundwork.kernel.ids import new_id


class Merge(models.Model):
    """Two records are the same person. A pointer: nothing is moved or copied, so undoing it restores both stories."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    loser = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges_away", db_index=False)
    survivor = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges_here", db_index=False)
    reason = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "customers_merge"
        constraints = [
            models.UniqueConstraint(fields=["loser"], condition=Q(undone_at__isnull=True), name="merged_away_once"),
            models.CheckConstraint(condition=~Q(loser=F("survivor")), name="merge_of_two"),
        ]
        indexes = [
            models.Index(fields=["survivor"], condition=Q(undone_at__isnull=True), name="merged_here"),
            models.Index(fields=["loser", "-at"], name="merge_story"),
        ]


class Distinction(models.Model):
    """Somebody looked at two records that seem alike and said: these are two people. `low` and `high` by id."""

    low = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_distinction"
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="distinct_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="distinct_in_order"),
        ]


class Likeness(models.Model):
    """Two records that may be one person, `low` and `high` by id: kept so that suggesting them costs the same for any number of customers.

    `strength` (1 to 7) tells what they share, the higher the more; what somebody has decided since is left out when it is read.
    """

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    low = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    high = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    strength = models.SmallIntegerField()

    class Meta:
        db_table = "customers_likeness"
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="likeness_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="likeness_in_order"),
            models.CheckConstraint(condition=Q(strength__gte=1, strength__lte=7), name="likeness_strength"),
        ]
        indexes = [models.Index(fields=["business", "-strength", "id"], name="likeness_strongest")]


class Household(models.Model):
    """People who live together: one letter is enough for them."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    founded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_household"


class HouseholdMember(models.Model):
    """Somebody lives in a household from `since` to `until`; in one household at a time."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="households", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "customers_householdmember"
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(until__isnull=True), name="in_one_household"),
        ]


class Membership(models.Model):
    """A person works or speaks for an organisation from `since` to `until`."""

    organisation = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="people", db_index=False)
    person = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="organisations", db_index=False)
    role = models.CharField(max_length=80, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "customers_membership"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], condition=Q(until__isnull=True), name="membership_once"),
            models.CheckConstraint(condition=~Q(organisation=F("person")), name="membership_of_two"),
        ]
        indexes = [models.Index(fields=["person"], name="membership_of_person")]
