"""Writing many contacts of one source down at once, each with its place in the ledger if it went out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from regulars.business.queries import Scope
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries.gate_rules import rules_known
from regulars.contacts.queries.terms import terms_of
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.rules.words import Valence

COUNTS_FOR = timedelta(days=400)


@dataclass(frozen=True)
class ManyContact:
    """One contact of many; `key` is unique within the source."""

    customer_id: int
    key: str
    particulars: ContactParticulars


def record_contacts(*, business_id: int, source: str, contacts: Sequence[ManyContact], at: datetime, actor: str) -> int:
    """Write many contacts down in one transaction and return how many. The caller vouches for words and instants, and announces one fact.

    Raises IntegrityError when one of the keys stands there already: nothing is written then.
    """
    terms = terms_of(scope=Scope(business_id))
    with transaction.atomic():
        made = Contact.objects.bulk_create([_row(one, business_id, source, at, actor) for one in contacts], batch_size=500)
        lately = [
            one for one in made if one.direction == "out" and one.at > at - COUNTS_FOR and terms.valence(one.outcome) is not Valence.ATTEMPT
        ]
        _number, rules = rules_known(business_id=business_id).at(at)
        Slot.objects.bulk_create([_slot(one, rules.weights.get(one.channel, 1), at) for one in lately], batch_size=500)  # type: ignore[call-overload]
    return len(made)


def _row(one: ManyContact, business_id: int, source: str, at: datetime, actor: str) -> Contact:
    said = one.particulars
    return Contact(
        business_id=business_id,
        customer_id=one.customer_id,
        at=said.happened_at or at,
        channel=said.channel,
        direction=said.direction,
        began_by=said.beginner,
        nature=said.nature,
        topic=said.topic,
        outcome=said.outcome,
        mood_stated=said.mood_stated,
        mood_inferred=said.mood_inferred,
        staff_id=said.staff_id,
        branch_id=said.branch_id,
        minutes=said.minutes,
        effort=said.effort,
        note=said.note,
        links=dict(said.links),
        actor=actor,
        source=source,
        source_key=one.key,
        recorded_at=at,
    )


def _slot(row: Contact, weight: int, at: datetime) -> Slot:
    return Slot(
        business_id=row.business_id,
        customer_id=row.customer_id,
        channel=row.channel,
        purpose="service",
        contact_class=ContactClass.REPLY if row.began_by == "customer" else ContactClass.SERVICE,
        weight=weight,
        priority=5,
        at=row.at,
        held_until=row.at,
        state="confirmed",
        contact=row,
        source=row.source,
        made_at=at,
        actor=row.actor,
        settled_at=at,
        settled_by=row.actor,
        settled_reason="logged",
    )
