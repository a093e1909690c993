"""Verbs about messages."""

from regulars.messaging.adapters.relay import kept_message
from regulars.messaging.rules.enclosing import EACH_BYTES, MOST, Enclosed
from regulars.messaging.rules.places import Place
from regulars.messaging.services.acknowledging import acknowledge
from regulars.messaging.services.composing import return_address
from regulars.messaging.services.fetching import Fetched, fetch_mailbox, mailboxes_to_fetch
from regulars.messaging.services.forgetting import forget_messages
from regulars.messaging.services.ingesting import TakenIn, business_for_mail, files_taken_in
from regulars.messaging.services.linking import link_token, subject_of_link
from regulars.messaging.services.listening import keep_message, listen, mailbox_at
from regulars.messaging.services.mailboxes import (
    MailboxNameRefused,
    MailboxParticulars,
    MailboxRefused,
    describe_mailbox,
    mailbox_named,
    open_mailbox,
)
from regulars.messaging.services.obeying import WishesShown, leave, message_by_link, says_stop, set_wishes, wishes_shown
from regulars.messaging.services.opting_in import send_opt_in
from regulars.messaging.services.parking import retry_parked
from regulars.messaging.services.reading import read_receipt, read_waiting
from regulars.messaging.services.receiving import Delivery, Stored, TooLarge, receive_mail
from regulars.messaging.services.sending import Outlet, folder_outlet, outlet, recover_lost, send_due
from regulars.messaging.services.sending_on import send_on
from regulars.messaging.services.setbacks import end_rests, lift_suppression, suppress_address
from regulars.messaging.services.switching import resume_mail, stop_mail
from regulars.messaging.services.texts import save_text
from regulars.messaging.services.withdrawing import WithdrawnMail, withdraw_mail
from regulars.messaging.services.writing import (
    AddressRefused,
    AddressSuppressed,
    EnclosureRefused,
    GateRefused,
    Letter,
    MessageKeyTaken,
    Preview,
    SenderMissing,
    TextRefused,
    Written,
    preview_message,
    write_message,
)

__all__ = [
    "EACH_BYTES",
    "MOST",
    "AddressRefused",
    "AddressSuppressed",
    "Delivery",
    "Enclosed",
    "EnclosureRefused",
    "Fetched",
    "GateRefused",
    "Letter",
    "MailboxNameRefused",
    "MailboxParticulars",
    "MailboxRefused",
    "MessageKeyTaken",
    "Outlet",
    "Place",
    "Preview",
    "SenderMissing",
    "Stored",
    "TakenIn",
    "TextRefused",
    "TooLarge",
    "WishesShown",
    "WithdrawnMail",
    "Written",
    "acknowledge",
    "business_for_mail",
    "describe_mailbox",
    "end_rests",
    "fetch_mailbox",
    "files_taken_in",
    "folder_outlet",
    "forget_messages",
    "keep_message",
    "kept_message",
    "leave",
    "lift_suppression",
    "link_token",
    "listen",
    "mailbox_at",
    "mailbox_named",
    "mailboxes_to_fetch",
    "message_by_link",
    "open_mailbox",
    "outlet",
    "preview_message",
    "read_receipt",
    "read_waiting",
    "receive_mail",
    "recover_lost",
    "resume_mail",
    "retry_parked",
    "return_address",
    "save_text",
    "says_stop",
    "send_due",
    "send_on",
    "send_opt_in",
    "set_wishes",
    "stop_mail",
    "subject_of_link",
    "suppress_address",
    "wishes_shown",
    "withdraw_mail",
    "write_message",
]
