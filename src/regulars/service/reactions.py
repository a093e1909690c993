"""What cases do when something happens elsewhere: a customer writes, a message comes back, somebody is forgotten, a policy begins."""

from __future__ import annotations

from datetime import datetime

from regulars.customers.events import CustomerForgotten
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.facts import reacts_to
from regulars.groundwork.kernel.jobs import enqueue
from regulars.messaging.events import MailCopied, MessageNotDelivered, MessageReceived
from regulars.policy.events import PolicyPublished
from regulars.service.services import forget_cases, note_not_delivered, take_mail_numbered


@reacts_to(MessageReceived, name="service.take_mail")
def take(fact: MessageReceived) -> None:
    """A mail goes into its case, or opens one."""
    take_mail_numbered(mail_id=fact.mail_id, at=clock.now())


@reacts_to(MailCopied, name="service.take_copy")
def take_copy(fact: MailCopied) -> None:
    """A mail to two of our mailboxes: each team has a case of its own."""
    take_mail_numbered(mail_id=fact.mail_id, at=clock.now())


@reacts_to(MessageNotDelivered, name="service.not_delivered")
def came_back(fact: MessageNotDelivered) -> None:
    """An answer that did not arrive stands in the case, and its owner hears of it."""
    note_not_delivered(message_id=fact.message_id, at=fact.at)


@reacts_to(CustomerForgotten, name="service.forget")
def forget(fact: CustomerForgotten) -> None:
    """What was said goes."""
    forget_cases(customer_ids=fact.customer_ids, at=fact.at)


@reacts_to(PolicyPublished, name="service.policy")
def recompute_cases(fact: PolicyPublished) -> None:
    """When the version begins, open cases are looked at again."""
    enqueue("service.recompute", {"business": fact.tenant_id}, key=f"{fact.version_id}", due_at=datetime.fromisoformat(fact.effective))
