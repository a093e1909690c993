"""The quick way for plain mail: of people, answering nothing, seen for the first time. A batch is read in two dozen statements.

Whatever is not plain, or goes wrong, is left to the careful way, one by one. Both ways give the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count

from regulars.business.queries import Scope
from regulars.contacts.services import log_contacts
from regulars.customers.queries import Customer, customers_at
from regulars.customers.services import Newcomer, register_newcomers
from regulars.groundwork.kernel.facts import announce_many
from regulars.messaging.adapters.receipt_sql import settle_read
from regulars.messaging.events import MessageReceived
from regulars.messaging.models import Receipt, ReceiptState, ReceivedMail
from regulars.messaging.rules.classifying import looks_like_report, sort_mail
from regulars.messaging.rules.mail import ReadMail, read_mail
from regulars.messaging.rules.parts import Unreadable
from regulars.messaging.rules.tokens import tokens_in
from regulars.messaging.services.describing_mail import contact_said, nature_of_mail, received_row
from regulars.messaging.services.knowing_senders import names_in, own_addresses_of
from regulars.messaging.services.obeying import says_stop

PLAIN_BYTES = 256 * 1024
MANY_AN_HOUR = 20
ACTOR = "system:mail"
Pair = tuple[Receipt, ReadMail, ReceivedMail]


def read_plain(*, receipt_ids: Sequence[int], at: datetime) -> set[int]:
    """Read those that are plain, in one savepoint. Returns their ids; empty when anything went wrong."""
    if len(receipt_ids) < 2:
        return set()
    try:
        with transaction.atomic():
            return _read(receipt_ids, at)
    except Exception:
        if connection.needs_rollback:
            raise
        return set()  # the careful way finds out whose fault it is


def _read(receipt_ids: Sequence[int], at: datetime) -> set[int]:
    of = ("self",) if connection.features.has_select_for_update_of else ()
    locked = Receipt.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked, of=of)
    rows = locked.select_related("raw", "mailbox").filter(
        pk__in=receipt_ids, state=ReceiptState.STORED, raw__size_bytes__lt=PLAIN_BYTES, origin="", mailbox__acknowledges=False
    )
    done: set[int] = set()
    by_business: dict[int, list[Receipt]] = {}
    for receipt in rows.order_by("pk"):
        by_business.setdefault(receipt.business_id, []).append(receipt)
    for business_id, receipts in by_business.items():
        plain = _put_to_people(business_id, _new(business_id, _plain(business_id, receipts)))
        if plain:
            _write(business_id, plain, at)
            done |= {receipt.pk for receipt, _mail, _row in plain}
    return done


def _plain(business_id: int, receipts: Sequence[Receipt]) -> list[Pair]:
    """Mail of people that carries no code which might be ours and says no STOP."""
    own = own_addresses_of(business_id)
    found = []
    for receipt in receipts:
        try:
            mail = read_mail(bytes(receipt.raw.content))
        except Unreadable:
            continue
        places = [*mail.recipients, *receipt.envelope_to, *mail.in_reply_to, *mail.references, mail.message_id]
        if any(tokens_in(text) for text in places) or "x-regulars-message" in mail.structure.fields or not mail.sender.address:
            continue
        lists = receipt.mailbox.lists_are_contacts
        sorting = sort_mail(mail, own_addresses=own, envelope_from=receipt.envelope_from, is_ours=False, lists_are_contacts=lists)
        row = received_row(receipt, mail, sorting)
        if sorting.kind == "contact" and not looks_like_report(mail, sorting) and not says_stop(row):
            found.append((receipt, mail, row))
    return found


def _new(business_id: int, pairs: list[Pair]) -> list[Pair]:
    """Those whose content nobody has read, and which come once in this batch."""
    counted = Counter(row.content_key for _receipt, _mail, row in pairs)
    known = set(ReceivedMail.objects.filter(business_id=business_id, content_key__in=list(counted)).values_list("content_key", flat=True))
    return [pair for pair in pairs if counted[pair[2].content_key] == 1 and pair[2].content_key not in known]


def _put_to_people(business_id: int, pairs: list[Pair]) -> list[Pair]:
    """Those from one customer's own address, or from somebody new, who do not write more than people do."""
    if not pairs:
        return []
    people = customers_at(business_id=business_id, addresses={mail.sender.normal for _receipt, mail, _row in pairs})
    first = min(row.received_at for _receipt, _mail, row in pairs) - timedelta(hours=1)
    senders = {row.sender_address for _receipt, _mail, row in pairs}
    recent = ReceivedMail.objects.filter(business_id=business_id, sender_address__in=senders, received_at__gt=first)
    counts = Counter(dict(recent.order_by().values_list("sender_address").annotate(n=Count("pk"))))
    few: list[Pair] = []
    for receipt, mail, row in pairs:
        counts[row.sender_address] += 1
        if counts[row.sender_address] <= MANY_AN_HOUR:
            few.append((receipt, mail, row))
    new = _registered(business_id, [pair for pair in few if not people.get(pair[1].sender.normal) and not pair[1].reply_to])
    found = []
    for receipt, mail, row in few:
        own: list[Customer] = people.get(mail.sender.normal, [])
        if mail.sender.normal in new:
            row.customer, row.hints = new[mail.sender.normal], ["new_prospect"]
            people[mail.sender.normal] = [new.pop(mail.sender.normal)]
        elif len(own) == 1 and not getattr(own[0], "is_merged_away", False):
            row.customer, row.hints = own[0], ["known_address"]
        else:
            continue
        found.append((receipt, mail, row))
    return found


def _registered(business_id: int, pairs: list[Pair]) -> dict[str, Customer]:
    """The customers that strangers became, by their address in normal form. Whom somebody else registers in this moment is not among them."""
    first: dict[str, Newcomer] = {}
    for receipt, mail, _row in pairs:
        given, family = names_in(mail)
        newcomer = Newcomer(
            address=mail.sender.address, given_name=given, family_name=family, branch_id=receipt.mailbox.branch_id, at=receipt.received_at
        )
        first.setdefault(mail.sender.normal, newcomer)
    made = register_newcomers(business_id=business_id, newcomers=list(first.values()), actor=ACTOR) if first else {}
    return {normal: made[one.address] for normal, one in first.items() if one.address in made}


def _write(business_id: int, pairs: list[Pair], at: datetime) -> None:
    scope, nature = Scope(business_id), nature_of_mail(business_id)
    rows = [row for _receipt, _mail, row in pairs]
    latest = max([at, *(row.received_at for row in rows)])
    said = [(row.customer_id or 0, contact_said(row, nature), str(row.public_id)) for row in rows]
    contacts = log_contacts(scope=scope, said=said, at=latest, actor=ACTOR, source="mail")
    for row, contact in zip(rows, contacts, strict=True):
        row.contact_key = str(contact.public_id)
    ReceivedMail.objects.bulk_create(rows)
    announce_many(
        [
            MessageReceived(
                tenant_id=business_id,
                at=row.received_at,
                actor=ACTOR,
                customer_id=row.customer_id or 0,
                mail_id=row.pk,
                answers_id=None,
                is_known_sender=row.hints == ["known_address"],
            )
            for row in rows
        ]
    )
    settle_read(settled=[(receipt.pk, row.pk) for receipt, _mail, row in pairs], at=at)
