"""A queued message as bytes: the same row always gives the same message, under the same Message-ID."""

from __future__ import annotations

from django.conf import settings

from regulars.messaging.adapters.keys import token_key
from regulars.messaging.models import Message
from regulars.messaging.rules.composing import Composition, composed, html_of_text
from regulars.messaging.rules.enclosing import type_of
from regulars.messaging.rules.tokens import token_for
from regulars.messaging.services.linking import with_links

BULK = ("promotional", "survey")


def message_bytes(row: Message) -> bytes:
    """The message without its signature."""
    domain, key = row.sender_address.rpartition("@")[2], token_key()
    whole = with_links(row) or row.text
    text, _sep, foot = whole.partition("\n\n-- \n")
    return composed(
        Composition(
            from_name=row.sender_name,
            from_address=row.sender_address,
            to_name=row.shown_name,
            to_address=row.address,
            subject=row.subject,
            text=whole,
            html=html_of_text(text, foot=foot),
            message_id=row.message_id,
            dated_at=row.queued_at,
            reply_to=f"reply+{token_for('reply', row.public_id, key)}@{domain}",
            in_reply_to=row.in_reply_to,
            enclosures=_enclosures(row),
            more=_more(row, domain, key),
        )
    )


def _enclosures(row: Message) -> tuple[tuple[str, str, bytes], ...]:
    """The files of the message; asked for only when it has some."""
    files = row.enclosures.order_by("number") if row.enclosed else ()
    return tuple((one.name, type_of(one.name), bytes(one.content)) for one in files)


def return_address(row: Message) -> str:
    """Where reports of this message go: an address that only we can have made, so that nobody can forge a report."""
    return f"bounce+{token_for('bounce', row.public_id, token_key())}@{row.sender_address.rpartition('@')[2]}"


def _more(row: Message, domain: str, key: bytes) -> tuple[tuple[str, str], ...]:
    found = [("X-Regulars-Message", token_for("message", row.public_id, key))]
    if row.is_automatic:
        found.append(("Auto-Submitted", "auto-replied" if row.contact_class == "reply" else "auto-generated"))
        found.append(("X-Auto-Response-Suppress", "OOF, AutoReply"))
        if row.contact_class == "reply":
            found.append(("Precedence", "auto_reply"))
    if row.contact_class in BULK:
        token = token_for("wishes", row.public_id, key)
        answer = token_for("reply", row.public_id, key)
        found.append(("List-Unsubscribe", f"<{settings.BASE_URL}/unsubscribe/{token}/>, <mailto:reply+{answer}@{domain}?subject=STOP>"))
        found.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        found.append(("Precedence", "bulk"))
    return tuple(found)
