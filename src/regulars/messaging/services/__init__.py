"""Verbs about messages."""

from regulars.messaging.services.ingesting import TakenIn, business_for_mail, files_taken_in
from regulars.messaging.services.mailboxes import MailboxNameRefused, MailboxParticulars, mailbox_named, open_mailbox
from regulars.messaging.services.parking import retry_parked
from regulars.messaging.services.reading import read_receipt, read_waiting
from regulars.messaging.services.receiving import Delivery, Stored, TooLarge, receive_mail

__all__ = [
    "Delivery",
    "MailboxNameRefused",
    "MailboxParticulars",
    "Stored",
    "TakenIn",
    "TooLarge",
    "business_for_mail",
    "files_taken_in",
    "mailbox_named",
    "open_mailbox",
    "read_receipt",
    "read_waiting",
    "receive_mail",
    "retry_parked",
]
