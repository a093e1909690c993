"""Taking over files of permissions and refusals, each with its proof. The same row again changes nothing, the newest answer decides.

A file never brings back somebody who was forgotten, and a "yes" that is older than a "no" on record changes nothing about that "no".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.business.queries import Scope
from regulars.customers.adapters.consent_rows import FIELDS, STAGE_COLUMNS, ConsentRowReader, seconds_reader
from regulars.customers.events import ConsentsImported, ConsentsTakenBack
from regulars.customers.models import ConsentEvent, Customer
from regulars.customers.queries.permitting import purposes_of
from regulars.customers.queries.suppressing import suppressed_among
from regulars.customers.rules.channels import POINT_OF
from regulars.customers.services.grounding import ground_for_import
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.intake.kinds import Ground, Kind, RowReader, Tally, Task, Undone, register_kind
from regulars.groundwork.kernel.intake.plans import zone_named
from regulars.groundwork.kernel.intake.slots import fill_slots, rows_in_slots
from regulars.groundwork.kernel.models import ImportBatch, ImportChange

ROWS_AT_ONCE = 2_000
Key = tuple[int, str, str, str, bool, datetime]


class ConsentImport(Kind):
    """Files of permissions and refusals."""

    name = "consents"
    title = _("Permissions, with their proof")
    fields = FIELDS
    stage_columns = STAGE_COLUMNS
    slots_at_once = ROWS_AT_ONCE

    def ground_for(self, *, tenant_id: int | None, currency: str, zone: str, at: Any, actor: str, found: bool = True) -> Ground:
        return ground_for_import(tenant_id=tenant_id, currency=currency, zone=zone, at=at, actor=actor, found=found)

    def row_reader(self, task: Task, positions: dict[str, int]) -> RowReader:
        known = purposes_of(scope=Scope(task.tenant_id))
        words = {word.casefold(): one.name for one in known.values() for word in (one.label, str(_(one.label)), one.name)}
        return ConsentRowReader(
            places=positions,
            purposes=words,
            refusable={one.name for one in known.values() if one.may_be_refused},
            read_seconds=seconds_reader(
                order=task.plan.orders.get("at", "dmy"), zone=zone_named(task.plan), serial="at" in task.plan.serials
            ),
            now=task.at,
        )

    def arrange(self, task: Task) -> int:
        return fill_slots(task)

    def apply(self, task: Task, *, first: int, last: int, write: bool) -> Tally:
        tally, new = _judged(task, rows_in_slots(task, columns=STAGE_COLUMNS, first=first, last=last))
        if write:
            made = ConsentEvent.objects.bulk_create(new, batch_size=500)
            ImportChange.objects.bulk_create(
                [ImportChange(batch_id=task.batch_id, subject_id=one.pk, before={}, after={}) for one in made], batch_size=500
            )
        return tally

    def conclude(self, task: Task, batch: ImportBatch) -> None:
        announce(
            ConsentsImported(tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, created=batch.created),
            after={"file": batch.digest, "created": batch.created, "identical": batch.identical, "failed": batch.failed},
        )

    def undo_step(self, task: Task, batch: ImportBatch) -> Undone:
        """Permissions of the file go; its refusals stay, for nobody is written to because a file was taken back."""
        changes = list(ImportChange.objects.filter(batch=batch).order_by("-pk")[:ROWS_AT_ONCE])
        if not changes:
            return Undone(gone=max(0, batch.created - batch.undone - batch.kept))
        events = ConsentEvent.objects.filter(pk__in=[one.subject_id for one in changes])
        kept = events.filter(given=False).count()
        undone = events.filter(given=True).delete()[0]
        ImportChange.objects.filter(pk__in=[one.pk for one in changes]).delete()
        return Undone(undone=undone, kept=kept, more=True)

    def conclude_undo(self, task: Task, batch: ImportBatch) -> None:
        announce(
            ConsentsTakenBack(tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, removed=batch.undone),
            before={"created": batch.created},
            after={"undone": batch.undone, "kept": batch.kept, "gone": batch.gone},
        )


def _judged(task: Task, rows: list[dict[str, Any]]) -> tuple[Tally, list[ConsentEvent]]:
    customers = _customers(task, {row["ref"] for row in rows})
    suppressed = suppressed_among(business_id=task.tenant_id, points=[one for row in rows for one in _reached(task, row)])
    standing = ConsentEvent.objects.filter(customer_id__in=customers.values())
    known = {_key(one) for one in standing}
    tally, new = Tally(), list[ConsentEvent]()
    for row in rows:
        customer = customers.get(row["ref"])
        if any(one in suppressed for one in _reached(task, row)):
            tally.faults.append((row["row"], "asked_to_be_forgotten"))
        elif customer is None:
            tally.faults.append((row["row"], f"consent_customer:{row['ref']}"))
        else:
            event = _event(task, row, customer)
            if _key(event) in known:
                tally.identical += 1
            else:
                known.add(_key(event))
                new.append(event)
    tally.created, tally.failed = len(new), len(tally.faults)
    return tally, new


def _reached(task: Task, row: dict[str, Any]) -> list[tuple[str, str]]:
    """What a row would be found by, as suppressions know it."""
    own = [(f"number:{task.plan.source}", row["ref"])]
    kind = POINT_OF.get(row["channel"])
    return [*own, (kind, row["address"])] if kind and row["address"] else own


def _customers(task: Task, refs: set[str]) -> dict[str, int]:
    """Who the numbers are: by this source, else by any other when exactly one customer has the number; of visible branches only."""
    scope = Scope(task.tenant_id, task.branch_ids)
    rows = Customer.objects.filter(business_id=task.tenant_id, external_ids__value__in=refs, forgotten__isnull=True)
    own: dict[str, int] = {}
    others: dict[str, set[int]] = {}
    for pk, branch, source, value in rows.values_list("pk", "home_branch_id", "external_ids__source", "external_ids__value"):
        if value in refs and scope.sees_branch(branch):
            if source == task.plan.source:
                own[value] = pk
            others.setdefault(value, set()).add(pk)
    return {value: next(iter(pks)) for value, pks in others.items() if len(pks) == 1} | own


def _event(task: Task, row: dict[str, Any], customer: int) -> ConsentEvent:
    proof = {"said": row["how"]} if row["how"] else {}
    return ConsentEvent(
        business_id=task.tenant_id,
        customer_id=customer,
        channel=row["channel"],
        purpose=row["purpose"],
        address=row["address"],
        given=bool(row["given"]),
        text_version=row["wording"],
        source=f"file: {task.plan.source}"[:40],
        proof=proof | {"batch": task.batch_id, "row": row["row"]},
        actor=task.actor,
        at=datetime.fromtimestamp(row["seconds"], UTC),
        recorded_at=task.at,
    )


def _key(one: ConsentEvent) -> Key:
    return one.customer_id, one.channel, one.purpose, one.address, one.given, one.at


CONSENTS = register_kind(ConsentImport())
