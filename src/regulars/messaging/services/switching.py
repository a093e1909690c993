"""The kill switch: mail of a business stops within a moment, and goes on where it stopped."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from regulars.groundwork.kernel.facts import announce
from regulars.messaging.events import MailSwitched
from regulars.messaging.models import MailSwitch, Message, MessageState
from regulars.messaging.services.writing import wake_sender


def stop_mail(*, business_id: int, reason: str, at: datetime, actor: str) -> MailSwitch:
    """Stop all mail of a business. A second stop changes nothing."""
    try:
        with transaction.atomic():
            row = MailSwitch.objects.create(business_id=business_id, stopped_at=at, stopped_by=actor, reason=reason.strip()[:300])
            announce(MailSwitched(tenant_id=business_id, at=at, actor=actor, is_on=False), after={"reason": reason})
            return row
    except IntegrityError:
        return MailSwitch.objects.get(business_id=business_id, resumed_at__isnull=True)


def resume_mail(*, business_id: int, at: datetime, actor: str) -> bool:
    """Let mail go out again. False when it was not stopped."""
    with transaction.atomic():
        done = MailSwitch.objects.filter(business_id=business_id, resumed_at__isnull=True).update(resumed_at=at, resumed_by=actor)
        if done:
            announce(MailSwitched(tenant_id=business_id, at=at, actor=actor, is_on=True))
            first = Message.objects.filter(business_id=business_id, state=MessageState.QUEUED).order_by("due_at").first()
            if first is not None:
                wake_sender(first)
    return bool(done)
