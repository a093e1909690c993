"""When something has happened with a customer, the timeline shows it."""

from __future__ import annotations

import hashlib

from regulars.contacts.services import forget_contacts, remember_fact
from regulars.customers.events import CustomerFact, CustomerForgotten
from regulars.groundwork.kernel.facts import packed, reacts_to


@reacts_to(CustomerFact, name="contacts.remember", many=True)
def remember(fact: CustomerFact) -> None:
    """Record it under a key made of the fact's own content, so that a second delivery changes nothing."""
    content = repr((fact.name, sorted(packed(fact).items(), key=lambda pair: pair[0])))
    remember_fact(fact=fact, fact_key=hashlib.sha256(content.encode()).hexdigest())


@reacts_to(CustomerForgotten, name="contacts.forget")
def forget(fact: CustomerForgotten) -> None:
    """What was said goes; that there was a contact stays, as a figure."""
    forget_contacts(customer_ids=fact.customer_ids)
