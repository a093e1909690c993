"""Saying by machine that a message has arrived, where a mailbox is told to. Three layers keep machines from answering each other for ever:

what comes from a machine, a list or somebody who asks for quiet is never answered (`rules.classifying`); our answer says that a machine wrote
it, and what answers it, or carries our own code, is never answered; and one person gets one answer a day, all of them two hundred an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of
from regulars.customers.queries import Customer
from regulars.messaging.models import Message, ReceivedMail
from regulars.messaging.services.writing import AddressRefused, AddressSuppressed, GateRefused, Letter, SenderMissing, write_message

ACTOR = "system:acknowledgement"
ONCE_IN = timedelta(hours=24)
MOST_AN_HOUR = 200
WORTH_SAYING = timedelta(hours=12)


def acknowledge(*, mail_id: int, at: datetime) -> Message | None:
    """Queue the answer that a mail has arrived. None when it gets none: it is not the beginning of a conversation, they were answered
    lately, too many are answered, or the gate, the list or the address say no. A repeat writes nothing.
    """
    mail = ReceivedMail.objects.select_related("customer").filter(pk=mail_id).first()
    if mail is None or mail.customer is None or not mail.may_auto_answer or mail.is_automatic or mail.answers_id is not None:
        return None
    if _answered_lately(mail.customer, at) or _too_many(mail.business_id, at):
        return None
    scope = Scope(mail.business_id)
    try:
        return write_message(
            scope=scope,
            customer=mail.customer,
            letter=_letter(scope, mail, mail.customer, at),
            key=f"acknowledge:{mail.customer.pk}:{at:%Y-%m-%d}",  # of two mails read at once one is answered
            at=at,
            actor=ACTOR,
        ).message
    except (AddressRefused, AddressSuppressed, GateRefused, SenderMissing):
        return None


def _answered_lately(customer: Customer, at: datetime) -> bool:
    return Message.objects.filter(customer=customer, queued_at__gt=at - ONCE_IN, actor=ACTOR).exists()


def _too_many(business_id: int, at: datetime) -> bool:
    since = Message.objects.filter(business_id=business_id, queued_at__gt=at - timedelta(hours=1), actor=ACTOR)
    return since[:MOST_AN_HOUR].count() >= MOST_AN_HOUR


def _letter(scope: Scope, mail: ReceivedMail, customer: Customer, at: datetime) -> Letter:
    """Our own words only: whatever they wrote, a forger might want it sent to somebody."""
    with translation.override(customer.language or "en"):
        name = business_of(scope=scope).name.replace("{", "(").replace("}", ")")
        return Letter(
            purpose="service",
            contact_class="reply",
            subject=_("We have received your message"),
            body=_(
                "Thank you for writing to %(business)s. Your message has arrived, and one of us will read it.\n\n"
                "A machine wrote this; you need not answer it."
            )
            % {"business": name},
            address=mail.sender_address,
            expires_at=at + WORTH_SAYING,
            automatic=True,
            answers=mail,
        )
