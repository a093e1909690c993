"""Writing the story down."""

from __future__ import annotations

from regulars.contacts.models import Entry
from regulars.customers.events import CustomerFact
from regulars.customers.queries import Customer


def remember_fact(*, fact: CustomerFact, fact_key: str) -> bool:
    """Put a fact on its customer's timeline, once. False when it stood there already, or the customer is gone (an import undone, the demo removed)."""
    if not Customer.objects.filter(pk=fact.customer_id).exists():
        return False
    _entry, made = Entry.objects.get_or_create(
        customer_id=fact.customer_id,
        fact_key=fact_key,
        defaults={
            "business_id": fact.tenant_id,
            "at": fact.at,
            "kind": fact.name,
            "headline": fact.headline[:200],
            "headline_values": fact.headline_values,
            "actor": fact.actor,
        },
    )
    return made
