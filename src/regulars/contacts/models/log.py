"""Every contact in order, and what was promised at it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from regulars.contacts.rules.words import CHANNELS, TermKind, Valence
from regulars.groundwork.kernel.ids import new_id


class Entry(models.Model):
    """One line of a customer's story, taken from a fact. Append-only; `fact_id` keeps it from being told twice."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=100)
    headline = models.CharField(max_length=200)
    headline_values = models.JSONField(default=dict)
    actor = models.CharField(max_length=80)
    fact_key = models.CharField(max_length=64)

    class Meta:
        db_table = "contacts_entry"
        constraints = [models.UniqueConstraint(fields=["customer", "fact_key"], name="entry_once")]
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="entry_story")]


class Contact(models.Model):
    """One encounter with a customer. Append-only, by trigger too: a correction is a new row that names the old one; a `void` correction
    says that it never happened. Only erasure may blank the free text, only a recorded Withdrawal lets a source's rows go.

    `staff` outlives the account, so it is a number without a constraint.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="contacts", db_index=False)
    at = models.DateTimeField()
    channel = models.CharField(max_length=10)
    direction = models.CharField(max_length=3)
    began_by = models.CharField(max_length=8)
    nature = models.CharField(max_length=40)
    topic = models.CharField(max_length=40, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=40, blank=True, default="", db_default="")
    mood_stated = models.SmallIntegerField(null=True, blank=True)
    mood_inferred = models.SmallIntegerField(null=True, blank=True)
    staff = models.ForeignKey(
        "staff.Employee", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    minutes = models.SmallIntegerField(null=True, blank=True)
    effort = models.SmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True, default="", db_default="")
    links = models.JSONField(default=dict, db_default={})
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction", db_column="corrects_id"
    )
    void = models.BooleanField(default=False, db_default=False)
    actor = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=200)
    batch_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "contacts_contact"
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "source_key"], name="contact_once"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="contact_channel"),
            models.CheckConstraint(condition=Q(direction__in=["in", "out"]), name="contact_direction"),
            models.CheckConstraint(condition=Q(began_by__in=["customer", "business"]), name="contact_beginner"),
            models.CheckConstraint(
                condition=Q(mood_stated__isnull=True) | Q(mood_stated__gte=-2, mood_stated__lte=2), name="contact_mood_stated"
            ),
            models.CheckConstraint(
                condition=Q(mood_inferred__isnull=True) | Q(mood_inferred__gte=-2, mood_inferred__lte=2), name="contact_mood_inferred"
            ),
            models.CheckConstraint(condition=Q(effort__isnull=True) | Q(effort__gte=1, effort__lte=5), name="contact_effort"),
            models.CheckConstraint(condition=Q(minutes__isnull=True) | Q(minutes__gte=0, minutes__lte=1440), name="contact_minutes"),
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="contact_not_its_own"),
        ]
        indexes = [
            # With what a story is filtered by: a rare contact among ten thousand is found without looking at their rows.
            models.Index(
                fields=["customer", "-at", "-id"],
                name="contact_story",
                include=["business", "void", "channel", "nature", "outcome", "staff"],
            ),
            models.Index(fields=["batch_id"], name="contact_batch", condition=Q(batch_id__isnull=False)),
        ]


class Withdrawal(models.Model):
    """Why contacts of one source (or one batch of it) may leave the log: an import undone, the demo taken away. The trigger asks for it."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    batch_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)

    class Meta:
        db_table = "contacts_withdrawal"


class Term(models.Model):
    """A word of the business's own taxonomy, or its change of a default. Codes stay for ever, retired words are only no longer offered."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    valence = models.CharField(max_length=8, default=Valence.NONE)
    retired = models.BooleanField(default=False)

    class Meta:
        db_table = "contacts_term"
        constraints = [
            models.UniqueConstraint(fields=["business", "kind", "code"], name="term_once"),
            models.CheckConstraint(condition=Q(kind__in=list(TermKind)), name="term_kind"),
            models.CheckConstraint(condition=Q(valence__in=list(Valence)), name="term_valence"),
        ]


class FollowUp(models.Model):
    """Something promised to a customer, with the instant by which it is due and who will keep it (nobody: anybody)."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="follow_ups")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="promises")
    staff = models.ForeignKey(
        "staff.Employee", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    what = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    open = models.BooleanField(default=True, help_text="a shadow of `ending`, for the index of what is still to do")

    class Meta:
        db_table = "contacts_followup"
        indexes = [models.Index(fields=["business", "due_at", "id"], name="follow_up_open", condition=Q(open=True))]


class FollowUpEnding(models.Model):
    """How a promise ended, once: kept (perhaps by a contact, perhaps late) or cancelled with a reason."""

    follow_up = models.OneToOneField(FollowUp, on_delete=models.CASCADE, related_name="ending")
    how = models.CharField(max_length=9)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "contacts_followupending"
        constraints = [models.CheckConstraint(condition=Q(how__in=["kept", "cancelled"]), name="ending_how")]
