"""When a person was forgotten, nobody is shown for their figures any more."""

from __future__ import annotations

from regulars.customers.events import CustomerForgotten
from regulars.groundwork.kernel.facts import reacts_to
from regulars.insight.services import drop_scores


@reacts_to(CustomerForgotten, name="insight.forget")
def forget(fact: CustomerForgotten) -> None:
    """The sums of the refresh stay as they were."""
    drop_scores(customer_ids=fact.customer_ids)
