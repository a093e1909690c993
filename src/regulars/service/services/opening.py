"""Opening a case: by somebody of the staff, by a program, or because a customer wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.contacts.queries import CHANNELS as LOGGED_CHANNELS
from regulars.contacts.queries import TermKind, customer_in, terms_of
from regulars.contacts.services import ContactParticulars, log_contact
from regulars.customers.queries import Customer, survivor_of, traits_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.messaging.queries import ReceivedMail
from regulars.policy.queries import policy_of_version, traits_named, version_at
from regulars.service.events import CaseOpened
from regulars.service.models import Case, Entry, Handler, Queue
from regulars.service.rules.happenings import RULES, What
from regulars.service.rules.words import searchable, sounds_unhappy
from regulars.service.services.freezing import freeze
from regulars.service.services.writing import CaseWriter

CHANNELS = (*LOGGED_CHANNELS, "portal")
IN_PERSON = ("phone", "visit", "till")
PRIORITIES = ("low", "normal", "high", "urgent")
TEXT_MAX = 50_000


class CaseRefused(Refusal):
    code = "case_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(faults.values())), fields=faults)


class SoundsLikeComplaint(Refusal):
    """K2: what is written sounds like dissatisfaction. Either it is a complaint, or somebody says why it is none."""

    code = "sounds_like_complaint"

    def __init__(self, word: str) -> None:
        sentence = _("“%(word)s” sounds like a complaint. Make it one, or say why it is none.") % {"word": word}
        super().__init__(sentence, fields={"nature": sentence}, word=word)


class CaseKeyTaken(Refusal):
    code = "case_key_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another case was opened under this key before."))


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What is known when a case is opened. People and places by their internal number; `no_complaint`: why it is none although it sounds so.

    `is_logged`: the contact that began it stands in the log already. `mailboxes`: of a mail to several, those that this case is of."""

    subject: str
    text: str
    channel: str
    nature: str
    topic: str = ""
    priority: str = "normal"
    branch_id: int | None = None
    queue_id: int | None = None
    owner_id: int | None = None
    remedy_asked: str = ""
    no_complaint: str = ""
    happened_at: datetime | None = None
    mail: ReceivedMail | None = None
    continues: Case | None = None
    staff_id: int | None = None
    is_logged: bool = False
    mailboxes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """The case, and whether this call opened it."""

    case: Case
    made: bool


def open_case(*, scope: Scope, customer_id: int, new: NewCase, at: datetime, actor: str, source: str = "desk", key: str) -> Opened:
    """Open a case, once for its (source, key). The policy in force when it happened holds for it; its promises start at once.

    Raises NotFound (customer), CaseRefused, SoundsLikeComplaint, CaseKeyTaken.
    """
    customer = customer_in(scope=scope, customer_id=survivor_of(scope=scope, customer_id=customer_id))
    known = Case.objects.filter(business_id=scope.business_id, source=source, source_key=key).first()
    if known is None:
        _refuse_faults(scope, new, at)
        try:
            with transaction.atomic():
                return Opened(_open(scope, customer, new, at=at, actor=actor, source=source, key=key), made=True)
        except IntegrityError:
            known = Case.objects.filter(business_id=scope.business_id, source=source, source_key=key).first()
            if known is None:
                raise
    if (known.customer_id, known.subject) != (customer.pk, new.subject.strip()):
        raise CaseKeyTaken
    return Opened(known, made=False)


def _open(scope: Scope, customer: Customer, new: NewCase, *, at: datetime, actor: str, source: str, key: str) -> Case:
    began = new.happened_at or at
    version = version_at(scope=scope, at=began)
    wanted = traits_named(policy_of_version(version)) if version else frozenset()
    traits = {name: row.value for name, row in traits_of(customer=customer).items() if name in wanted} if wanted else {}
    queue = queue_for(scope=scope, new=new)
    owner = new.owner_id or handler_of(customer_id=customer.pk) or (new.continues.owner_id if new.continues else None)
    row = Case.objects.create(
        business_id=scope.business_id,
        customer=customer,
        branch_id=new.branch_id or (queue.branch_id if queue and new.mail else None) or customer.home_branch_id,
        subject=new.subject.strip(),
        remedy_asked=new.remedy_asked.strip(),
        words=searchable(new.subject, customer.display_name, new.text),
        opened_by=actor,
        source=source,
        source_key=key,
        nature=new.nature,
        topic=new.topic,
        channel=new.channel,
        priority=new.priority,
        opened_at=began,
    )
    writer = CaseWriter(row, at=at, actor=actor)
    writer.add(
        What.OPENED,
        {
            "nature": new.nature,
            "topic": new.topic,
            "channel": new.channel,
            "priority": new.priority,
            "traits": traits,
            "policy": version.pk if version else None,
            "queue": queue.pk if queue else None,
            "owner": owner,
            "in_person": new.channel in IN_PERSON and new.staff_id is not None,
            "rules": RULES,
            "why": new.no_complaint.strip(),
        },
        at=began,
    )
    writer.save()
    Entry.objects.create(
        case=row,
        at=began,
        kind="in",
        channel=new.channel,
        text=new.text.strip(),
        mail=new.mail,
        contact_id=_log(scope, row, new, at=at, actor=actor) if new.mail is None and not new.is_logged else None,
    )
    _tell(scope, row, at=at, actor=actor)
    return row


def _tell(scope: Scope, row: Case, *, at: datetime, actor: str) -> None:
    announce(
        CaseOpened(
            tenant_id=row.business_id,
            at=row.opened_at,
            actor=actor,
            customer_id=row.customer_id,
            case_id=row.pk,
            nature=row.nature,
            topic=row.topic,
            headline=gettext_noop("Case #%(number)s opened: %(subject)s"),
            headline_values={"number": row.pk, "subject": row.subject[:120]},
        )
    )
    if row.nature == "complaint":
        freeze(case=row, at=at, actor=actor)


def _log(scope: Scope, row: Case, new: NewCase, *, at: datetime, actor: str) -> int | None:
    """The contact that began the case, in the log of all contacts."""
    if new.channel not in LOGGED_CHANNELS:
        return None
    contact = log_contact(
        scope=Scope(scope.business_id),
        customer_id=row.customer_id,
        particulars=ContactParticulars(
            channel=new.channel,
            direction="in",
            nature=new.nature,
            topic=new.topic,
            staff_id=new.staff_id,
            branch_id=new.branch_id,
            note=new.text.strip()[:2_000],
            links={"case": str(row.public_id)},
            happened_at=row.opened_at,
        ),
        at=at,
        actor=actor,
        key=f"case:{row.public_id}",
        source="demo" if row.source == "demo" else "service",
    )
    return contact.pk


def queue_for(*, scope: Scope, new: NewCase) -> Queue | None:
    """The queue that was asked for, else the first by position that fits mailbox, nature and branch."""
    rows = list(Queue.objects.filter(business_id=scope.business_id, retired=False).order_by("position", "pk"))
    if new.queue_id is not None:
        found = next((one for one in rows if one.pk == new.queue_id), None)
        if found is None:
            raise NotFound(_("There is no such queue."))
        return found
    boxes = set(new.mailboxes or (new.mail.receipts.values_list("mailbox__name", flat=True) if new.mail else ()))
    for one in rows:
        fits = (not one.natures or new.nature in one.natures) and (not one.mailboxes or boxes & set(one.mailboxes))
        if fits and (one.branch_id in (None, new.branch_id) or (boxes and one.mailboxes)):
            return one
    return None


def handler_of(*, customer_id: int) -> int | None:
    """Who handles everything of this customer."""
    return Handler.objects.filter(customer_id=customer_id, until__isnull=True).values_list("employee_id", flat=True).first()


def _refuse_faults(scope: Scope, new: NewCase, at: datetime) -> None:
    faults = _faults_of_words(scope, new) | _faults_of_text(new)
    if new.happened_at is not None and (new.happened_at.tzinfo is None or new.happened_at > at):
        faults["happened_at"] = _("A case begins with something that has happened: with its offset from UTC, not in the future.")
    if faults:
        raise CaseRefused(faults)
    word = sounds_unhappy(f"{new.subject} {new.text}") if new.nature != "complaint" and new.mail is None else ""
    if word and not new.no_complaint.strip():
        raise SoundsLikeComplaint(word)


def _faults_of_text(new: NewCase) -> dict[str, str]:
    faults = {}
    if not 0 < len(new.subject.strip()) <= 200:
        faults["subject"] = _("Say in up to 200 characters what it is about.")
    if not new.text.strip() or len(new.text) > TEXT_MAX:
        faults["text"] = _("Write down what the customer said, in up to 50,000 characters.")
    elif "\x00" in new.text or "\x00" in new.subject:
        faults["text"] = _("The text holds a character that can't be kept.")
    if len(new.remedy_asked) > 500:
        faults["remedy_asked"] = _("Say in up to 500 characters what the customer asks for.")
    return faults


def _faults_of_words(scope: Scope, new: NewCase) -> dict[str, str]:
    terms = terms_of(scope=scope)
    faults = {}
    if new.channel not in CHANNELS:
        faults["channel"] = _("There is no such channel.")
    if new.priority not in PRIORITIES:
        faults["priority"] = _("A priority is low, normal, high or urgent.")
    if new.mail is None and new.nature not in {one.code for one in terms.offered(TermKind.NATURE)}:
        faults["nature"] = _("Your business has no such nature of contact.")
    if new.topic and new.topic not in {one.code for one in terms.offered(TermKind.TOPIC)}:
        faults["topic"] = _("Your business has no such topic.")
    return faults
