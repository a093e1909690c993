"""Questions about messages."""

from regulars.messaging.models import Mailbox, MailboxKind, Message, MessageState, Receipt, ReceiptState, ReceivedMail
from regulars.messaging.queries.exporting import messages_section
from regulars.messaging.queries.inbox import (
    InboxCounts,
    MailPage,
    attachment_of,
    copies_of,
    inbox_counts,
    mail_exists,
    mail_of,
    mailbox_of,
    mailboxes_of,
    mails_before,
    markup_of,
    parked_receipt,
    parked_receipts,
    raw_of,
)
from regulars.messaging.queries.outbox import (
    MessagePage,
    message_counts,
    message_of,
    messages_before,
    setbacks_of,
    standing_stop,
    suppressions_of,
    texts_of,
)
from regulars.messaging.queries.wording import reason_words
from regulars.messaging.rules.markup import Shown

__all__ = [
    "InboxCounts",
    "MailPage",
    "Mailbox",
    "MailboxKind",
    "Message",
    "MessagePage",
    "MessageState",
    "Receipt",
    "ReceiptState",
    "ReceivedMail",
    "Shown",
    "attachment_of",
    "copies_of",
    "inbox_counts",
    "mail_exists",
    "mail_of",
    "mailbox_of",
    "mailboxes_of",
    "mails_before",
    "markup_of",
    "message_counts",
    "message_of",
    "messages_before",
    "messages_section",
    "parked_receipt",
    "parked_receipts",
    "raw_of",
    "reason_words",
    "setbacks_of",
    "standing_stop",
    "suppressions_of",
    "texts_of",
]
