"""What a read mail looks like as a row and as a contact."""

from __future__ import annotations

from dataclasses import asdict

from regulars.business.queries import Scope
from regulars.contacts.queries import TermKind, terms_of
from regulars.contacts.services import ContactParticulars
from regulars.messaging.models import Receipt, ReceivedMail
from regulars.messaging.rules.classifying import Sorting
from regulars.messaging.rules.mail import ReadMail
from regulars.messaging.services.knowing_senders import addresses_of

NOTE_MAX = 2_000


def received_row(receipt: Receipt, mail: ReadMail, sorting: Sorting) -> ReceivedMail:
    """A mail as it is kept, not saved yet."""
    return ReceivedMail(
        business_id=receipt.business_id,
        raw=receipt.raw,
        kind=sorting.kind,
        content_key=mail.content_key,
        message_id=mail.message_id[:500],
        sender_name=mail.sender.name,
        sender_address=mail.sender.address[:320],
        subject=mail.subject,
        text=mail.text,
        has_html=bool(mail.html),
        attachments=[asdict(one) for one in mail.attachments],
        recipients=addresses_of(mail.recipients)[:200],
        is_automatic=sorting.is_automatic,
        may_auto_answer=sorting.may_auto_answer,
        reasons=list(sorting.reasons),
        trail={"charsets": list(mail.charsets), "repaired": mail.repaired, "notes": list(mail.notes)},
        back_on=sorting.back_on,
        dated_at=mail.dated_at,
        received_at=receipt.received_at,
    )


def contact_said(row: ReceivedMail, nature: str) -> ContactParticulars:
    """A mail as a contact of the log."""
    return ContactParticulars(
        channel="email",
        direction="in",
        nature=nature,
        note=f"{row.subject}\n\n{row.text}"[:NOTE_MAX].strip(),
        links={"message": str(row.public_id)},
        happened_at=row.received_at,
    )


def nature_of_mail(business_id: int) -> str:
    """What a mail is called until somebody has read it: a question, or what the business has in its place."""
    offered = [one.code for one in terms_of(scope=Scope(business_id)).offered(TermKind.NATURE)]
    return "question" if "question" in offered or not offered else offered[0]
