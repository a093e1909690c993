"""Who wrote a mail. A known address is a hint, never a proof; only a code of ours ties a mail to a message that we sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, customers_at, survivor_of
from regulars.customers.services import ContactPointRefused, NewCustomer, register_customer, wait_for_addresses
from regulars.messaging.adapters.keys import token_key
from regulars.messaging.models import Mailbox, Message, Receipt
from regulars.messaging.rules.classifying import OWN_MARK
from regulars.messaging.rules.mail import ReadMail
from regulars.messaging.rules.tokens import subject_of, tokens_in


@dataclass(frozen=True)
class Sender:
    """The customer that a mail is put to, and what speaks for it."""

    customer: Customer | None
    hints: tuple[str, ...]
    is_known: bool


def answered_message(mail: ReadMail, receipt: Receipt) -> tuple[Message | None, tuple[str, ...]]:
    """The message of ours that a mail answers, if a code of ours says so. A code that is false gives a hint and no thread."""
    hints: list[str] = []
    places = [*mail.recipients, *receipt.envelope_to, *mail.in_reply_to, *reversed(mail.references)]
    for text in places:
        for token in tokens_in(text):
            number = subject_of("reply", token, token_key()) or subject_of("message", token, token_key())
            if number is None:
                hints.append("false_token")
                continue
            found = Message.objects.filter(business_id=receipt.business_id, public_id=number).first()
            if found is not None:
                return found, ("answers_ours",)
    return None, tuple(dict.fromkeys(hints))


def is_our_own(mail: ReadMail) -> bool:
    """Whether a code in the mail proves that this installation wrote it."""
    texts = [mail.message_id, mail.structure.fields.text(OWN_MARK)]
    return any(subject_of("message", token, token_key()) for text in texts for token in tokens_in(text))


def own_addresses_of(business_id: int) -> frozenset[str]:
    """All addresses of the business's mailboxes, in lower case."""
    rows = Mailbox.objects.filter(business_id=business_id).values_list("addresses", flat=True)
    return frozenset(str(address).lower() for addresses in rows for address in addresses)


def sender_of(*, mail: ReadMail, receipt: Receipt, answers: Message | None, may_register: bool, at: datetime, actor: str) -> Sender:
    """The customer to whom the mail belongs; an unknown sender becomes a prospect when `may_register`."""
    known = customers_at(business_id=receipt.business_id, addresses=_claims(mail))
    own = next((known[one] for one in _claims(mail) if one in known), [])
    if answers is not None and answers.customer is not None:
        kept = _survivors(receipt.business_id, [answers.customer])[0]  # the record may have been merged since we wrote
        hint = "thread" if kept in _survivors(receipt.business_id, own) else "other_sender"
        return Sender(kept, (hint,), is_known=True)
    own = _survivors(receipt.business_id, own)
    if own:
        return Sender(own[0], ("known_address",) if len(own) == 1 else ("known_address", "shared_address"), is_known=True)
    if not may_register:
        return Sender(None, (), is_known=False)
    wait_for_addresses(business_id=receipt.business_id, addresses=_claims(mail))  # of two readers the second finds whom the first has made
    known = customers_at(business_id=receipt.business_id, addresses=_claims(mail))
    if known:
        return Sender(_survivors(receipt.business_id, next(iter(known.values())))[0], ("known_address",), is_known=True)
    return Sender(_prospect(mail, receipt, at=at, actor=actor), ("new_prospect",), is_known=False)


def _survivors(business_id: int, found: list[Customer]) -> list[Customer]:
    """The records under which these people are kept now, each once."""
    ids = dict.fromkeys(survivor_of(scope=Scope(business_id), customer_id=one.pk) for one in found)
    known = {one.pk: one for one in found}
    return [known.get(pk) or Customer.objects.get(pk=pk) for pk in ids]


def _claims(mail: ReadMail) -> list[str]:
    """The addresses that the mail claims to come from: From first, then Reply-To (forms on web sites write there)."""
    return list(dict.fromkeys(one.normal for one in (mail.sender, *mail.reply_to) if one.address))


def _prospect(mail: ReadMail, receipt: Receipt, *, at: datetime, actor: str) -> Customer:
    given, family = names_in(mail)
    who = NewCustomer(given_name=given, family_name=family)
    branch_id = receipt.mailbox.branch_id
    try:
        with_address = NewCustomer(given_name=who.given_name, family_name=who.family_name, contact_points=[("email", mail.sender.address)])
        return register_customer(business_id=receipt.business_id, who=with_address, branch_id=branch_id, at=at, actor=actor)
    except ContactPointRefused:  # An address that nobody could be reached at still wrote to us; its name or text finds it again.
        fallback = NewCustomer(given_name=who.given_name or mail.sender.address[:120], family_name=who.family_name)
        return register_customer(business_id=receipt.business_id, who=fallback, branch_id=branch_id, at=at, actor=actor)


def names_in(mail: ReadMail) -> tuple[str, str]:
    """Given and family name of whoever wrote, as far as the mail says one."""
    name = mail.sender.name if "@" not in mail.sender.name else ""
    given, _sep, family = name.strip().rpartition(" ")
    return (given or family)[:120], (family if given else "")[:120]


def addresses_of(texts: Iterable[str]) -> list[str]:
    """Each address once, in lower case."""
    return list(dict.fromkeys(text.lower() for text in texts if text))
