"""Parked mail: shown with its reason, tried again when somebody asks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.events import MailTriedAgain
from regulars.messaging.models import Receipt, ReceiptState
from regulars.messaging.services.reading import read_receipt


def retry_parked(*, business_id: int, receipt_id: int, at: datetime, actor: str) -> Receipt:
    """Read a parked mail once more, now. Raises NotFound when it is not parked (any more)."""
    with transaction.atomic():
        freed = Receipt.objects.filter(business_id=business_id, pk=receipt_id, state=ReceiptState.PARKED)
        if not freed.update(state=ReceiptState.STORED, settled_at=None, attempts=0, next_at=None, reason=""):
            raise NotFound(_("This mail is not parked."))
        announce(MailTriedAgain(tenant_id=business_id, at=at, actor=actor, receipt_id=receipt_id))
    read_receipt(receipt_id=receipt_id, at=at)
    return Receipt.objects.select_related("mail", "mail__customer").get(pk=receipt_id)
