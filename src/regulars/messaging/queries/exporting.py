"""What an access export says about messages."""

from __future__ import annotations

from typing import Any

from regulars.business.queries import Scope
from regulars.messaging.models import Enclosure, Message, ReceivedMail


def messages_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every message to and from this person with its text, oldest first."""
    sent = Message.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids)
    received = ReceivedMail.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids)
    files: dict[int, list[str]] = {}
    for message, name in Enclosure.objects.filter(message__in=sent).order_by("number").values_list("message_id", "name"):
        files.setdefault(message, []).append(name)
    rows: list[dict[str, Any]] = [
        {
            "at": row.queued_at,
            "direction": "out",
            "address": row.address,
            "purpose": row.purpose,
            "subject": row.subject,
            "text": row.text,
            "files": files.get(row.pk, []),
            "state": row.state,
        }
        for row in sent
    ]
    rows += [
        {
            "at": row.received_at,
            "direction": "in",
            "address": row.sender_address,
            "purpose": "",
            "subject": row.subject,
            "text": row.text,
            "files": [one["name"] for one in row.attachments],
            "state": row.kind,
        }
        for row in received
    ]
    return sorted(rows, key=lambda row: row["at"])
