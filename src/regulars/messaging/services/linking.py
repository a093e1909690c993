"""Links that open a door: they stand in no row, only in the message that is handed over."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from regulars.customers.queries import opt_in_letter
from regulars.messaging.adapters.keys import token_key
from regulars.messaging.models import Message
from regulars.messaging.rules.tokens import Kind, subject_of, token_for

LINK_PLACE = "⟦link⟧"
OPT_IN_ACTOR = "system:opt-in"


def link_token(*, kind: Kind, subject: UUID) -> str:
    """What stands in a link that only we can make, for a thing by its public id."""
    return token_for(kind, subject, token_key())


def subject_of_link(*, kind: Kind, token: str) -> UUID | None:
    """The public id that a token of ours carries; None for any other text."""
    return subject_of(kind, token, token_key())


def with_links(row: Message) -> str | None:
    """The message's text with its link; None when what the link was for is over, so that the message is, too."""
    if row.actor != OPT_IN_ACTOR or LINK_PLACE not in row.text:
        return row.text
    letter = opt_in_letter(request_id=int(row.key.split(":")[1]))
    return row.text.replace(LINK_PLACE, f"{settings.BASE_URL}{letter.path}") if letter else None
