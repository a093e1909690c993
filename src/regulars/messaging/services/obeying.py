"""What customers say about hearing from the business: by one click, by a page, by answering STOP."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope, business_of
from regulars.customers.queries import Consent, PurposeRule, Wishes, consents_of, purposes_of, wishes_of
from regulars.customers.services import record_consent, state_wishes, withdraw_consent
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.adapters.keys import token_key
from regulars.messaging.models import Message, ReceivedMail
from regulars.messaging.rules.tokens import subject_of

TEXT_VERSION = "wishes-page-1"
CHANNELS = ("email", "phone", "sms", "post")
STOP = frozenset({"stop", "unsubscribe", "remove", "abmelden", "leiratkozás", "cancelar", "odhlásit", "atteikties", "ngừng"})


@dataclass(frozen=True)
class WishesShown:
    """What the public page shows: no name, and of the address only its outline."""

    message: Message
    business: Business
    address_outline: str
    purposes: dict[str, PurposeRule]
    consents: dict[str, Consent]
    wishes: Wishes


def message_by_link(*, token: str) -> Message:
    """The message whose link was opened. Raises NotFound for any token that we did not make, the same for all."""
    number = subject_of("wishes", token, token_key())
    row = Message.objects.select_related("customer").filter(public_id=number).first() if number else None
    if row is None or row.customer_id is None:
        raise NotFound(_("This link leads nowhere. Perhaps a part of it was cut off."))
    return row


def wishes_shown(*, token: str) -> WishesShown:
    """All that the wishes page shows. Raises NotFound."""
    message = message_by_link(token=token)
    scope = Scope(message.business_id)
    assert message.customer_id is not None
    purposes = {name: one for name, one in purposes_of(scope=scope).items() if one.may_be_refused}
    said = consents_of(scope=scope, customer_id=message.customer_id, channels=["email"])
    return WishesShown(
        message=message,
        business=business_of(scope=scope),
        address_outline=_outline(message.address),
        purposes=purposes,
        consents={name: said["email", name] for name in purposes},
        wishes=wishes_of(scope=scope, customer_id=message.customer_id),
    )


def leave(*, token: str, everything: bool, source: str, at: datetime) -> Message:
    """One click: no more mail for the purpose of this message, or for any that needs permission. A repeat is as good. Raises NotFound."""
    message = message_by_link(token=token)
    scope = Scope(message.business_id)
    rule = purposes_of(scope=scope).get(message.purpose)
    if not everything and (rule is None or not rule.may_be_refused):
        return message
    assert message.customer_id is not None
    known = consents_of(scope=scope, customer_id=message.customer_id, channels=["email"]).get(("email", message.purpose))
    if not everything and known is not None and not known.allowed and known.event_id is not None:
        return message
    withdraw_consent(
        scope=scope,
        customer_id=message.customer_id,
        channel="email",
        source=source,
        proof={"message": str(message.public_id)},
        at=at,
        actor="system:wishes",
        **({} if everything else {"purpose": message.purpose}),
    )
    return message


def set_wishes(
    *,
    token: str,
    agreed: Collection[str],
    channels_never: Collection[str],
    at_most: tuple[int, int] | None,
    texts: Mapping[str, str],
    at: datetime,
) -> None:
    """Obey the page: what is ticked is agreed to, what is not is taken back. `texts`: the words that stood beside each box, as the proof.

    Raises NotFound, WishRefused.
    """
    shown = wishes_shown(token=token)
    message, scope = shown.message, Scope(shown.message.business_id)
    assert message.customer_id is not None
    proof: dict[str, Any] = {"message": str(message.public_id), "page": "wishes"}
    with transaction.atomic():
        for name, consent in shown.consents.items():
            if consent.allowed == (name in agreed):
                continue
            record_consent(
                scope=scope,
                customer_id=message.customer_id,
                channel="email",
                purpose=name,
                given=name in agreed,
                text_version=TEXT_VERSION,
                source="wishes page",
                proof=proof | {"text": texts.get(name, "")},
                at=at,
                actor="system:wishes",
            )
        state_wishes(
            scope=scope,
            customer_id=message.customer_id,
            channels_never=channels_never,
            preferred_channel=shown.wishes.preferred_channel if shown.wishes.preferred_channel not in channels_never else "",
            hours=shown.wishes.hours,
            at_most=at_most,
            topics=shown.wishes.topics,
            source="wishes page",
            at=at,
            actor="system:wishes",
        )


def obey_stop(*, row: ReceivedMail, at: datetime) -> bool:
    """A mail that says STOP and nothing else takes back what needs permission; orders and answers go on. False when it says more."""
    if row.customer_id is None or not says_stop(row):
        return False
    withdraw_consent(
        scope=Scope(row.business_id),
        customer_id=row.customer_id,
        channel="email",
        source="mail",
        proof={"mail": str(row.public_id)},
        at=at,
        actor="system:mail",
    )
    return True


def says_stop(row: ReceivedMail) -> bool:
    """Whether the first line is the word, or the text is empty and the subject is."""
    first = next((line.strip() for line in row.text.splitlines() if line.strip()), "")
    return re.sub(r"[^\w ]", "", first or row.subject).strip().casefold() in STOP


def _outline(address: str) -> str:
    local, _at, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
