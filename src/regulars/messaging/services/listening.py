"""The listener's two questions: is this one of our addresses, and is the message kept?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from regulars.business.queries import all_businesses
from regulars.messaging.adapters.keys import token_key
from regulars.messaging.models import Mailbox, MailboxKind, Message
from regulars.messaging.rules.places import Accept, Keep, Place
from regulars.messaging.rules.tokens import subject_of, tokens_in
from regulars.messaging.services.ingesting import business_for_mail
from regulars.messaging.services.mailboxes import MailboxParticulars, open_mailbox
from regulars.messaging.services.receiving import Delivery, receive_mail

CATCH_ALL = "listener"
ACTOR = "system:mail"


def mailbox_at(*, address: str, at: datetime) -> Mailbox | None:
    """The mailbox that an address belongs to; what stands after a plus sign in it does not count. A mailbox of the listener without
    addresses takes what no other does; when the listener has none at all, one is opened that takes everything."""
    base = _base(address)
    boxes = list(Mailbox.objects.filter(is_open=True).order_by("pk"))
    for box in boxes:
        if base in box.addresses or address.lower() in box.addresses:
            return box
    listening = [box for box in boxes if box.kind == MailboxKind.LISTENER]
    if not listening:
        business = (all_businesses() or [business_for_mail(at=at, actor=ACTOR)])[0]
        particulars = MailboxParticulars(name=CATCH_ALL, kind=MailboxKind.LISTENER)
        return open_mailbox(business_id=business.pk, particulars=particulars, at=at, actor=ACTOR)
    return next((box for box in listening if not box.addresses), None) or _by_token(address, listening)


def keep_message(*, sender: str, recipients: Sequence[str], content: bytes, at: datetime) -> list[str]:
    """Keep a message for all its recipients in one transaction; one answer for each. 250 is said only after the commit."""
    answers: dict[int, str] = {}
    with transaction.atomic():
        boxes = [mailbox_at(address=one, at=at) for one in recipients]
        for box in {one.pk: one for one in boxes if one is not None}.values():
            near = [one for one, found in zip(recipients, boxes, strict=True) if found is not None and found.pk == box.pk]
            delivery = Delivery(content=content, envelope_from=sender, envelope_to=near, source="smtp")
            stored = receive_mail(mailbox=box, delivery=delivery, at=at)
            answers[box.pk] = f"250 2.0.0 Kept as {stored.receipt.public_id}"
    return [answers[box.pk] if box is not None else "550 5.1.1 No such mailbox here" for box in boxes]


def _base(address: str) -> str:
    local, _at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _by_token(address: str, boxes: list[Mailbox]) -> Mailbox | None:
    """Return addresses of our own messages are at home in the first mailbox of their business."""
    for token in tokens_in(address):
        number = subject_of("bounce", token, token_key()) or subject_of("reply", token, token_key())
        message = Message.objects.filter(public_id=number).first() if number else None
        if message is not None:
            return next((box for box in boxes if box.business_id == message.business_id), None)
    return None


async def listen(*, places: Sequence[Place], keep: Keep, accept: Accept, size_max_bytes: int, ready: Callable[[], None]) -> None:
    """Listen until SIGTERM or SIGINT, then let open conversations end. The protocol loads here: only a listener needs it."""
    from regulars.messaging.adapters.listener import serve

    await serve(places, keep=keep, accept=accept, size_max_bytes=size_max_bytes, ready=ready)
