"""Customers: who they are."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.customers.rules.names import CustomerKind
from regulars.groundwork.kernel.ids import new_id


class Customer(models.Model):
    """Anyone: a person or an organisation, a prospect until the first purchase. Names are kept as given, shown as their culture has it."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+")
    home_branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, default=CustomerKind.PERSON)
    given_name = models.CharField(max_length=120, blank=True, default="")
    family_name = models.CharField(max_length=120, blank=True, default="")
    organisation_name = models.CharField(max_length=200, blank=True, default="")
    display_name = models.CharField(max_length=255)
    sort_name = models.CharField(max_length=255, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    zone = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")
    prospect = models.BooleanField(default=True, db_default=True)
    batch_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    segment = ""  # What insight has published of them: no column, set by the queries that read it along.

    class Meta:
        db_table = "customers_customer"
        indexes = [
            models.Index(fields=["business", "sort_name", "id"], name="customer_by_name"),
            models.Index(fields=["batch_id"], name="customer_batch", condition=Q(batch_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.display_name


class ContactPoint(models.Model):
    """A way to reach somebody. `value` as typed, `normal` for comparison (lower-case address, E.164 number)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=320)
    normal = models.CharField(max_length=320)
    label = models.CharField(max_length=40, blank=True, default="")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_contactpoint"
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "normal"], name="contact_point_once"),
            models.CheckConstraint(condition=Q(kind__in=["email", "phone", "postal"]), name="contact_point_kind"),
        ]
        indexes = [models.Index(fields=["kind", "normal"], name="contact_point_reaches")]


class ExternalId(models.Model):
    """The customer's number in another system; `source` names the system ("import", "till", "card")."""

    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=40)
    value = models.CharField(max_length=120)

    class Meta:
        db_table = "customers_externalid"
        constraints = [models.UniqueConstraint(fields=["business", "source", "value"], name="external_id_once")]


class Trait(models.Model):
    """A published fact about a customer: insight says "segment: slipping away", outreach may pick by it."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="traits")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=80)
    explanation = models.JSONField(default=dict)
    source = models.CharField(max_length=40)
    published_at = models.DateTimeField()

    class Meta:
        db_table = "customers_trait"
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="trait_once")]
        indexes = [models.Index(fields=["business", "name", "value"], name="trait_value")]


class SearchWord(models.Model):
    """One folded word under which a customer is found. The column compares by code point on both databases, so prefixes are ranges."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="search_words")
    word = models.CharField(max_length=64)

    class Meta:
        db_table = "customers_searchword"
        indexes = [models.Index(fields=["business", "word", "customer"], name="search_word")]


class SearchBeginnings(models.Model):
    """How the words begin under which a customer is found, as far as they are letters, all in one text; whoever has no such word has no row.

    On PostgreSQL an inverted index over the pieces (see the migration) tells at once who has several of them. The other database
    keeps them too, so that a move takes them along.
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="search_beginnings")
    beginnings = models.TextField()

    class Meta:
        db_table = "customers_searchbeginnings"
