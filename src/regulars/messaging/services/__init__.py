"""Verbs about messages."""

from regulars.messaging.adapters.listener import Place, listen
from regulars.messaging.services.fetching import Fetched, fetch_mailbox, mailboxes_to_fetch
from regulars.messaging.services.ingesting import TakenIn, business_for_mail, files_taken_in
from regulars.messaging.services.listening import keep_message, mailbox_at
from regulars.messaging.services.mailboxes import (
    MailboxNameRefused,
    MailboxParticulars,
    MailboxRefused,
    describe_mailbox,
    mailbox_named,
    open_mailbox,
)
from regulars.messaging.services.parking import retry_parked
from regulars.messaging.services.reading import read_receipt, read_waiting
from regulars.messaging.services.receiving import Delivery, Stored, TooLarge, receive_mail

__all__ = [
    "Delivery",
    "Fetched",
    "MailboxNameRefused",
    "MailboxParticulars",
    "MailboxRefused",
    "Place",
    "Stored",
    "TakenIn",
    "TooLarge",
    "business_for_mail",
    "describe_mailbox",
    "fetch_mailbox",
    "files_taken_in",
    "keep_message",
    "listen",
    "mailbox_at",
    "mailbox_named",
    "mailboxes_to_fetch",
    "open_mailbox",
    "read_receipt",
    "read_waiting",
    "receive_mail",
    "retry_parked",
]
