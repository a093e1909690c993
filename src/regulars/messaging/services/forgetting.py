"""Messages of somebody who was forgotten: nothing of what was written, nor where it went, stays; that it happened does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from regulars.customers.queries import customers_at, suppressed_among
from regulars.messaging.adapters.relay import forget_kept
from regulars.messaging.models import Enclosure, Message, MessageState, RawMail, Receipt, ReceiptState, ReceivedMail, Setback, Suppression
from regulars.messaging.rules.naming_addresses import addresses_named


def forget_messages(*, business_id: int, customer_ids: Collection[int], at: datetime) -> int:
    """Blank every message to and from these records, with its raw bytes; what waits is never sent. Returns how many rows lost something.

    A suppression of an address that nobody else has goes with them: what keeps them from being imported again is a digest. Parked mail that
    names anybody who was forgotten, and the files of messages that the folder kept, go too.
    """
    with transaction.atomic():
        sent = Message.objects.filter(customer_id__in=customer_ids)
        numbers = [str(one) for one in sent.values_list("public_id", flat=True)]
        received = ReceivedMail.objects.filter(customer_id__in=customer_ids)
        addresses = {one.casefold() for one in sent.exclude(address="").values_list("address", flat=True)}
        addresses |= {one.casefold() for one in received.exclude(sender_address="").values_list("sender_address", flat=True)}
        changed = _blank_received(received)
        waiting = sent.filter(state__in=[MessageState.QUEUED, MessageState.CLAIMED])
        changed += waiting.update(state=MessageState.WITHHELD, reason="forgotten", settled_at=at, leased_until=None, lease_owner="")
        changed += sent.update(address="", route_domain="", shown_name="", subject="", text="", reply_text="", in_reply_to="")
        changed += Enclosure.objects.filter(message__in=sent, size_bytes__gt=0).update(name="", content=b"", size_bytes=0)
        changed += Setback.objects.filter(message__in=sent).update(address="", diagnostic="")
        shared = {one for one, owners in customers_at(business_id=business_id, addresses=addresses).items() if owners}
        alone = addresses - shared
        changed += Suppression.objects.filter(business_id=business_id, address__in=alone).delete()[0]
        if alone:
            changed += Receipt.objects.filter(business_id=business_id, envelope_from__in=alone).update(envelope_from=None, fault="")
        changed += _blank_unread(business_id)
        transaction.on_commit(partial(forget_kept, folder=settings.VAR, names=numbers), robust=True)
    return changed


def _blank_unread(business_id: int) -> int:
    """Parked mail that names anybody who was forgotten loses its bytes: nobody could read it, so it belongs to no record of theirs."""
    waiting = Receipt.objects.filter(business_id=business_id, raw__size_bytes__gt=0)
    waiting = waiting.filter(Q(state=ReceiptState.PARKED) | Q(state=ReceiptState.STORED, attempts__gt=0))
    changed = 0
    for receipt in waiting.select_related("raw").iterator(20):
        named = {*addresses_named(bytes(receipt.raw.content)), *addresses_named((receipt.envelope_from or "").encode())}
        if not suppressed_among(business_id=business_id, points=[("email", one) for one in named]):
            continue
        if not ReceivedMail.objects.filter(raw_id=receipt.raw_id).exists():
            changed += RawMail.objects.filter(pk=receipt.raw_id).update(content=b"", size_bytes=0)
        same = Receipt.objects.filter(raw_id=receipt.raw_id).exclude(mail__isnull=False)
        changed += same.update(envelope_from=None, envelope_to=[], source="", fault="", reason="forgotten")
    return changed


def _blank_received(received: object) -> int:
    rows = list(received.values_list("pk", "raw_id"))  # type: ignore[attr-defined]
    raws = [raw for _pk, raw in rows]
    mails = [pk for pk, _raw in rows]
    # Bytes that also stand for somebody else's mail (one letter to two customers) stay for them.
    others = set(ReceivedMail.objects.filter(raw_id__in=raws).exclude(pk__in=mails).values_list("raw_id", flat=True))
    changed = RawMail.objects.filter(pk__in=[raw for raw in raws if raw not in others]).update(content=b"", size_bytes=0)
    changed += Receipt.objects.filter(raw_id__in=raws).update(envelope_from=None, envelope_to=[], source="", fault="")
    changed += ReceivedMail.objects.filter(pk__in=mails).update(
        sender_name="", sender_address="", subject="", text="", message_id="", attachments=[], recipients=[], hints=[], trail={}
    )
    return changed
