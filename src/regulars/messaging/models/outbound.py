"""What goes out: one row for each message to one person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id


class MessageState(models.TextChoices):
    """queued → claimed → in_flight → accepted | failed | uncertain; claimed → withheld (the last look said no) or queued again (later)."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"


class Message(models.Model):
    """One message to one address. `fence` grows with every claim: only the newest claimer may say what became of it."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="messages", db_index=False
    )
    answers = models.ForeignKey(
        "messaging.ReceivedMail", on_delete=models.PROTECT, null=True, blank=True, related_name="answered_by", db_index=False
    )
    key = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, default="email")
    purpose = models.CharField(max_length=40)
    contact_class = models.CharField(max_length=20)
    address = models.CharField(max_length=320)
    route_domain = models.CharField(max_length=255)
    shown_name = models.CharField(max_length=200, blank=True, default="")
    sender_name = models.CharField(max_length=200, blank=True, default="")
    sender_address = models.CharField(max_length=320)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    message_id = models.CharField(max_length=200)
    in_reply_to = models.CharField(max_length=500, blank=True, default="")
    reservation = models.CharField(max_length=80, blank=True, default="")
    actor = models.CharField(max_length=80)
    priority = models.SmallIntegerField(default=5)
    is_automatic = models.BooleanField(default=False)
    enclosed = models.SmallIntegerField(default=0, db_default=0, help_text="how many files go with it")
    origin = models.CharField(max_length=20, blank=True, default="", db_default="", help_text="what it came with as a whole: the demo")
    expires_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    reason = models.CharField(max_length=60, blank=True, default="")
    reply_text = models.CharField(max_length=500, blank=True, default="")
    attempts = models.IntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    lease_owner = models.CharField(max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    in_flight_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_message"
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="message_once"),
            models.CheckConstraint(
                condition=Q(state__in=["claimed", "in_flight"], leased_until__isnull=False)
                | (~Q(state__in=["claimed", "in_flight"]) & Q(leased_until__isnull=True)),
                name="message_leased_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_due", condition=Q(state="queued")),
            models.Index(fields=["leased_until"], name="message_leased", condition=Q(state__in=["claimed", "in_flight"])),
            models.Index(fields=["business", "-queued_at", "-id"], name="message_newest"),
            models.Index(fields=["customer", "-queued_at", "-id"], name="message_story"),
            # Most messages answer nothing and are accepted: their three rewrites on the way out don't touch these.
            models.Index(fields=["answers"], name="message_answers", condition=Q(answers__isnull=False)),
            models.Index(
                fields=["business", "state", "-id"],
                name="message_standing",
                condition=Q(state__in=["queued", "failed", "uncertain", "withheld"]),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Enclosure(models.Model):
    """A file that goes out with a message. Append-only, by trigger too; erasure may blank it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="enclosures", db_index=False)
    number = models.SmallIntegerField()
    name = models.CharField(max_length=140)
    size_bytes = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "messaging_enclosure"
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="enclosure_once")]

    def __str__(self) -> str:
        return self.name


class Suppression(models.Model):
    """An address that gets no mail, and why. `until` empty: until somebody lifts it."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    cause = models.CharField(max_length=20)
    all_purposes = models.BooleanField(default=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        db_table = "messaging_suppression"
        constraints = [models.UniqueConstraint(fields=["business", "address", "cause"], name="suppression_once")]


class Setback(models.Model):
    """One failed delivery to an address, from the dialogue or from a report. Told twice it counts once."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="setbacks")
    verdict = models.CharField(max_length=10)
    status = models.CharField(max_length=40, blank=True, default="")
    diagnostic = models.CharField(max_length=500, blank=True, default="")
    source = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        db_table = "messaging_setback"
        constraints = [models.UniqueConstraint(fields=["message", "verdict"], name="setback_once")]
        indexes = [models.Index(fields=["business", "address", "-at"], name="setback_address")]


class MailSwitch(models.Model):
    """The kill switch: while a row is open, no mail of the business is handed over. Who, when, why."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    stopped_at = models.DateTimeField()
    stopped_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True, default="")
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "messaging_switch"
        constraints = [models.UniqueConstraint(fields=["business"], name="stopped_once", condition=Q(resumed_at__isnull=True))]


class MessageText(models.Model):
    """A text that staff wrote for sending, with flat placeholders and what stands in for a missing value."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=40)
    contact_class = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80)

    class Meta:
        db_table = "messaging_text"
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="message_text_once")]

    def __str__(self) -> str:
        return self.name
