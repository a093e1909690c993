"""Fetching a mailbox: every message from the last one kept on, stored before it is marked, counted afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.messaging.adapters.imap import Account, MailboxFault, OpenFolder, opened
from regulars.messaging.adapters.keys import unsealed
from regulars.messaging.models import Mailbox, MailboxKind, Receipt, ReceiptState
from regulars.messaging.services.reading import park_unread
from regulars.messaging.services.receiving import SIZE_MAX_BYTES, Delivery, receive_mail

LOOK_BACK = 2_000  # so many of the newest numbers are compared with the receipts after each run
CUT_BYTES = 256 * 1024


@dataclass
class Fetched:
    """What a run did: how many the server showed as new, how many were stored now, how many are missing, and a fault in words."""

    shown: int = 0
    stored: int = 0
    missing: int = 0
    fault: str = ""


def fetch_mailbox(*, mailbox: Mailbox, at: datetime) -> Fetched:
    """Take in what is new in an IMAP mailbox. Never raises for the server's faults: they stand on the mailbox until a run goes well."""
    done = Fetched()
    account = Account(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        user=mailbox.user,
        password=unsealed(mailbox.password_sealed),
        folder=mailbox.folder,
    )
    try:
        with opened(account) as folder:
            _fetch(mailbox, folder, done, at)
    except MailboxFault as fault:
        done.fault = str(fault)[:300]
    if not done.fault and done.missing:
        done.fault = f"{done.missing} messages that the server shows are not stored"
    since = (mailbox.fault_since or at) if done.fault else None
    Mailbox.objects.filter(pk=mailbox.pk).update(fetched_at=at, fault=done.fault, fault_since=since)
    return done


def mailboxes_to_fetch() -> list[Mailbox]:
    """Every open IMAP mailbox of the installation."""
    return list(Mailbox.objects.filter(kind=MailboxKind.IMAP, is_open=True).order_by("pk"))


def _fetch(mailbox: Mailbox, folder: OpenFolder, done: Fetched, at: datetime) -> None:
    last = mailbox.last_uid if mailbox.uid_validity == folder.uid_validity else 0  # Renumbered: begin anew, the content tells copies.
    uids = folder.uids_from(last + 1)
    done.shown = len(uids)
    for uid in uids:
        done.stored += _keep(mailbox, folder, uid, at)
    _count_again(mailbox, folder, done, at)


def _keep(mailbox: Mailbox, folder: OpenFolder, uid: int, at: datetime) -> bool:
    """Store one message and the place in one transaction, then mark it. A kill between the two costs a second look, no second contact."""
    size = folder.size_of(uid)
    content = folder.content_of(uid, SIZE_MAX_BYTES if size is None or size <= SIZE_MAX_BYTES else CUT_BYTES)
    if content is None:  # deleted by somebody in this moment
        return False
    delivery = Delivery(content=content, uid_validity=folder.uid_validity, uid=uid, source=f"imap:{mailbox.folder}")
    with transaction.atomic():
        stored = receive_mail(mailbox=mailbox, delivery=delivery, at=at)
        if size is not None and size > SIZE_MAX_BYTES and stored.new:
            park_unread(receipt_id=stored.receipt.pk, reason="too_large", at=at)
        Mailbox.objects.filter(pk=mailbox.pk).update(uid_validity=folder.uid_validity, last_uid=uid)
    folder.mark_kept(uid)
    return stored.new


def _count_again(mailbox: Mailbox, folder: OpenFolder, done: Fetched, at: datetime) -> None:
    """Compare the newest numbers of the server with our receipts; what is missing is fetched once more, what stays missing is told."""
    here = Receipt.objects.filter(mailbox=mailbox, uid_validity=folder.uid_validity)
    newest = Mailbox.objects.filter(pk=mailbox.pk).values_list("last_uid", flat=True).get()
    first = max(1, newest - LOOK_BACK)
    if mailbox.uid_validity is None and not newest:
        return
    shown = {uid for uid in folder.uids_from(first) if uid <= newest}
    missing = shown - set(here.filter(uid__gte=first).values_list("uid", flat=True))
    for uid in sorted(missing):
        size = folder.size_of(uid)
        content = folder.content_of(uid, SIZE_MAX_BYTES) if size is not None and size <= SIZE_MAX_BYTES else None
        if content is None:
            continue
        delivery = Delivery(content=content, uid_validity=folder.uid_validity, uid=uid, source=f"imap:{mailbox.folder}")
        done.stored += receive_mail(mailbox=mailbox, delivery=delivery, at=at).new
        missing = missing - {uid}
    done.missing = len(missing)


def unread_receipts(*, mailbox: Mailbox) -> int:
    """How many messages of a mailbox are stored and not read yet."""
    return Receipt.objects.filter(mailbox=mailbox, state=ReceiptState.STORED).count()
