"""When somebody is forgotten, their messages are blanked; when somebody signs up, the one message with the link goes out."""

from __future__ import annotations

from regulars.customers.events import CustomerForgotten, OptInAsked
from regulars.groundwork.kernel.facts import reacts_to
from regulars.messaging.services import forget_messages, send_opt_in


@reacts_to(CustomerForgotten, name="messaging.forget")
def forget(fact: CustomerForgotten) -> None:
    """What was written goes; that a message went out stays."""
    forget_messages(business_id=fact.tenant_id, customer_ids=fact.customer_ids, at=fact.at)


@reacts_to(OptInAsked, name="messaging.opt_in")
def ask_to_confirm(fact: OptInAsked) -> None:
    """Nothing else may be written to them until they confirm."""
    send_opt_in(business_id=fact.tenant_id, request_id=fact.request_id, reminder=fact.reminder, at=fact.at)
