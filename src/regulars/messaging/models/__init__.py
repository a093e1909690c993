"""Tables of messaging."""

from regulars.messaging.models.inbound import Mailbox, MailboxKind, RawMail, Receipt, ReceiptState, ReceivedMail
from regulars.messaging.models.outbound import Enclosure, MailSwitch, Message, MessageState, MessageText, Setback, Suppression

__all__ = [
    "Enclosure",
    "MailSwitch",
    "Mailbox",
    "MailboxKind",
    "Message",
    "MessageState",
    "MessageText",
    "RawMail",
    "Receipt",
    "ReceiptState",
    "ReceivedMail",
    "Setback",
    "Suppression",
]
