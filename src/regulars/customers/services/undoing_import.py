"""Taking an imported batch of customers back: those it made and nobody used since, and what it changed on others."""

from __future__ import annotations

from typing import Any

from regulars.customers.models import ContactPoint, Customer
from regulars.customers.rules.names import shown_name, sorting_name
from regulars.customers.services.indexing import index_for_search
from regulars.customers.services.withdrawing import remove_unused_customers
from regulars.groundwork.kernel.intake.kinds import Undone
from regulars.groundwork.kernel.models import ImportBatch, ImportChange

ROWS_AT_ONCE = 2_000


def undo_step(batch: ImportBatch) -> Undone:
    """The next chunk: first changes, newest first, then the customers that the batch made."""
    changes = list(ImportChange.objects.filter(batch=batch).order_by("-pk")[:ROWS_AT_ONCE])
    if changes:
        return _put_back(changes)
    removed, kept, last = remove_unused_customers(batch_id=batch.pk, after=batch.result.get("undo_customers_after", 0), limit=ROWS_AT_ONCE)
    if last:
        return Undone(undone=removed, kept=kept, more=True, remarks={"undo_customers_after": last})
    return Undone(gone=max(0, batch.created + batch.updated - batch.undone - batch.kept))


def _put_back(changes: list[ImportChange]) -> Undone:
    """What still stands as the batch left it gets its old value again; what was changed since stays."""
    customers = Customer.objects.select_for_update().in_bulk([change.subject_id for change in changes])
    step = Undone(more=True)
    restored = []
    for change in changes:
        row = customers.get(change.subject_id)
        if row is None:
            step.gone += 1
        elif any(getattr(row, name) != value for name, value in change.after.items() if name != "points"):
            step.kept += 1
        else:
            _restore(row, change.before)
            restored.append(row.pk)
            for kind, normal in change.after["points"]:
                ContactPoint.objects.filter(customer=row, kind=kind, normal=normal).delete()
            step.undone += 1
    index_for_search(restored)
    ImportChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    return step


def _restore(row: Customer, before: dict[str, Any]) -> None:
    number = row.external_ids.order_by("pk").values_list("value", flat=True).first() or ""
    for name, value in before.items():
        setattr(row, name, value)
    names = {"given": row.given_name, "family": row.family_name, "organisation": row.organisation_name, "language": row.language}
    row.display_name = shown_name(**names, fallback=number)[:255]
    row.sort_name = sorting_name(**names, shown=row.display_name)
    row.save()
