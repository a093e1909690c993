"""Questions about received mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.models import Mailbox, Message, MessageText, RawMail, Receipt, ReceiptState, ReceivedMail
from regulars.messaging.rules.mail import Attachment, attachment_bytes, inline_images, read_mail
from regulars.messaging.rules.markup import Shown, shown_markup
from regulars.messaging.rules.parts import Unreadable


@dataclass(frozen=True)
class MailPage:
    """Some mails, newest first, and the cursor of the next page ("" at the end)."""

    rows: list[ReceivedMail]
    next_cursor: str


def visible_mails(scope: Scope) -> QuerySet[ReceivedMail]:
    """Mails of which a copy lies in a visible mailbox, from nobody known or from a visible customer."""
    rows = ReceivedMail.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        near = Receipt.objects.filter(mail=OuterRef("pk")).filter(
            Q(mailbox__branch_id__in=scope.branch_ids) | Q(mailbox__branch_id__isnull=True)
        )
        customers = Q(customer__isnull=True) | Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True)
        rows = rows.filter(customers).filter(Exists(near))
    return rows


def mails_before(*, scope: Scope, kind: str = "", mailbox: str = "", cursor: str = "", size: int = 30) -> MailPage:
    """Received mails, newest first. `kind` narrows to contact, automatic or bounce; `mailbox` to one mailbox's public id."""
    rows = visible_mails(scope).select_related("customer").defer("text", "trail")
    if kind:
        rows = rows.filter(kind=kind)
    if mailbox:
        uuid = parsed(mailbox)
        rows = rows.filter(Exists(Receipt.objects.filter(mail=OuterRef("pk"), mailbox__public_id=uuid))) if uuid else rows.none()
    if cursor:
        if not cursor.isdigit():
            raise NotFound(_("This page does not exist."))
        last = rows.filter(pk=int(cursor)).values_list("received_at", flat=True).first()
        if last is None:
            raise NotFound(_("This page does not exist."))
        rows = rows.filter(received_at__lte=last).filter(Q(received_at__lt=last) | Q(pk__lt=int(cursor)))
    found = list(rows.order_by("-received_at", "-pk")[: size + 1])
    return MailPage(found[:size], str(found[size - 1].pk) if len(found) > size else "")


def mail_of(*, scope: Scope, public_id: str) -> ReceivedMail:
    """One visible mail. Raises NotFound."""
    uuid = parsed(public_id)
    row = visible_mails(scope).select_related("customer", "answers").filter(public_id=uuid).first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such mail."))
    return row


def copies_of(*, mail: ReceivedMail) -> list[Receipt]:
    """The receipts of a mail: in which mailboxes it arrived, and when."""
    return list(Receipt.objects.filter(mail=mail).select_related("mailbox").order_by("pk"))


def raw_of(*, mail: ReceivedMail) -> bytes:
    """The mail byte for byte as it came."""
    return bytes(RawMail.objects.get(pk=mail.raw_id).content)


def markup_of(*, mail: ReceivedMail, with_pictures: bool) -> Shown:
    """The mail's HTML made harmless; remote pictures only when asked for."""
    raw = raw_of(mail=mail)
    try:
        read = read_mail(raw)
    except Unreadable:
        return Shown("", 0)
    return shown_markup(read.html, pictures=inline_images(raw), with_remote_pictures=with_pictures)


def attachment_of(*, mail: ReceivedMail, number: int) -> tuple[Attachment, bytes]:
    """One attachment. Raises NotFound."""
    found = attachment_bytes(raw_of(mail=mail), number)
    if found is None:
        raise NotFound(_("There is no such attachment."))
    return found


def _visible_receipts(scope: Scope) -> QuerySet[Receipt]:
    rows = Receipt.objects.filter(business_id=scope.business_id).select_related("mailbox")
    if scope.branch_ids is not None:
        rows = rows.filter(Q(mailbox__branch_id__in=scope.branch_ids) | Q(mailbox__branch_id__isnull=True))
    return rows


def parked_receipts(*, scope: Scope, limit: int = 200) -> list[Receipt]:
    """What could not be read and waits, newest first."""
    return list(
        _visible_receipts(scope)
        .filter(state=ReceiptState.PARKED)
        .select_related("mailbox", "raw")
        .defer("raw__content")
        .order_by("-pk")[:limit]
    )


def parked_receipt(*, scope: Scope, public_id: str) -> Receipt:
    """One parked mail. Raises NotFound."""
    uuid = parsed(public_id)
    rows = _visible_receipts(scope).filter(state=ReceiptState.PARKED)
    row = rows.filter(public_id=uuid).select_related("mailbox", "raw").first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such mail among the parked ones."))
    return row


@dataclass(frozen=True)
class InboxCounts:
    """How much lies where."""

    parked: int
    waiting: int


def inbox_counts(*, scope: Scope) -> InboxCounts:
    """Parked mails, and mails that are stored but not read yet."""
    counted = (
        _visible_receipts(scope)
        .filter(state__in=[ReceiptState.PARKED, ReceiptState.STORED])
        .order_by()
        .aggregate(parked=Count("pk", filter=Q(state=ReceiptState.PARKED)), waiting=Count("pk", filter=Q(state=ReceiptState.STORED)))
    )
    return InboxCounts(counted["parked"], counted["waiting"])


def mailboxes_of(*, scope: Scope) -> list[Mailbox]:
    """The visible mailboxes by name."""
    rows = Mailbox.objects.filter(business_id=scope.business_id).select_related("branch").order_by("name")
    if scope.branch_ids is not None:
        rows = rows.filter(Q(branch_id__in=scope.branch_ids) | Q(branch_id__isnull=True))
    return list(rows)


def mailbox_of(*, scope: Scope, public_id: str) -> Mailbox:
    """One visible mailbox. Raises NotFound."""
    for row in mailboxes_of(scope=scope):
        if str(row.public_id) == public_id:
            return row
    raise NotFound(_("There is no such mailbox."))


def mail_exists(*, scope: Scope) -> bool:
    """Whether the business has any mailbox, mail, message or text for messages."""
    tables = (Mailbox, Receipt, ReceivedMail, Message, MessageText)
    return any(table._default_manager.filter(business_id=scope.business_id).exists() for table in tables)
