"""When something has happened with a customer, the timeline shows it."""

from __future__ import annotations

import hashlib

from regulars.contacts.services import remember_fact
from regulars.customers.events import CustomerFact
from regulars.groundwork.kernel.facts import packed, reacts_to


@reacts_to(CustomerFact, name="contacts.remember")
def remember(fact: CustomerFact) -> None:
    """Record it under a key made of the fact's own content, so that a second delivery changes nothing."""
    content = repr((fact.name, sorted(packed(fact).items(), key=lambda pair: pair[0])))
    remember_fact(fact=fact, fact_key=hashlib.sha256(content.encode()).hexdigest())
