"""Cases: the stream of what happened, what was said, and projections of the stream that lists are made of."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id
from regulars.staff.queries import Employee

STATUSES = ["open", "waiting", "resolved", "closed", "merged"]
UNDONE = ["open", "waiting"]
PRIORITIES = ["low", "normal", "high", "urgent"]
CHANNELS = ["email", "phone", "sms", "post", "social", "visit", "till", "portal"]


def staff_key() -> models.ForeignKey[Employee | None, Employee | None]:
    """Somebody of the staff, whose account the case outlives."""
    return models.ForeignKey(
        "staff.Employee", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )


class Queue(models.Model):
    """Where cases wait for whoever is there for them. New ones come here by mailbox, nature or branch; the first queue by position fits."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    position = models.IntegerField(default=0)
    natures = models.JSONField(default=list)
    mailboxes = models.JSONField(default=list)
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    retired = models.BooleanField(default=False)

    class Meta:
        db_table = "service_queue"
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="queue_once")]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """A matter of one customer, as its stream tells it. `version` grows with each happening: who writes names the one they read.

    Everything below `version` is a projection that `regulars service verify` compares with the stream.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="cases", db_index=False)
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    subject = models.CharField(max_length=200)
    remedy_asked = models.CharField(max_length=500, blank=True, default="")
    cause = models.CharField(max_length=40, blank=True, default="")
    action = models.CharField(max_length=500, blank=True, default="")
    words = models.TextField(blank=True, default="", help_text="what the search finds it by: plain words of all that was said")
    opened_by = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=200)
    version = models.IntegerField(default=0)
    status = models.CharField(max_length=10, default="open")
    nature = models.CharField(max_length=40)
    topic = models.CharField(max_length=40, blank=True, default="")
    channel = models.CharField(max_length=10)
    priority = models.CharField(max_length=10, default="normal")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    owner = staff_key()
    policy = models.ForeignKey("policy.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    paragraph = models.CharField(max_length=20, blank=True, default="")
    opened_at = models.DateTimeField()
    customer_at = models.DateTimeField(null=True, blank=True)
    unanswered_since = models.DateTimeField(null=True, blank=True)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="the earliest open deadline")
    overdue = models.BooleanField(default=False, help_text="a promise in it is broken and still open")
    reopened = models.SmallIntegerField(default=0)
    rejected = models.SmallIntegerField(default=0)
    hands = models.SmallIntegerField(default=0, help_text="how many people had it")
    settled = models.BooleanField(null=True, blank=True, help_text="what the customer said afterwards")

    class Meta:
        db_table = "service_case"
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "source_key"], name="case_once"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="case_status"),
            models.CheckConstraint(condition=Q(priority__in=PRIORITIES), name="case_priority"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="case_channel"),
            models.CheckConstraint(condition=~Q(status="resolved") | Q(resolved_at__isnull=False), name="case_resolved_at"),
        ]
        indexes = [
            models.Index(fields=["business", "due_at", "id"], name="case_due", condition=Q(status__in=UNDONE)),
            models.Index(fields=["business", "queue", "due_at", "id"], name="case_queue", condition=Q(status__in=UNDONE)),
            models.Index(fields=["business", "owner", "due_at", "id"], name="case_owner", condition=Q(status__in=UNDONE)),
            models.Index(fields=["customer", "-opened_at", "-id"], name="case_story"),
            models.Index(fields=["business", "-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["business", "resolved_at", "id"], name="case_resolved", condition=Q(status="resolved")),
            models.Index(fields=["snoozed_until"], name="case_snoozed", condition=Q(snoozed_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"


class EventRow(models.Model):
    """One line of a case's stream. Append-only, by trigger too; a `key` happens once within its case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stream", db_index=False)
    seq = models.IntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    body = models.JSONField(default=dict)
    key = models.CharField(max_length=120, blank=True, default="")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "service_event"
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="event_in_order"),
            models.UniqueConstraint(fields=["case", "key"], name="event_once", condition=~Q(key="")),
        ]


class Entry(models.Model):
    """What was said in a case, to or by the customer, or among us. Erasure blanks the words; the stream keeps that something was said."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    staff = staff_key()
    text = models.TextField(blank=True, default="")
    mail = models.ForeignKey("messaging.ReceivedMail", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    message = models.ForeignKey("messaging.Message", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contact_id = models.BigIntegerField(null=True, blank=True)
    moved_from = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "service_entry"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["in", "out", "internal", "automatic", "courtesy"]), name="case_entry_kind"),
        ]
        indexes = [models.Index(fields=["case", "at", "id"], name="case_entry_story")]

    @property
    def said(self) -> str:
        """What was said; of a letter of ours without what stands below the mark of the signature (RFC 3676, 4.3): ways to wishes and links."""
        return self.text.partition("\n-- \n")[0].rstrip() if self.kind in ("out", "automatic") else self.text


class ClockRow(models.Model):
    """One promise of a case, as its stream and the policy tell it. `standing` as of the last writing; being overdue is a matter of `due_at`."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks", db_index=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=60)
    metric = models.CharField(max_length=30)
    instance = models.IntegerField()
    is_open = models.BooleanField()
    paused = models.BooleanField(default=False)
    breached = models.BooleanField(default=False)
    how = models.CharField(max_length=10, blank=True, default="")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    policy = models.ForeignKey("policy.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    paragraph = models.CharField(max_length=20, blank=True, default="")
    staff = staff_key()
    what = models.CharField(max_length=200, blank=True, default="")
    next_look_at = models.DateTimeField(null=True, blank=True, help_text="the coming alarm or the due instant, whichever is first")

    class Meta:
        db_table = "service_clock"
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="clock_once"),
            models.CheckConstraint(
                condition=Q(is_open=True, ended_at__isnull=True) | Q(is_open=False, ended_at__isnull=False), name="clock_ended_or_not"
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at", "id"], name="clock_look", condition=Q(next_look_at__isnull=False)),
            models.Index(fields=["business", "due_at", "id"], name="clock_open", condition=Q(is_open=True)),
            models.Index(fields=["business", "ended_at"], name="clock_ended", condition=Q(is_open=False)),
        ]


class Link(models.Model):
    """Two cases that belong together, and why: a later one continues an earlier one, was split from it, was merged into it, or is alike."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service_link"
        constraints = [
            models.UniqueConstraint(fields=["case", "other", "kind"], condition=Q(undone_at__isnull=True), name="case_link_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(kind="merged", undone_at__isnull=True), name="case_merged_once"),
            models.CheckConstraint(condition=Q(kind__in=["continues", "split", "merged", "alike"]), name="case_link_kind"),
            models.CheckConstraint(condition=~Q(case=F("other")), name="case_link_other"),
        ]


class Presence(models.Model):
    """Who has a case open right now, and whether they are writing. Old ones mean nothing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="present", db_index=False)
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField()
    writing_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "service_presence"
        constraints = [models.UniqueConstraint(fields=["case", "employee"], name="presence_once")]
