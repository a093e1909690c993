"""Taking mail in: first the bytes and a receipt in one transaction, then nobody can lose it any more."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.adapters.receipt_sql import keep_at_once
from regulars.messaging.models import Mailbox, RawMail, Receipt

SIZE_MAX_BYTES = 100 * 1024 * 1024
WAITING = "SELECT 1 FROM kernel_job WHERE kind = 'messaging.read_mail' AND state = 'queued' LIMIT 1"
AT_ONCE_BYTES = 256 * 1024


class TooLarge(Refusal):
    code = "mail_too_large"
    status = 413

    def __init__(self) -> None:
        super().__init__(_("This message is larger than 100 MB. It was not taken in; it stays where it is."))


@dataclass(frozen=True)
class Stored:
    """A receipt; `new` is false when this very delivery, or this very content, was taken in before."""

    receipt: Receipt
    new: bool


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message at a mailbox. `uid` and `uid_validity` where the server has them; `envelope_from` None when nobody told.

    `origin` names what it came with as a whole, so that it can be taken away with it: "demo", empty for real mail.
    """

    content: bytes
    uid_validity: int | None = None
    uid: int | None = None
    envelope_from: str | None = None
    envelope_to: Collection[str] = ()
    source: str = ""
    origin: str = ""


def receive_mail(*, mailbox: Mailbox, delivery: Delivery, at: datetime) -> Stored:
    """Keep a message. When this returns and the caller's transaction commits, it is safe: reading it is a later step that can be repeated.

    The same (UIDVALIDITY, UID) or the same content changes nothing. Raises TooLarge over 100 MB.
    """
    if len(delivery.content) > SIZE_MAX_BYTES:
        raise TooLarge
    row = _kept_as_new(mailbox, delivery, at)  # nearly every message is new: the constraints say so without being asked first
    if row is not None:
        return Stored(row, new=True)
    with transaction.atomic():
        return _kept(mailbox, delivery, at)


def _kept_as_new(mailbox: Mailbox, delivery: Delivery, at: datetime) -> Receipt | None:
    """Keep bytes and receipt, both or neither, if this content and this delivery are new; else None."""
    raw = _raw_row(mailbox.business_id, delivery.content)
    row = _receipt(mailbox, raw, delivery, at)
    if not on_postgres() or raw.size_bytes > AT_ONCE_BYTES:
        return _saved(raw, row)
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            if not keep_at_once(raw=raw, receipt=row):
                return None
    except IntegrityError:  # somebody else keeps the same delivery in this moment
        return None
    _wake_reader(row)
    return row


def _saved(raw: RawMail, row: Receipt) -> Receipt | None:
    try:
        with transaction.atomic():
            raw.save(force_insert=True)
            row.raw = raw
            row.save(force_insert=True)
            _wake_reader(row)
    except IntegrityError:
        return None
    return row


def _kept(mailbox: Mailbox, delivery: Delivery, at: datetime) -> Stored:
    known = _receipt_by_uid(mailbox, delivery)
    if known:
        return Stored(known, new=False)
    raw, is_first = _raw(mailbox.business_id, delivery.content)
    if not is_first and delivery.uid is None:
        earlier = Receipt.objects.filter(mailbox=mailbox, raw=raw).order_by("pk").first()
        if earlier:
            return Stored(earlier, new=False)
    row = _receipt(mailbox, raw, delivery, at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody else fetched it in this moment
        known = _receipt_by_uid(mailbox, delivery) or Receipt.objects.get(mailbox=mailbox, raw=raw, uid__isnull=True)
        return Stored(known, new=False)
    _wake_reader(row)
    return Stored(row, new=True)


def _receipt_by_uid(mailbox: Mailbox, delivery: Delivery) -> Receipt | None:
    if delivery.uid is None:
        return None
    return Receipt.objects.filter(mailbox=mailbox, uid_validity=delivery.uid_validity, uid=delivery.uid).first()


def _receipt(mailbox: Mailbox, raw: RawMail, delivery: Delivery, at: datetime) -> Receipt:
    return Receipt(
        business_id=mailbox.business_id,
        mailbox=mailbox,
        raw=raw,
        uid_validity=delivery.uid_validity,
        uid=delivery.uid,
        envelope_from=None if delivery.envelope_from is None else delivery.envelope_from[:400],
        envelope_to=[one[:400] for one in list(delivery.envelope_to)[:100]],
        source=delivery.source[-300:],
        origin=delivery.origin,
        received_at=at,
    )


def _raw_row(business_id: int, content: bytes) -> RawMail:
    return RawMail(business_id=business_id, digest=hashlib.sha256(content).hexdigest(), size_bytes=len(content), content=content)


def _raw(business_id: int, content: bytes) -> tuple[RawMail, bool]:
    row = _raw_row(business_id, content)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
        return row, True
    except IntegrityError:
        return RawMail.objects.defer("content").get(business_id=business_id, digest=row.digest), False


def _wake_reader(row: Receipt) -> None:
    """One waiting job reads all that is stored. A job that starts in this very moment may miss the row: then the one of each minute finds it."""
    if not fetch_prepared(WAITING):
        enqueue("messaging.read_mail", {}, key=f"receipt:{row.pk}")
