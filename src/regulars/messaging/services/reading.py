"""Reading what was taken in: a step that can be repeated, fails for one mail without harm to the others, and gives up in sight of everybody."""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, connection, transaction

from regulars.business.queries import Scope
from regulars.contacts.services import log_contact
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.jobs import enqueue
from regulars.messaging.adapters.wordy_reports import failures_told
from regulars.messaging.events import MailCopied, MailParked, MessageReceived
from regulars.messaging.models import Receipt, ReceiptState, ReceivedMail
from regulars.messaging.rules.classifying import Sorting, looks_like_report, sort_mail
from regulars.messaging.rules.mail import ReadMail, read_mail
from regulars.messaging.rules.parts import Unreadable
from regulars.messaging.services.describing_mail import contact_said, nature_of_mail, received_row
from regulars.messaging.services.knowing_senders import Sender, answered_message, is_our_own, own_addresses_of, sender_of
from regulars.messaging.services.obeying import obey_stop
from regulars.messaging.services.reading_plain import read_plain
from regulars.messaging.services.setbacks import take_report

ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)
MANY_AN_HOUR = 20  # more mails of one address within an hour are no conversation
ACTOR = "system:mail"


def read_waiting(*, at: datetime, limit: int = 100) -> int:
    """Read the oldest stored mails, each in a savepoint of its own. Returns how many were settled or put off."""
    numbers = _waiting(at, limit)
    done = read_plain(receipt_ids=numbers, at=at)
    count = len(done)
    for number in numbers:
        if number not in done:
            count += read_receipt(receipt_id=number, at=at) is not None
    return count


def read_receipt(*, receipt_id: int, at: datetime) -> Receipt | None:
    """Read one stored mail and settle its receipt. None when somebody else has it or had it.

    What fails is put off and, after five attempts, parked with its fault; the database going away is no fault of a mail and travels on.
    """
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        rows = Receipt.objects.select_for_update(skip_locked=skip, of=("self",) if connection.features.has_select_for_update_of else ())
        receipt = rows.select_related("raw", "mailbox").filter(pk=receipt_id, state=ReceiptState.STORED).first()
        if receipt is None:
            return None
        try:
            with transaction.atomic():
                _settle(receipt, at)
        except OperationalError:
            raise
        except Exception:
            _put_off(receipt, traceback.format_exc(limit=12), at)
        return receipt


def park_unread(*, receipt_id: int, reason: str, at: datetime) -> None:
    """Park a stored mail without reading it."""
    with transaction.atomic():
        _park(Receipt.objects.select_for_update().get(pk=receipt_id), reason, at)


def _waiting(at: datetime, limit: int) -> list[int]:
    rows = Receipt.objects.filter(state=ReceiptState.STORED, next_at__isnull=True).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:limit])
    again = Receipt.objects.filter(state=ReceiptState.STORED, next_at__lte=at).order_by("next_at", "pk")
    return found + list(again.values_list("pk", flat=True)[: limit - len(found)])


def _settle(receipt: Receipt, at: datetime) -> None:
    raw = bytes(receipt.raw.content)
    if not raw.strip():
        return _park(receipt, "empty", at)
    try:
        mail = read_mail(raw)
    except Unreadable as fault:
        return _park(receipt, fault.code, at)
    twin = ReceivedMail.objects.filter(business_id=receipt.business_id, content_key=mail.content_key).first()
    if twin is not None:
        return _copied(receipt, "same_mail" if twin.raw_id != receipt.raw_id else "same_content", at, twin)
    sorting = sort_mail(
        mail,
        own_addresses=own_addresses_of(receipt.business_id),
        envelope_from=receipt.envelope_from,
        is_ours=is_our_own(mail),
        lists_are_contacts=receipt.mailbox.lists_are_contacts,
    )
    if looks_like_report(mail, sorting):
        temporary, permanent = failures_told(raw)
        if temporary or permanent:
            sorting = Sorting("bounce", True, False, ("report_in_words", *sorting.reasons))
    if sorting.kind == "contact" and not mail.sender.address:
        return _park(receipt, "no_sender", at)
    return _take(receipt, mail, sorting, raw, at)


def _take(receipt: Receipt, mail: ReadMail, sorting: Sorting, raw: bytes, at: datetime) -> None:
    answers, hints = answered_message(mail, receipt)
    is_person = sorting.kind == "contact"
    sender = Sender(None, (), is_known=False)
    if sorting.kind != "bounce" and "own_message" not in sorting.reasons:
        sender = sender_of(mail=mail, receipt=receipt, answers=answers, may_register=is_person, at=receipt.received_at, actor=ACTOR)
    row = received_row(receipt, mail, sorting)
    row.answers, row.customer = answers, sender.customer
    row.hints = [*hints, *sender.hints]
    if is_person and _writes_too_often(row):
        row.may_auto_answer = False
        row.hints.append("many_mails")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same mail was read from another mailbox in this moment
        twin = ReceivedMail.objects.get(business_id=receipt.business_id, content_key=mail.content_key)
        return _copied(receipt, "same_mail", at, twin)
    reason = sorting.reasons[0] if sorting.reasons and not is_person else ""
    if sorting.kind == "bounce":
        reason = take_report(mail=mail, raw=raw, row=row, envelope_to=receipt.envelope_to, at=receipt.received_at)
        row.save(update_fields=["answers", "customer"])
    if is_person and sender.customer is not None:
        _tell(row, sender, receipt, at)
        obey_stop(row=row, at=receipt.received_at)
        if receipt.mailbox.acknowledges and row.may_auto_answer and not receipt.origin:
            enqueue("messaging.acknowledge", {"mail": row.pk}, key=f"mail:{row.pk}")
    return _close(receipt, ReceiptState(sorting.kind), reason, at, row)


def _copied(receipt: Receipt, reason: str, at: datetime, twin: ReceivedMail) -> None:
    """The same mail once more: one contact, and whoever reads this mailbox should know of it."""
    _close(receipt, ReceiptState.DUPLICATE, reason, at, twin)
    if twin.kind == "contact" and twin.customer_id is not None:
        announce(
            MailCopied(
                tenant_id=receipt.business_id,
                at=receipt.received_at,
                actor=ACTOR,
                customer_id=twin.customer_id,
                mail_id=twin.pk,
                mailbox_id=receipt.mailbox_id,
            )
        )


def _writes_too_often(row: ReceivedMail) -> bool:
    since = row.received_at - timedelta(hours=1)
    earlier = ReceivedMail.objects.filter(
        business_id=row.business_id, sender_address=row.sender_address, received_at__gt=since, received_at__lte=row.received_at
    )
    return earlier[:MANY_AN_HOUR].count() >= MANY_AN_HOUR


def _tell(row: ReceivedMail, sender: Sender, receipt: Receipt, at: datetime) -> None:
    """Write the contact down and say that a message was received."""
    assert row.customer_id is not None
    contact = log_contact(
        scope=Scope(row.business_id),
        customer_id=row.customer_id,
        particulars=contact_said(row, nature_of_mail(row.business_id)),
        at=max(at, row.received_at),
        actor=ACTOR,
        key=str(row.public_id),
        source=receipt.origin or "mail",
    )
    row.contact_key = str(contact.public_id)
    row.save(update_fields=["contact_key"])
    announce(
        MessageReceived(
            tenant_id=row.business_id,
            at=row.received_at,
            actor=ACTOR,
            customer_id=row.customer_id,
            mail_id=row.pk,
            answers_id=row.answers_id,
            is_known_sender=sender.is_known,
        )
    )


def _close(receipt: Receipt, state: ReceiptState, reason: str, at: datetime, mail: ReceivedMail | None) -> None:
    receipt.state, receipt.reason, receipt.mail = state, reason[:60], mail
    receipt.settled_at, receipt.next_at, receipt.fault = at, None, ""
    receipt.attempts += 1
    receipt.save(update_fields=["state", "reason", "mail", "settled_at", "next_at", "attempts", "fault"])


def _park(receipt: Receipt, reason: str, at: datetime, fault: str = "") -> None:
    _close(receipt, ReceiptState.PARKED, reason, at, None)
    if fault:
        Receipt.objects.filter(pk=receipt.pk).update(fault=fault[-4000:])
    announce(MailParked(tenant_id=receipt.business_id, at=at, actor=ACTOR, receipt_id=receipt.pk, reason=reason))


def _put_off(receipt: Receipt, fault: str, at: datetime) -> None:
    receipt.refresh_from_db(fields=["attempts", "state", "mail"])
    if receipt.attempts + 1 >= ATTEMPTS:
        return _park(receipt, "reader_failed", at, fault)
    receipt.attempts += 1
    receipt.fault = fault[-4000:]
    receipt.next_at = at + FIRST_PAUSE * 2 ** (receipt.attempts - 1)
    receipt.save(update_fields=["attempts", "fault", "next_at"])
    return None
