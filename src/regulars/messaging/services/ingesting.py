"""Taking mail in from files: every message gets a receipt, and every receipt an answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from regulars.business.queries import Business
from regulars.customers.services import business_for_import
from regulars.groundwork.kernel.clock import now
from regulars.messaging.adapters.spool import files_in, messages_in
from regulars.messaging.models import Mailbox, Receipt, ReceiptState
from regulars.messaging.services.mailboxes import mailbox_named
from regulars.messaging.services.reading import read_receipt
from regulars.messaging.services.receiving import Delivery, TooLarge, receive_mail


@dataclass(frozen=True)
class TakenIn:
    """What became of one message of a file."""

    file: str
    receipt: Receipt | None
    state: str
    reason: str

    def as_json(self) -> dict[str, str | None]:
        """`file, receipt, state, reason, customer, contact`, as documented."""
        mail = self.receipt.mail if self.receipt else None
        customer = mail.customer if mail else None
        return {
            "file": self.file,
            "receipt": str(self.receipt.public_id) if self.receipt else None,
            "state": self.state,
            "reason": self.reason or None,
            "customer": str(customer.public_id) if customer else None,
            "contact": (mail.contact_key or str(mail.public_id)) if mail and mail.kind == "contact" else None,
        }


def business_for_mail(*, at: datetime, actor: str) -> Business:
    """The business that mail without a mailbox of its own goes to: the first; founded when there is none."""
    found = business_for_import(tenant_id=None, currency="", zone="", at=at, actor=actor, found=True)
    assert found is not None
    return found


def files_taken_in(*, place: Path, mailbox_name: str, at: datetime, actor: str) -> Iterator[TakenIn]:
    """Take in every message under a place, one after the other; each is stored and read before the next. Broken ones are parked."""
    business = business_for_mail(at=at, actor=actor)
    mailbox = mailbox_named(business_id=business.pk, name=mailbox_name, at=at, actor=actor)
    for path in files_in(place):
        for content in messages_in(path):
            yield _taken_in(mailbox, str(path), content, at)


def _taken_in(mailbox: Mailbox, file: str, content: bytes, at: datetime) -> TakenIn:
    delivery = Delivery(content=content, source=os.fsencode(file).decode("utf-8", "replace"))
    try:
        stored = receive_mail(mailbox=mailbox, delivery=delivery, at=at)
    except TooLarge as refusal:
        return TakenIn(file, None, ReceiptState.PARKED, refusal.code)
    read_receipt(receipt_id=stored.receipt.pk, at=now())
    receipt = Receipt.objects.select_related("mail__customer").get(pk=stored.receipt.pk)
    if not stored.new and receipt.state != ReceiptState.PARKED:
        return TakenIn(file, receipt, ReceiptState.DUPLICATE, "same_content")
    return TakenIn(file, receipt, receipt.state, receipt.reason)
