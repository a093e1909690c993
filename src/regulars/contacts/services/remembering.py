"""Writing the story down."""

from __future__ import annotations

import json

from regulars.customers.events import CustomerFact
from regulars.groundwork.kernel.bulk.dialect import instant_value, run

REMEMBER = """
INSERT INTO contacts_entry (business_id, customer_id, at, kind, headline, headline_values, actor, fact_key)
SELECT %s, c.id, %s, %s, %s, %s, %s, %s FROM customers_customer c WHERE c.id = %s
ON CONFLICT DO NOTHING
"""


def remember_fact(*, fact: CustomerFact, fact_key: str) -> bool:
    """Put a fact on its customer's timeline, once. False when it stood there already, or the customer is gone (an import undone, the demo removed)."""
    values = json.dumps(fact.headline_values)
    said = (fact.name, fact.headline[:200], values, fact.actor, fact_key)
    return bool(run(REMEMBER, fact.tenant_id, instant_value(fact.at), *said, fact.customer_id))
