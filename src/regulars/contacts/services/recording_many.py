"""Writing many contacts down at once: as a file or the demo brings them, or a mailbox full of mail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.business.queries import Scope
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries.gate_rules import rules_known
from regulars.contacts.queries.terms import terms_of
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.particulars import ContactParticulars, faults_of
from regulars.contacts.rules.words import Valence
from regulars.contacts.services.recording import ContactRefused, logged_fact, new_contact
from regulars.groundwork.kernel.bulk.copying import copy_rows, next_ids
from regulars.groundwork.kernel.facts import announce_many

CONTACT_COLUMNS = (
    "id", "public_id", "business_id", "customer_id", "at", "channel", "direction", "began_by", "nature", "topic", "outcome",
    "mood_stated", "mood_inferred", "staff_id", "branch_id", "minutes", "effort", "note", "links", "actor",
    "source", "source_key", "recorded_at",
)  # fmt: skip
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
        rows = [
            new_contact(
                one=one.particulars, business_id=business_id, customer_id=one.customer_id, at=at, actor=actor, source=source, key=one.key
            )
            for one in contacts
        ]
        made = Contact.objects.bulk_create(rows, batch_size=500)
        lately = [
            one for one in made if one.direction == "out" and one.at > at - COUNTS_FOR and terms.valence(one.outcome) is not Valence.ATTEMPT
        ]
        _number, rules = rules_known(business_id=business_id).at(at)
        Slot.objects.bulk_create([_slot(one, rules.weights.get(one.channel, 1), at) for one in lately], batch_size=500)  # type: ignore[call-overload]
    return len(made)


def log_contacts(
    *, scope: Scope, said: Sequence[tuple[int, ContactParticulars, str]], at: datetime, actor: str, source: str
) -> list[Contact]:
    """Write new contacts down, each (customer id, particulars, key), inside the caller's transaction; each is announced as `log_contact` does.

    The caller has looked the customers and terms up. Raises ContactRefused, and IntegrityError when a key was used before: then nothing of
    the caller's transaction stands.
    """
    for _customer_id, one, _key in said:
        faults = faults_of(one, now=at)
        if faults:
            raise ContactRefused(faults)
    rows = [
        new_contact(one=one, business_id=scope.business_id, customer_id=customer_id, at=at, actor=actor, source=source, key=key)
        for customer_id, one, key in said
    ]
    write_contacts(rows=rows)
    announce_many([logged_fact(row) for row in rows])
    return rows


def write_contacts(*, rows: Sequence[Contact]) -> None:
    """Save contacts that were made by `new_contact`; those without a number get one. Joins the caller's transaction, who announces them."""
    nameless = [row for row in rows if row.pk is None]
    for row, number in zip(nameless, next_ids(table="contacts_contact", count=len(nameless)), strict=True):
        row.pk = number
    copy_rows(table="contacts_contact", columns=CONTACT_COLUMNS, rows=[_cells(row) for row in rows])


def _cells(row: Contact) -> list[Any]:
    return [
        row.pk, row.public_id, row.business_id, row.customer_id, row.at, row.channel, row.direction, row.began_by, row.nature, row.topic, row.outcome,
        row.mood_stated, row.mood_inferred, row.staff_id, row.branch_id, row.minutes, row.effort, row.note, json.dumps(row.links), row.actor,
        row.source, row.source_key, row.recorded_at,
    ]  # fmt: skip


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
