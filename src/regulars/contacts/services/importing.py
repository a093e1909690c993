"""Taking over files of contacts. A contact's own number makes the import repeatable; without one, who, when, how and what was said."""

# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.business.queries import Scope, branches
from regulars.contacts.adapters.import_rows import FIELDS, STAGE_COLUMNS, ContactRowReader, seconds_reader
from regulars.contacts.events import ContactsImported, ContactsWithdrawn
from regulars.contacts.models import Contact, Slot, Withdrawal
from regulars.contacts.queries.gate_rules import rules_known
from regulars.contacts.queries.terms import terms_of
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.words import TermKind, Valence
from regulars.customers.queries import Customer
from regulars.customers.services import ground_for_import, look_up_numbers
from regulars.groundwork.kernel.bulk.dialect import drop_scratch, fetch
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.intake.kinds import Ground, Kind, RowReader, Tally, Task, Undone, register_kind
from regulars.groundwork.kernel.intake.plans import zone_named
from regulars.groundwork.kernel.intake.slots import fill_slots, rows_in_slots
from regulars.groundwork.kernel.models import ImportBatch
from regulars.staff.queries import employees

ROWS_AT_ONCE = 2_000
COUNTS_FOR = timedelta(days=400)
NUMBERS = "contact_numbers"
PURPOSES = {
    ContactClass.PROMOTIONAL.value: "offers",
    ContactClass.SURVEY.value: "survey",
    ContactClass.TRANSACTIONAL.value: "transactional",
}


class ContactImport(Kind):
    """Files of contacts."""

    name = "contacts"
    title = _("Contacts")
    fields = FIELDS
    stage_columns = STAGE_COLUMNS
    slots_at_once = ROWS_AT_ONCE

    def ground_for(self, *, tenant_id: int | None, currency: str, zone: str, at: Any, actor: str, found: bool = True) -> Ground:
        return ground_for_import(tenant_id=tenant_id, currency=currency, zone=zone, at=at, actor=actor, found=found)

    def row_reader(self, task: Task, positions: dict[str, int]) -> RowReader:
        scope = Scope(task.tenant_id, task.branch_ids)
        known = terms_of(scope=scope).known
        words = {
            kind.value: {word.casefold(): one.code for one in known[kind].values() for word in (one.code, one.label)} for kind in TermKind
        }
        plan = task.plan
        return ContactRowReader(
            places=positions,
            terms=words,
            staff={one.email.casefold(): one.pk for one in employees(scope=scope)},
            branches={one.code: one.pk for one in branches(scope=scope)},
            read_seconds=seconds_reader(order=plan.orders.get("at", "dmy"), zone=zone_named(plan), serial="at" in plan.serials),
            now=task.at,
        )

    def arrange(self, task: Task) -> int:
        return fill_slots(task)

    def apply(self, task: Task, *, first: int, last: int, write: bool) -> Tally:
        rows = rows_in_slots(task, columns=STAGE_COLUMNS, first=first, last=last)
        tally, new = _judged(task, rows, _customers(task, first, last))
        if write:
            _write(task, new)
        return tally

    def conclude(self, task: Task, batch: ImportBatch) -> None:
        announce(
            ContactsImported(tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, created=batch.created),
            after={"file": batch.digest, "created": batch.created, "identical": batch.identical, "failed": batch.failed},
        )

    def undo_step(self, task: Task, batch: ImportBatch) -> Undone:
        before = batch.result.get("undo_before", 1 << 62)
        own = Contact.objects.filter(batch_id=batch.pk, pk__lt=before).order_by("-pk")
        ids = list(own.values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if not ids:
            return Undone(gone=max(0, batch.created - batch.undone - batch.kept))
        Withdrawal.objects.get_or_create(
            business_id=task.tenant_id,
            source=task.plan.source,
            batch_id=batch.pk,
            defaults={"at": task.at, "actor": task.actor, "reason": "import undone"},
        )
        used = Q(correction__isnull=False) | Q(promises__isnull=False)
        kept = set(Contact.objects.filter(used, pk__in=ids).values_list("pk", flat=True))
        free = [one for one in ids if one not in kept]
        Slot.objects.filter(contact_id__in=free).delete()
        going = Contact.objects.filter(pk__in=free)
        going._raw_delete(going.db)
        return Undone(undone=len(free), kept=len(kept), more=True, remarks={"undo_before": ids[-1]})

    def conclude_undo(self, task: Task, batch: ImportBatch) -> None:
        announce(
            ContactsWithdrawn(
                tenant_id=task.tenant_id, at=task.at, actor=task.actor, source=task.plan.source, batch_id=batch.pk, removed=batch.undone
            ),
            before={"created": batch.created},
            after={"undone": batch.undone, "kept": batch.kept, "gone": batch.gone},
        )


def _customers(task: Task, first: int, last: int) -> dict[str, int]:
    """Who the numbers of these rows are; customers of branches that the importer may not see are left out."""
    look_up_numbers(
        into=NUMBERS,
        rows=f"(SELECT ref FROM {task.ready_table} WHERE slot BETWEEN {first:d} AND {last:d})",
        column="ref",
        business_id=task.tenant_id,
        source=task.plan.source,
        branch_ids=task.branch_ids,
    )
    known = {str(ref): int(pk) for ref, pk in fetch(f"SELECT ref, customer_id FROM {NUMBERS} WHERE customer_id IS NOT NULL AND hidden = 0")}
    others = [str(row[0]) for row in fetch(f"SELECT ref FROM {NUMBERS} WHERE customer_id IS NULL")]
    drop_scratch(NUMBERS)
    return known | _known_elsewhere(task, others)


def _known_elsewhere(task: Task, refs: list[str]) -> dict[str, int]:
    """Numbers that another system gave: good enough when exactly one customer has them."""
    scope = Scope(task.tenant_id, task.branch_ids)
    rows = Customer.objects.filter(business_id=task.tenant_id, external_ids__value__in=refs)
    owners: dict[str, set[int]] = {}
    for pk, branch, value in rows.values_list("pk", "home_branch_id", "external_ids__value"):
        if scope.sees_branch(branch):
            owners.setdefault(value, set()).add(pk)
    return {value: next(iter(pks)) for value, pks in owners.items() if len(pks) == 1}


def _judged(task: Task, rows: list[dict[str, Any]], customers: dict[str, int]) -> tuple[Tally, list[tuple[Contact, str]]]:
    keys = {row["natural_key"] for row in rows}
    standing = Contact.objects.filter(business_id=task.tenant_id, source=task.plan.source, source_key__in=keys)
    known = {row.source_key: row for row in standing}
    tally, new = Tally(), list[tuple[Contact, str]]()
    for row in rows:
        customer = customers.get(row["ref"])
        if customer is None:
            tally.faults.append((row["row"], f"contact_customer:{row['ref']}"))
            continue
        contact = _contact(task, row, customer)
        before = known.get(contact.source_key)
        if before is None:
            known[contact.source_key] = contact
            new.append((contact, row["contact_class"]))
        elif _same(before, contact):
            tally.identical += 1
        else:
            tally.faults.append((row["row"], f"contact_taken:{row['natural_key']}"))
    tally.created, tally.failed = len(new), len(tally.faults)
    return tally, new


def _contact(task: Task, row: dict[str, Any], customer: int) -> Contact:
    direction = row["direction"]
    return Contact(
        business_id=task.tenant_id,
        customer_id=customer,
        at=datetime.fromtimestamp(row["seconds"], UTC),
        channel=row["channel"],
        direction=direction,
        began_by="customer" if direction == "in" else "business",
        nature=row["nature"],
        topic=row["topic"],
        outcome=row["outcome"],
        mood_stated=row["mood"],
        minutes=row["minutes"],
        staff_id=row["staff"],
        branch_id=row["branch"],
        note=row["note"],
        actor=task.actor,
        source=task.plan.source,
        source_key=row["natural_key"],
        batch_id=task.batch_id,
        recorded_at=task.at,
    )


def _same(known: Contact, row: Contact) -> bool:
    names = ("customer_id", "at", "channel", "direction", "nature", "topic", "outcome", "mood_stated", "minutes", "note")
    return all(getattr(known, name) == getattr(row, name) for name in names)


def _write(task: Task, new: list[tuple[Contact, str]]) -> None:
    """The contacts, and a place in the ledger for those that went out lately enough to count."""
    made = Contact.objects.bulk_create([one for one, _class in new], batch_size=500)
    terms = terms_of(scope=Scope(task.tenant_id))
    _number, rules = rules_known(business_id=task.tenant_id).at(task.at)
    pressing = [
        (one, contact_class)
        for one, (_row, contact_class) in zip(made, new, strict=True)
        if one.direction == "out" and one.at > task.at - COUNTS_FOR and terms.valence(one.outcome) is not Valence.ATTEMPT
    ]
    Slot.objects.bulk_create(
        [
            Slot(
                business_id=task.tenant_id,
                customer_id=one.customer_id,
                channel=one.channel,
                purpose=PURPOSES.get(contact_class, "service"),
                contact_class=contact_class,
                weight=rules.weights.get(one.channel, 1),  # type: ignore[call-overload]
                priority=5,
                at=one.at,
                held_until=one.at,
                state="confirmed",
                contact=one,
                source=one.source,
                batch_id=task.batch_id,
                made_at=task.at,
                actor=task.actor,
                settled_at=task.at,
                settled_by=task.actor,
                settled_reason="logged",
            )
            for one, contact_class in pressing
        ],
        batch_size=500,
    )


CONTACTS = register_kind(ContactImport())
