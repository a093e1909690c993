"""What comes in: mailboxes, raw messages, receipts, and the mails read from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from regulars.groundwork.kernel.ids import new_id


class MailboxKind(models.TextChoices):
    FILES = "files"
    IMAP = "imap"
    LISTENER = "listener"


class Mailbox(models.Model):
    """A place where mail for the business arrives. `addresses` are its own: mail from them is never a customer's."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=MailboxKind.choices, default=MailboxKind.FILES)
    addresses = models.JSONField(default=list)
    lists_are_contacts = models.BooleanField(default=False)
    acknowledges = models.BooleanField(default=False, db_default=False, help_text="answers people's first mail by machine that it arrived")
    host = models.CharField(max_length=255, blank=True, default="")
    port = models.IntegerField(default=993)
    security = models.CharField(max_length=10, default="tls")
    user = models.CharField(max_length=255, blank=True, default="")
    password_sealed = models.TextField(blank=True, default="")
    folder = models.CharField(max_length=255, default="INBOX")
    is_open = models.BooleanField(default=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True, default="")
    fault_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "messaging_mailbox"
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="mailbox_once"),
            models.CheckConstraint(condition=Q(security__in=["tls", "starttls", "none"]), name="mailbox_security"),
        ]

    def __str__(self) -> str:
        return self.name


class RawMail(models.Model):
    """The bytes of a message exactly as they came; each content once for a business."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "messaging_rawmail"
        constraints = [models.UniqueConstraint(fields=["business", "digest"], name="raw_mail_once")]


class ReceivedMail(models.Model):
    """One mail that somebody wrote, read from its raw bytes; copies in several mailboxes are one. `trail` keeps how it was read."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    raw = models.ForeignKey(RawMail, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="received_mails")
    answers = models.ForeignKey("messaging.Message", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    contact_key = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=10)
    content_key = models.CharField(max_length=64)
    message_id = models.CharField(max_length=500)
    sender_name = models.CharField(max_length=200, blank=True, default="")
    sender_address = models.CharField(max_length=320, blank=True, default="")
    subject = models.CharField(max_length=500, blank=True, default="")
    text = models.TextField(blank=True, default="")
    has_html = models.BooleanField(default=False)
    attachments = models.JSONField(default=list)
    recipients = models.JSONField(default=list)
    is_automatic = models.BooleanField(default=False)
    may_auto_answer = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    hints = models.JSONField(default=list)
    trail = models.JSONField(default=dict)
    back_on = models.DateField(null=True, blank=True)
    dated_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_receivedmail"
        constraints = [
            models.UniqueConstraint(fields=["business", "content_key"], name="received_mail_once"),
            models.CheckConstraint(condition=Q(kind__in=["contact", "automatic", "bounce"]), name="received_mail_kind"),
        ]
        indexes = [
            models.Index(fields=["business", "-received_at", "-id"], name="received_newest"),
            models.Index(fields=["business", "sender_address", "-received_at"], name="received_from"),
        ]

    def __str__(self) -> str:
        return self.subject


class ReceiptState(models.TextChoices):
    """stored → contact | duplicate | automatic | bounce | parked; parked → stored by a retry."""

    STORED = "stored"
    CONTACT = "contact"
    DUPLICATE = "duplicate"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    PARKED = "parked"


class Receipt(models.Model):
    """That a message reached a mailbox. Written together with the raw bytes, before anybody looks into them."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    raw = models.ForeignKey(RawMail, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    mail = models.ForeignKey(ReceivedMail, on_delete=models.PROTECT, null=True, blank=True, related_name="receipts")
    state = models.CharField(max_length=10, choices=ReceiptState.choices, default=ReceiptState.STORED)
    reason = models.CharField(max_length=60, blank=True, default="")
    uid_validity = models.BigIntegerField(null=True, blank=True)
    uid = models.BigIntegerField(null=True, blank=True)
    envelope_from = models.CharField(max_length=400, null=True, blank=True)
    envelope_to = models.JSONField(default=list)
    source = models.CharField(max_length=300, blank=True, default="")
    origin = models.CharField(max_length=20, blank=True, default="", db_default="", help_text="what it came with as a whole: the demo")
    received_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    fault = models.TextField(blank=True, default="")
    next_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messaging_receipt"
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="receipt_uid_once", condition=Q(uid__isnull=False)),
            models.UniqueConstraint(fields=["mailbox", "raw"], name="receipt_content_once", condition=Q(uid__isnull=True)),
            models.CheckConstraint(
                condition=Q(state="stored", settled_at__isnull=True) | (~Q(state="stored") & Q(settled_at__isnull=False)),
                name="receipt_settled_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="receipt_waiting", condition=Q(state="stored")),
            models.Index(fields=["business", "-id"], name="receipt_parked", condition=Q(state="parked")),
            models.Index(fields=["raw"], name="receipt_raw"),
            models.Index(fields=["mailbox", "-id"], name="receipt_newest"),
        ]
