"""Taking over files of customers: new ones are registered, known ones get what the file says and they lacked or had otherwise.

An empty cell says nothing: it never erases. Contact points are added, never removed. What a batch changed is kept, so that an undo can
put it back if nobody touched it since.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.business.queries import Scope, branches
from regulars.customers.adapters.import_rows import STAGE_COLUMNS, CustomerRowReader
from regulars.customers.adapters.import_words import FIELDS
from regulars.customers.events import CustomersImported, CustomersWithdrawn
from regulars.customers.models import ContactPoint, Customer, ExternalId
from regulars.customers.queries.suppressing import suppressed_among
from regulars.customers.rules.contact_points import ContactKind, normal_form
from regulars.customers.rules.names import CustomerKind, shown_name, sorting_name
from regulars.customers.services.grounding import ground_for_import
from regulars.customers.services.indexing import index_for_search
from regulars.customers.services.undoing_import import undo_step
from regulars.groundwork.kernel.bulk.dialect import by_code_point
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.intake.kinds import Ground, Kind, RowReader, Tally, Task, Undone, register_kind
from regulars.groundwork.kernel.intake.slots import fill_slots, rows_in_slots
from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.models import ImportBatch, ImportChange

REACHED_BY: tuple[ContactKind, ...] = ("email", "phone")
PARTICULARS = ("given_name", "family_name", "organisation_name", "language", "zone", "note")


class CustomerImport(Kind):
    """Files of customers."""

    name = "customers"
    title = _("Customers")
    fields = FIELDS
    stage_columns = STAGE_COLUMNS
    slots_at_once = 2_000

    def ground_for(self, *, tenant_id: int | None, currency: str, zone: str, at: Any, actor: str, found: bool = True) -> Ground:
        return ground_for_import(tenant_id=tenant_id, currency=currency, zone=zone, at=at, actor=actor, found=found)

    def row_reader(self, task: Task, positions: dict[str, int]) -> RowReader:
        known = {branch.code: branch.pk for branch in branches(scope=Scope(task.tenant_id))}
        return CustomerRowReader(places=positions, branches=known, visible=task.branch_ids)

    def arrange(self, task: Task) -> int:
        return fill_slots(task, slot=f"dense_rank() OVER (ORDER BY {by_code_point('ref')})")

    def apply(self, task: Task, *, first: int, last: int, write: bool) -> Tally:
        chunk = _Chunk(task, rows_in_slots(task, columns=STAGE_COLUMNS, first=first, last=last))
        chunk.decide()
        if write:
            chunk.write()
        return chunk.tally

    def conclude(self, task: Task, batch: ImportBatch) -> None:
        fact = CustomersImported(
            tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, created=batch.created, updated=batch.updated
        )
        announce(fact, after={"file": batch.digest, "created": batch.created, "updated": batch.updated, "failed": batch.failed})
        enqueue("customers.compare", {"business": task.tenant_id}, key=f"import:{batch.pk}")

    def undo_step(self, task: Task, batch: ImportBatch) -> Undone:
        return undo_step(batch)

    def conclude_undo(self, task: Task, batch: ImportBatch) -> None:
        announce(
            CustomersWithdrawn(tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, removed=batch.undone),
            before={"created": batch.created, "updated": batch.updated},
            after={"undone": batch.undone, "kept": batch.kept, "gone": batch.gone},
        )
        enqueue("customers.compare", {"business": task.tenant_id}, key=f"undone:{batch.pk}")


@dataclass
class _Change:
    row: Customer
    before: dict[str, Any]
    after: dict[str, Any]
    points: list[tuple[ContactKind, str, str]]


class _Chunk:
    """Some rows beside the customers who stand in the records: first decided, then written."""

    def __init__(self, task: Task, rows: list[dict[str, Any]]) -> None:
        self.task, self.rows, self.tally = task, rows, Tally()
        self.new: list[tuple[Customer, str, list[tuple[ContactKind, str, str]]]] = []
        self.changes: list[_Change] = []
        refs = {row["ref"] for row in rows}
        numbers = ExternalId.objects.filter(business_id=task.tenant_id, source=task.plan.source, value__in=refs).select_related("customer")
        self.known = {number.value: number.customer for number in numbers}
        ids = [row.pk for row in self.known.values()]
        points = ContactPoint.objects.filter(customer_id__in=ids).values_list("customer_id", "kind", "normal")
        self.points = {(owner, kind, normal) for owner, kind, normal in points}
        self.suppressed = suppressed_among(business_id=task.tenant_id, points=[one for row in rows for one in self._reached(row)])

    def decide(self) -> None:
        for ref, group in groupby(self.rows, key=lambda row: row["ref"]):
            same = list(group)
            contents = {tuple(value for name, value in row.items() if name != "row") for row in same}
            if len(contents) > 1:
                self._refuse(same, "customer_twice")
            elif any(one in self.suppressed for one in self._reached(same[0])):
                self.tally.faults += [(row["row"], "asked_to_be_forgotten") for row in same]
                self.tally.failed += len(same)
            elif ref in self.known and not self._visible(self.known[ref]):
                self._refuse(same, "customer_elsewhere")
            else:
                self._compare(self.known.get(ref), same[0])
                self.tally.identical += len(same) - 1

    def write(self) -> None:
        Customer.objects.bulk_create([row for row, _ref, _points in self.new], batch_size=500)
        ExternalId.objects.bulk_create(
            [
                ExternalId(business_id=self.task.tenant_id, customer=row, source=self.task.plan.source, value=ref)
                for row, ref, _points in self.new
            ],
            batch_size=500,
        )
        changed = [change.row for change in self.changes]
        Customer.objects.bulk_update(changed, [*PARTICULARS, "kind", "home_branch", "display_name", "sort_name"], batch_size=200)
        ImportChange.objects.bulk_create(
            [
                ImportChange(batch_id=self.task.batch_id, subject_id=change.row.pk, before=change.before, after=change.after)
                for change in self.changes
            ],
            batch_size=500,
        )
        added = [(row, points) for row, _ref, points in self.new] + [(change.row, change.points) for change in self.changes]
        ContactPoint.objects.bulk_create(
            [
                ContactPoint(customer=row, kind=kind, value=value, normal=normal, added_at=self.task.at)
                for row, points in added
                for kind, value, normal in points
            ],
            batch_size=500,
        )
        index_for_search([row.pk for row, _points in added])

    def _reached(self, row: dict[str, Any]) -> list[tuple[str, str]]:
        """What a row would be found by, as suppressions know it."""
        points = [(kind, normal_form(kind, row[kind])) for kind in REACHED_BY if row[kind]]
        return [*points, (f"number:{self.task.plan.source}", row["ref"])]

    def _visible(self, customer: Customer) -> bool:
        return Scope(self.task.tenant_id, self.task.branch_ids).sees_branch(customer.home_branch_id)

    def _refuse(self, rows: list[dict[str, Any]], code: str) -> None:
        for place, row in enumerate(rows):
            other = rows[0]["row"] if place else rows[-1]["row"]
            self.tally.faults.append((row["row"], f"{code}:{other if code == 'customer_twice' else row['ref']}"))
        self.tally.failed += len(rows)

    def _compare(self, known: Customer | None, row: dict[str, Any]) -> None:
        points = [(kind, row[kind], normal_form(kind, row[kind])) for kind in REACHED_BY if row[kind]]
        if known is None:
            self.new.append((self._registered(row), row["ref"], points))
            self.tally.created += 1
            return
        lacking = [point for point in points if (known.pk, point[0], point[2]) not in self.points]
        said = {name: row[name] for name in PARTICULARS if row[name] and row[name] != getattr(known, name)}
        if row["branch"] and row["branch"] != known.home_branch_id:
            said["home_branch_id"] = row["branch"]
        if not said and not lacking:
            self.tally.identical += 1
            return
        before = {name: getattr(known, name) for name in said}
        for name, value in said.items():
            setattr(known, name, value)
        _name(known, row["ref"])
        after = said | {"points": [[kind, normal] for kind, _value, normal in lacking]}
        self.changes.append(_Change(known, before, after, lacking))
        self.tally.updated += 1

    def _registered(self, row: dict[str, Any]) -> Customer:
        customer = Customer(
            business_id=self.task.tenant_id, home_branch_id=row["branch"], batch_id=self.task.batch_id, created_at=self.task.at
        )
        for name in PARTICULARS:
            setattr(customer, name, row[name])
        _name(customer, row["ref"])
        return customer


def _name(customer: Customer, ref: str) -> None:
    """Set what follows from the names."""
    given, family, organisation = customer.given_name, customer.family_name, customer.organisation_name
    customer.kind = CustomerKind.ORGANISATION if organisation and not (given or family) else CustomerKind.PERSON
    shown = shown_name(given=given, family=family, organisation=organisation, language=customer.language, fallback=ref)
    customer.display_name = shown[:255]
    customer.sort_name = sorting_name(given=given, family=family, organisation=organisation, shown=shown, language=customer.language)


CUSTOMERS = register_kind(CustomerImport())
