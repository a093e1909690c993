"""What staff do counts too: an outgoing contact that somebody logs takes its place in the ledger, after the fact."""

from __future__ import annotations

from datetime import datetime

from regulars.business.queries import Scope
from regulars.contacts.adapters.gate_sql import raise_pressure
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries.gate_rules import rules_known
from regulars.contacts.rules.gate_document import ContactClass
from regulars.customers.queries import survivor_of


def press(*, scope: Scope, contact: Contact, attempt: bool, at: datetime, actor: str) -> None:
    """Enter a logged contact into the ledger if it went out and reached somebody. Joins the caller's transaction."""
    if contact.direction != "out" or attempt or contact.void:
        return
    _number, rules = rules_known(business_id=scope.business_id).at(at)
    Slot.objects.create(
        business_id=scope.business_id,
        customer_id=contact.customer_id,
        channel=contact.channel,
        purpose="service",
        contact_class=ContactClass.REPLY if contact.began_by == "customer" else ContactClass.SERVICE,
        weight=rules.weights.get(contact.channel, 1),  # type: ignore[call-overload]
        priority=5,
        at=contact.at,
        held_until=contact.at,
        state="confirmed",
        contact=contact,
        source=contact.source,
        made_at=at,
        actor=actor,
        settled_at=at,
        settled_by=actor,
        settled_reason="logged",
    )
    _tell(scope, contact)


def press_again(*, scope: Scope, old: Contact, new: Contact, at: datetime, actor: str) -> None:
    """Let the ledger follow a correction: the old place is given back, the new one entered. Joins the caller's transaction."""
    standing = Slot.objects.filter(contact=old, state="confirmed")
    gated = standing.exclude(settled_reason="logged").exists()
    if gated and not new.void:
        return
    standing.update(state="released", settled_at=at, settled_by=actor, settled_reason="corrected")
    press(scope=scope, contact=new, attempt=False, at=at, actor=actor)


def _tell(scope: Scope, contact: Contact) -> None:
    raise_pressure(subjects=[f"customer:{survivor_of(scope=scope, customer_id=contact.customer_id)}"])
