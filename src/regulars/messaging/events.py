"""What happened with messages."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.customers.events import CustomerFact
from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Fact):
    """Somebody wrote to the business. `mail_id` names the received mail; `answers_id` the message of ours that it answers, or None.

    It stands on the timeline as a contact of the log.
    """

    customer_id: int
    mail_id: int
    answers_id: int | None
    is_known_sender: bool

    @property
    def subject(self) -> str:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class MailCopied(Fact):
    """A mail that was read before has arrived in a mailbox again, as a rule in another one: it was written to both."""

    customer_id: int
    mail_id: int
    mailbox_id: int

    @property
    def subject(self) -> str:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class MailParked(Fact):
    """A mail could not be read and waits for somebody to look at it."""

    receipt_id: int
    reason: str

    @property
    def subject(self) -> str:
        return f"receipt:{self.receipt_id}"


@dataclass(frozen=True, kw_only=True)
class MailTriedAgain(Fact):
    """Somebody asked to read a parked mail once more."""

    receipt_id: int

    @property
    def subject(self) -> str:
        return f"receipt:{self.receipt_id}"


@dataclass(frozen=True, kw_only=True)
class MailboxSet(Fact):
    """A mailbox was opened, described anew or closed."""

    mailbox_id: int

    @property
    def subject(self) -> str:
        return f"mailbox:{self.mailbox_id}"


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Fact):
    """A message to a customer was written and waits to go out."""

    customer_id: int
    message_id: int
    purpose: str

    @property
    def subject(self) -> str:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class MessagesHandedOver(Fact):
    """Messages were accepted by the mail server; each stands in the contact log."""

    message_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class MessageUncertain(Fact):
    """The line broke while a message was handed over: nobody knows whether it left, and it is not repeated."""

    message_id: int

    @property
    def subject(self) -> str:
        return f"message:{self.message_id}"


@dataclass(frozen=True, kw_only=True)
class MessageNotDelivered(CustomerFact):
    """A message came back, or was refused for good."""

    message_id: int
    verdict: str


@dataclass(frozen=True, kw_only=True)
class RouteRefused(Fact):
    """A server refused our mail for reasons of policy: the sender's reputation needs a look, the customer is well."""

    message_id: int
    diagnostic: str


@dataclass(frozen=True, kw_only=True)
class AddressSet(Fact):
    """An address was put on the list of those that get no mail, or taken off it."""

    suppression_id: int
    cause: str
    gets_mail: bool


@dataclass(frozen=True, kw_only=True)
class MailSwitched(Fact):
    """All mail of the business was stopped, or goes out again."""

    is_on: bool


@dataclass(frozen=True, kw_only=True)
class TextSaved(Fact):
    """A text for messages was written or changed."""

    text_id: int
