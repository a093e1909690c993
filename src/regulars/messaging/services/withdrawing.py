"""Taking away the mail of one origin as a whole: the demo's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from regulars.messaging.adapters.relay import forget_kept
from regulars.messaging.models import Mailbox, Message, RawMail, Receipt, ReceivedMail, Suppression


@dataclass(frozen=True)
class WithdrawnMail:
    """How many messages and received mails went."""

    sent: int
    received: int


def withdraw_mail(*, business_id: int, origin: str, mailbox: str) -> WithdrawnMail:
    """Take away every message and mail of an origin, with files and bytes, and the mailbox of this name when nothing else lies in it.

    Real messages that answer such a mail stay, tied to it no more, and so do real mails that answer such a message. A mail of which a
    real copy arrived stays too. The caller withdraws the contacts of the same source.
    """
    with transaction.atomic():
        messages = Message.objects.filter(business_id=business_id, origin=origin)
        real_copy = Receipt.objects.filter(mail=OuterRef("pk")).exclude(origin=origin)
        mails = ReceivedMail.objects.filter(Exists(Receipt.objects.filter(mail=OuterRef("pk"), origin=origin)), business_id=business_id)
        leaving = list(mails.exclude(Exists(real_copy)).values_list("pk", flat=True))
        Message.objects.filter(answers__in=leaving).update(answers=None)
        ReceivedMail.objects.filter(answers__in=messages).update(answers=None)
        Suppression.objects.filter(business_id=business_id, message__in=messages).delete()
        numbers = [str(one) for one in messages.values_list("public_id", flat=True)]
        messages.delete()
        receipts = Receipt.objects.filter(business_id=business_id, origin=origin)
        raws = list(receipts.values_list("raw_id", flat=True))
        receipts.delete()
        ReceivedMail.objects.filter(pk__in=leaving).delete()
        used = Exists(Receipt.objects.filter(raw=OuterRef("pk"))) | Exists(ReceivedMail.objects.filter(raw=OuterRef("pk")))
        RawMail.objects.filter(pk__in=raws).exclude(used).delete()
        empty = Mailbox.objects.filter(business_id=business_id, name=mailbox)
        empty.exclude(Exists(Receipt.objects.filter(mailbox=OuterRef("pk")))).delete()
        transaction.on_commit(partial(forget_kept, folder=settings.VAR, names=numbers))
    return WithdrawnMail(len(numbers), len(leaving))
