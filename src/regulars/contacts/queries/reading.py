"""Contacts, one by one and as lines of the story; what is promised and not yet kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.contacts.models import Contact, FollowUp
from regulars.contacts.queries.paging import newest_rows, order_of
from regulars.contacts.queries.terms import Terms, terms_of
from regulars.contacts.rules.timeline import Cursor, TimelineLine
from regulars.contacts.rules.words import TermKind, Valence
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.bulk.instances import as_instant, instances, uuid_text
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.staff.queries import Employee

PHRASES = {
    ("email", "in"): gettext_noop("They wrote an e-mail"),
    ("email", "out"): gettext_noop("We wrote an e-mail"),
    ("phone", "in"): gettext_noop("They called"),
    ("phone", "out"): gettext_noop("We called"),
    ("sms", "in"): gettext_noop("They sent a text message"),
    ("sms", "out"): gettext_noop("We sent a text message"),
    ("post", "in"): gettext_noop("They wrote a letter"),
    ("post", "out"): gettext_noop("We wrote a letter"),
    ("social", "in"): gettext_noop("They wrote on a social network"),
    ("social", "out"): gettext_noop("We wrote on a social network"),
    ("visit", "in"): gettext_noop("They came to see us"),
    ("visit", "out"): gettext_noop("We went to see them"),
    ("till", "in"): gettext_noop("They spoke to us at the till"),
    ("till", "out"): gettext_noop("We spoke to them at the till"),
}
MOOD_WORDS = {
    -2: gettext_noop("Mood: angry"),
    -1: gettext_noop("Mood: unhappy"),
    0: gettext_noop("Mood: neutral"),
    1: gettext_noop("Mood: content"),
    2: gettext_noop("Mood: delighted"),
}

TONES = {Valence.GOOD: "good", Valence.BAD: "bad"}

# Contacts as they stand: those that a later entry corrects give way to it, and what never happened is left out.
STANDS = "NOT t.void AND NOT EXISTS (SELECT 1 FROM contacts_contact k WHERE k.corrects_id = t.id)"
NOTED = (
    "SELECT t.id, t.public_id, t.at, t.channel, t.direction, t.nature, t.topic, t.outcome, t.mood_stated, t.note, t.actor, t.corrects_id, s.name, "
    "b.name FROM contacts_contact t LEFT JOIN staff_employee s ON s.id = t.staff_id LEFT JOIN business_branch b ON b.id = t.branch_id "
)
PROMISED = "FROM contacts_followup f JOIN customers_customer c ON c.id = f.customer_id LEFT JOIN staff_employee s ON s.id = f.staff_id"


@dataclass(frozen=True)
class StoryFilter:
    """What to show of the contacts; an empty filter shows everything of every source. Staff by internal number."""

    channel: str = ""
    nature: str = ""
    outcome: str = ""
    staff_id: int | None = None

    def __bool__(self) -> bool:
        return bool(self.channel or self.nature or self.outcome or self.staff_id)


class Noted(NamedTuple):
    """What a line tells of a contact: its columns in the order of the statement, with the names of employee and branch."""

    pk: int
    public_id: str
    at: datetime
    channel: str
    direction: str
    nature: str
    topic: str
    outcome: str
    mood: int | None
    note: str
    actor: str
    corrects: int | None
    staff: str | None
    branch: str | None


def customer_in(*, scope: Scope, customer_id: int) -> Customer:
    """A visible customer by internal number. Raises NotFound."""
    row = Customer.objects.filter(pk=customer_id, business_id=scope.business_id).first()
    if row is None or not scope.sees_branch(row.home_branch_id):
        raise NotFound(_("There is no such customer."))
    return row


def standing() -> QuerySet[Contact]:
    """Contacts as they stand: those that a later entry corrects give way to it, and what never happened is left out."""
    return Contact.objects.filter(~Exists(Contact.objects.filter(corrects=OuterRef("pk"))), void=False)


def contact_of(*, scope: Scope, public_id: str) -> Contact:
    """One contact of a visible customer, with staff, branch and what it corrects. Raises NotFound."""
    uuid = parsed(public_id)
    rows = Contact.objects.select_related("customer", "staff", "branch", "corrects")
    row = rows.filter(public_id=uuid, business_id=scope.business_id).first() if uuid else None
    if row is None or not scope.sees_branch(row.customer.home_branch_id):
        raise NotFound(_("There is no such contact."))
    return row


def versions_of(*, contact: Contact) -> list[Contact]:
    """A contact and all its corrections, oldest first, whichever of them is asked about."""
    first = contact
    while first.corrects is not None:
        first = first.corrects
    chain = [first]
    while (later := Contact.objects.filter(corrects=chain[-1]).select_related("staff", "branch").first()) is not None:
        chain.append(later)
    return chain


def contact_lines(
    scope: Scope, ids: Sequence[int], before: Cursor | None, size: int, chosen: StoryFilter, terms: Terms
) -> list[TimelineLine]:
    """Logged contacts as lines of a person's story, newest first, from one index range for each of their records."""
    narrower = {name: value for name in ("channel", "nature", "outcome", "staff_id") if (value := getattr(chosen, name))}
    where = f"AND t.business_id = %s AND {STANDS}" + "".join(f" AND t.{name} = %s" for name in narrower)
    rest, values = newest_rows(
        "contacts_contact",
        ids,
        prefix="contact",
        before=before,
        size=size,
        where=where,
        values=[scope.business_id, *narrower.values()],
        sifted=bool(chosen),
    )
    noted = [Noted(pk, uuid_text(number), as_instant(at), *others) for pk, number, at, *others in fetch_prepared(NOTED + rest, *values)]
    return [_line(one, terms, order_of("contact", one.pk)) for one in noted]


def contact_lines_of(*, scope: Scope, contacts: list[Contact]) -> list[TimelineLine]:
    """Given contacts as lines, in the order given."""
    terms = terms_of(scope=scope)
    return [_line(_noted(row), terms, order_of("contact", row.pk)) for row in contacts]


def _noted(row: Contact) -> Noted:
    return Noted(
        pk=row.pk, public_id=str(row.public_id), at=row.at, channel=row.channel, direction=row.direction, nature=row.nature, topic=row.topic,
        outcome=row.outcome, mood=row.mood_stated, note=row.note, actor=row.actor, corrects=row.corrects_id,
        staff=row.staff.name if row.staff_id and row.staff else None, branch=row.branch.name if row.branch else None,
    )  # fmt: skip


def _line(one: Noted, terms: Terms, order: str) -> TimelineLine:
    """A contact as one line."""
    words = [terms.label(TermKind.NATURE, one.nature)]
    words += [terms.label(TermKind.TOPIC, one.topic)] if one.topic else []
    words += [terms.label(TermKind.OUTCOME, one.outcome)] if one.outcome else []
    words += [_(MOOD_WORDS[one.mood])] if one.mood is not None else []
    words += [one.staff] if one.staff else []
    words += [one.branch] if one.branch else []
    words += [_("corrected")] if one.corrects else []
    return TimelineLine(
        at=one.at,
        order=order,
        kind=f"contacts.{one.channel}",
        headline=PHRASES[one.channel, one.direction],
        actor=one.actor,
        details=tuple(words),
        note=one.note,
        tone=TONES.get(terms.valence(one.outcome), ""),
        contact_id=one.public_id,
    )


def follow_ups_due(*, scope: Scope, staff_id: int | None, size: int = 20) -> list[FollowUp]:
    """Open promises of an employee (and those that are anybody's), the earliest due first; without `staff_id` everybody's."""
    where, values = "f.business_id = %s AND f.open", [scope.business_id]
    if scope.branch_ids is not None:
        ids = ", ".join(str(int(one)) for one in sorted(scope.branch_ids)) or "0"
        where += f" AND (c.home_branch_id IS NULL OR c.home_branch_id IN ({ids}))"
    if staff_id is not None:
        where, values = f"{where} AND (f.staff_id = %s OR f.staff_id IS NULL)", [*values, staff_id]
    return _promises(where, values, size)


def follow_ups_of(*, scope: Scope, customer: Customer) -> list[FollowUp]:
    """Open promises to one customer, the earliest due first."""
    return _promises("f.business_id = %s AND f.customer_id = %s AND f.open", [scope.business_id, customer.pk], 50)


def _promises(where: str, values: list[int], size: int) -> list[FollowUp]:
    found = []
    rest = f"{PROMISED} WHERE {where} ORDER BY f.due_at, f.id LIMIT {size:d}"
    for row, customer, staff in instances(((FollowUp, "f"), (Customer, "c"), (Employee, "s")), rest, *values):
        row.customer, row.staff = customer, staff
        found.append(row)
    return found


def follow_up_of(*, scope: Scope, public_id: str) -> FollowUp:
    """One promise to a visible customer. Raises NotFound."""
    uuid = parsed(public_id)
    row = (
        FollowUp.objects.select_related("customer", "staff").filter(public_id=uuid, business_id=scope.business_id).first() if uuid else None
    )
    if row is None or not scope.sees_branch(row.customer.home_branch_id):
        raise NotFound(_("There is no such follow-up."))
    return row


def is_overdue(*, follow_up: FollowUp, at: datetime) -> bool:
    """Whether the promised instant has passed."""
    return follow_up.due_at < at
