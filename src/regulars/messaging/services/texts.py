"""Texts for messages, kept under a name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.events import TextSaved
from regulars.messaging.models import MessageText
from regulars.messaging.rules.placeholders import BODY_MAX, SUBJECT_MAX, TextFault, check_text
from regulars.messaging.services.writing import TextRefused


class TextNameRefused(Refusal):
    code = "text_name"

    def __init__(self) -> None:
        sentence = _("A text needs a name of at most 80 characters.")
        super().__init__(sentence, fields={"name": sentence})


def save_text(
    *, business_id: int, name: str, purpose: str, contact_class: str, subject: str, body: str, at: datetime, actor: str
) -> MessageText:
    """Keep a text under its name, in place of an older one. Unknown places are refused now, not when it is sent."""
    name = name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise TextNameRefused
    for field, text, most in (("subject", subject, SUBJECT_MAX), ("body", body, BODY_MAX)):
        if not text.strip():
            raise TextRefused(field, TextFault("empty"))
        try:
            check_text(text, most=most)
        except TextFault as fault:
            raise TextRefused(field, fault) from None
    with transaction.atomic():
        row, _made = MessageText.objects.update_or_create(
            business_id=business_id,
            name=name,
            defaults={
                "purpose": purpose,
                "contact_class": contact_class,
                "subject": subject,
                "body": body,
                "saved_at": at,
                "saved_by": actor,
            },
        )
        announce(TextSaved(tenant_id=business_id, at=at, actor=actor, text_id=row.pk), after={"name": name, "subject": subject})
    return row
