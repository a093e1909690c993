"""Writing a contact down, correcting one, promising to come back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.events import ContactCorrected, ContactLogged
from regulars.contacts.models import Contact
from regulars.contacts.queries.reading import customer_in
from regulars.contacts.queries.terms import Terms, terms_of
from regulars.contacts.rules.particulars import ContactParticulars, faults_of
from regulars.contacts.rules.words import TermKind, Valence
from regulars.contacts.services.following_up import Promise, keep_follow_up, promise_follow_up
from regulars.contacts.services.pressing import press, press_again
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import Refusal


class ContactRefused(Refusal):
    code = "contact_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        sentences = {
            "unknown_channel": _("There is no such channel."),
            "unknown_direction": _("Say whether it came in or went out: “in” or “out”."),
            "unknown_beginner": _("Say who began it: “customer” or “business”."),
            "mood": _("A mood is a whole number from −2 (angry) to 2 (delighted)."),
            "effort": _("Effort is a whole number from 1 (little) to 5 (much)."),
            "minutes": _("Minutes are a whole number from 0 to 1440."),
            "note_too_long": _("The note is too long; 10,000 characters fit."),
            "nul": _("The note holds a character that can't be kept."),
            "links": _("Links name a case, purchase, message or follow_up by its id."),
            "no_zone": _("The instant needs its offset from UTC."),
            "future": _("This lies in the future; what is planned is a follow-up."),
            "past": _("This lies before 1970."),
            "unknown_nature": _("Your business has no such nature of contact."),
            "unknown_topic": _("Your business has no such topic."),
            "unknown_outcome": _("Your business has no such outcome."),
        }
        fields = {name: sentences[code] for name, code in faults.items()}
        super().__init__(" ".join(dict.fromkeys(fields.values())), fields=fields)


class ContactKeyTaken(Refusal):
    code = "contact_key_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another contact was logged under this key before."))


class AlreadyCorrected(Refusal):
    code = "already_corrected"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This entry was corrected before. Correct the newest one."))


@dataclass(frozen=True)
class Logged:
    """The contact, and whether this call wrote it (False: the same key and content stood there already)."""

    contact: Contact
    made: bool


def log_contact(
    *,
    scope: Scope,
    customer_id: int,
    particulars: ContactParticulars,
    at: datetime,
    actor: str,
    key: str = "",
    source: str = "desk",
    promise: Promise | None = None,
    keeps: str = "",
) -> Contact:
    """Write a contact down, once for its (source, key). With `promise` a follow-up is promised, with `keeps` (its public id) one is kept:
    unless nobody was reached, then it was an attempt and the promise stays open.

    Raises NotFound (customer, follow-up), ContactRefused, FollowUpRefused, ContactKeyTaken.
    """
    return log_contact_once(
        scope=scope,
        customer_id=customer_id,
        particulars=particulars,
        at=at,
        actor=actor,
        key=key,
        source=source,
        promise=promise,
        keeps=keeps,
    ).contact


def log_contact_once(
    *,
    scope: Scope,
    customer_id: int,
    particulars: ContactParticulars,
    at: datetime,
    actor: str,
    key: str,
    source: str,
    promise: Promise | None = None,
    keeps: str = "",
) -> Logged:
    """As `log_contact`, and says whether the contact is new."""
    customer = customer_in(scope=scope, customer_id=customer_id)
    terms = terms_of(scope=scope)
    _refuse_faults(particulars, terms, at=at)
    row = new_contact(one=particulars, business_id=scope.business_id, customer_id=customer.pk, at=at, actor=actor, source=source, key=key)
    known = _known(row) if key else None
    if known is None:
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                announce(logged_fact(row), after=_values(row))
                press(scope=scope, contact=row, attempt=terms.valence(row.outcome) is Valence.ATTEMPT, at=at, actor=actor)
                if promise:
                    promise_follow_up(scope=scope, customer_id=customer.pk, promise=promise, contact=row, at=at, actor=actor)
                if keeps and terms.valence(row.outcome) is not Valence.ATTEMPT:
                    keep_follow_up(scope=scope, public_id=keeps, contact=row, at=row.at, actor=actor)
            return Logged(row, made=True)
        except IntegrityError:
            known = _known(row)
            if known is None:
                raise
    if not _same(known, row, said_when=particulars.happened_at is not None):
        raise ContactKeyTaken
    return Logged(known, made=False)


def correct_contact(
    *, scope: Scope, contact: Contact, particulars: ContactParticulars | None, at: datetime, actor: str, note: str = ""
) -> Contact:
    """Write a new entry that takes the place of an old one; without `particulars` the old one never happened (`note` says why).

    The old entry stays in the log. Raises ContactRefused, AlreadyCorrected.
    """
    customer_in(scope=scope, customer_id=contact.customer_id)
    if particulars is not None:
        kept = replace(particulars, happened_at=particulars.happened_at or contact.at)
        _refuse_faults(kept, terms_of(scope=scope), at=at, old=contact)
    else:
        kept = replace(particulars_of_contact(contact), note=note)
    row = new_contact(
        one=kept,
        business_id=contact.business_id,
        customer_id=contact.customer_id,
        at=at,
        actor=actor,
        source="correction",
        key=f"{contact.pk}",
    )
    row.corrects, row.void = contact, particulars is None
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            announce(
                ContactCorrected(
                    tenant_id=row.business_id,
                    at=at,
                    actor=actor,
                    contact_id=row.pk,
                    corrects_id=contact.pk,
                    customer_id=row.customer_id,
                    void=row.void,
                ),
                before=_values(contact),
                after=_values(row),
            )
            press_again(scope=scope, old=contact, new=row, at=at, actor=actor)
    except IntegrityError:
        raise AlreadyCorrected from None
    return row


def particulars_of_contact(contact: Contact) -> ContactParticulars:
    """What a row says, as particulars."""
    return ContactParticulars(
        channel=contact.channel,
        direction=contact.direction,
        nature=contact.nature,
        outcome=contact.outcome,
        topic=contact.topic,
        began_by=contact.began_by,
        mood_stated=contact.mood_stated,
        mood_inferred=contact.mood_inferred,
        staff_id=contact.staff_id,
        branch_id=contact.branch_id,
        minutes=contact.minutes,
        effort=contact.effort,
        note=contact.note,
        links=contact.links,
        happened_at=contact.at,
    )


def _refuse_faults(one: ContactParticulars, terms: Terms, *, at: datetime, old: Contact | None = None) -> None:
    if faults := faults_in(one=one, terms=terms, at=at, old=old):
        raise ContactRefused(faults)


def faults_in(*, one: ContactParticulars, terms: Terms, at: datetime, old: Contact | None = None) -> dict[str, str]:
    """What is wrong with a contact, its words too; a word that stood in `old` may stand again."""
    faults = faults_of(one, now=at)
    for kind, code in ((TermKind.NATURE, one.nature), (TermKind.TOPIC, one.topic), (TermKind.OUTCOME, one.outcome)):
        stood = old is not None and getattr(old, kind.value) == code
        needed = kind is TermKind.NATURE or bool(code)
        if needed and not stood and not terms.offers(kind, code):
            faults[kind.value] = f"unknown_{kind.value}"
    return faults


def new_contact(*, one: ContactParticulars, business_id: int, customer_id: int, at: datetime, actor: str, source: str, key: str) -> Contact:
    """A contact as a row, not saved yet."""
    return Contact(
        business_id=business_id,
        customer_id=customer_id,
        at=one.happened_at or at,
        channel=one.channel,
        direction=one.direction,
        began_by=one.beginner,
        nature=one.nature,
        topic=one.topic,
        outcome=one.outcome,
        mood_stated=one.mood_stated,
        mood_inferred=one.mood_inferred,
        staff_id=one.staff_id,
        branch_id=one.branch_id,
        minutes=one.minutes,
        effort=one.effort,
        note=one.note,
        links=dict(one.links),
        actor=actor,
        source=source,
        source_key=key or str(new_id()),
        recorded_at=at,
    )


def logged_fact(row: Contact) -> ContactLogged:
    """The fact that a contact was written down."""
    return ContactLogged(
        tenant_id=row.business_id,
        at=row.recorded_at,
        actor=row.actor,
        contact_id=row.pk,
        customer_id=row.customer_id,
        channel=row.channel,
        direction=row.direction,
        nature=row.nature,
        outcome=row.outcome,
    )


def _values(row: Contact) -> dict[str, object]:
    names = ("channel", "direction", "nature", "topic", "outcome", "mood_stated", "mood_inferred", "minutes", "effort", "note", "links")
    return {name: getattr(row, name) for name in names} | {"at": row.at.isoformat()}


def _known(row: Contact) -> Contact | None:
    return Contact.objects.filter(business_id=row.business_id, source=row.source, source_key=row.source_key).first()


def _same(known: Contact, row: Contact, *, said_when: bool) -> bool:
    """Whether a repeat says the same; its time only counts when the caller gave one, for "now" differs each time."""
    names = ("customer_id", "channel", "direction", "nature", "topic", "outcome", "mood_stated", "minutes", "effort", "note", "links")
    return all(getattr(known, name) == getattr(row, name) for name in names) and (not said_when or known.at == row.at)
