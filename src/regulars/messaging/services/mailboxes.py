"""Mailboxes of the business."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.events import MailboxSet
from regulars.messaging.models import Mailbox, MailboxKind


class MailboxNameRefused(Refusal):
    code = "mailbox_name"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"name": sentence})


@dataclass(frozen=True, kw_only=True)
class MailboxParticulars:
    """What a mailbox is called, where its mail is fetched, and which addresses are its own."""

    name: str
    kind: MailboxKind = MailboxKind.FILES
    addresses: list[str] = field(default_factory=list)
    branch_id: int | None = None
    lists_are_contacts: bool = False


def mailbox_named(*, business_id: int, name: str, at: datetime, actor: str) -> Mailbox:
    """The mailbox with this name; opened as one that is filled from files when there is none."""
    found = Mailbox.objects.filter(business_id=business_id, name=name.strip()).first()
    return found or open_mailbox(business_id=business_id, particulars=MailboxParticulars(name=name), at=at, actor=actor)


def open_mailbox(*, business_id: int, particulars: MailboxParticulars, at: datetime, actor: str) -> Mailbox:
    """Open a mailbox. Refuses an empty or taken name."""
    name = particulars.name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise MailboxNameRefused(_("A mailbox needs a name of at most 80 characters."))
    try:
        with transaction.atomic():
            row = Mailbox.objects.create(
                business_id=business_id,
                branch_id=particulars.branch_id,
                name=name,
                kind=particulars.kind,
                addresses=[one.strip().lower() for one in particulars.addresses if one.strip()],
                lists_are_contacts=particulars.lists_are_contacts,
            )
            announce(MailboxSet(tenant_id=business_id, at=at, actor=actor, mailbox_id=row.pk), after={"name": name})
    except IntegrityError:
        raise MailboxNameRefused(_("There is a mailbox called “%(name)s” already.") % {"name": name}) from None
    return row
