"""What happened with messages."""

from __future__ import annotations

from dataclasses import dataclass

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
