"""Mailboxes of the business."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.adapters.keys import sealed
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
    acknowledges: bool = False
    host: str = ""
    port: int = 993
    security: str = "tls"
    user: str = ""
    password: str = ""
    folder: str = "INBOX"
    is_open: bool = True


class MailboxRefused(Refusal):
    code = "mailbox_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(faults.values()), fields=faults)


def mailbox_named(*, business_id: int, name: str, at: datetime, actor: str) -> Mailbox:
    """The mailbox with this name; opened as one that is filled from files when there is none."""
    found = Mailbox.objects.filter(business_id=business_id, name=name.strip()).first()
    return found or open_mailbox(business_id=business_id, particulars=MailboxParticulars(name=name), at=at, actor=actor)


def open_mailbox(*, business_id: int, particulars: MailboxParticulars, at: datetime, actor: str) -> Mailbox:
    """Open a mailbox. Refuses an empty or taken name, addresses that are none, an IMAP mailbox without server or user."""
    row = Mailbox(business_id=business_id)
    return _written(row, particulars, at=at, actor=actor)


def describe_mailbox(*, mailbox: Mailbox, particulars: MailboxParticulars, at: datetime, actor: str) -> Mailbox:
    """Set a mailbox anew; an empty password leaves the old one. Another server, user or folder counts its messages anew."""
    return _written(mailbox, particulars, at=at, actor=actor)


def _written(row: Mailbox, given: MailboxParticulars, *, at: datetime, actor: str) -> Mailbox:
    _refuse(given)
    place = (row.host, row.user, row.folder)
    row.name, row.kind, row.branch_id = given.name.strip(), given.kind, given.branch_id
    row.addresses = list(dict.fromkeys(one.strip().lower() for one in given.addresses if one.strip()))
    row.lists_are_contacts, row.is_open = given.lists_are_contacts, given.is_open
    row.acknowledges = given.acknowledges
    row.host, row.port, row.security = given.host.strip(), given.port, given.security
    row.user, row.folder = given.user.strip(), given.folder.strip() or "INBOX"
    if given.password:
        row.password_sealed = sealed(given.password)
    if row.pk and place != (row.host, row.user, row.folder):
        row.uid_validity, row.last_uid = None, 0
    try:
        with transaction.atomic():
            row.save()
            after = {"name": row.name, "host": row.host, "user": row.user, "addresses": row.addresses}
            announce(MailboxSet(tenant_id=row.business_id, at=at, actor=actor, mailbox_id=row.pk), after=after)
    except IntegrityError:
        raise MailboxNameRefused(_("There is a mailbox called “%(name)s” already.") % {"name": given.name.strip()}) from None
    return row


def _refuse(given: MailboxParticulars) -> None:
    name = given.name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise MailboxNameRefused(_("A mailbox needs a name of at most 80 characters."))
    faults = {}
    for one in given.addresses:
        if one.strip() and not re.fullmatch(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}", one.strip()):
            faults["addresses"] = _("“%(address)s” is no single address.") % {"address": one.strip()[:80]}
    if given.kind == MailboxKind.IMAP:
        if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,255}", given.host.strip()):
            faults["host"] = _("Name the mail server, for example imap.example.com.")
        if not given.user.strip():
            faults["user"] = _("Name the user of the mailbox.")
        if not 0 < given.port < 65_536:
            faults["port"] = _("A port is a number from 1 to 65535.")
    if faults:
        raise MailboxRefused(faults)
