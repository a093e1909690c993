"""Taking an imported batch of purchases back, newest first, so that refunds go before the sales they name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import ProtectedError

from regulars.customers.services import remove_unused_customers
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.intake.kinds import Task, Undone
from regulars.groundwork.kernel.models import ImportBatch
from regulars.purchases.events import PurchasesWithdrawn
from regulars.purchases.models import Purchase, PurchaseLine

ROWS_AT_ONCE = 5_000
BEYOND_ALL = 1 << 62


def undo_step(task: Task, batch: ImportBatch) -> Undone:
    """The next chunk: first purchases, then the customers whom the batch made and who did nothing else since."""
    before = batch.result.get("undo_before", BEYOND_ALL)
    own = Purchase.objects.filter(batch_id=batch.pk, pk__lt=before).order_by("-pk")
    ids = list(own.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    if ids:
        return _take_back(ids)
    return _take_back_customers(task, batch)


def conclude_undo(task: Task, batch: ImportBatch) -> None:
    """Announce the undone batch."""
    announce(
        PurchasesWithdrawn(tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, removed=batch.undone),
        before={"created": batch.created},
        after={"undone": batch.undone, "kept": batch.kept, "gone": batch.gone},
    )


def _take_back(ids: list[int]) -> Undone:
    """Sales that a later refund names stay: that refund would lose its ground. So does whatever books elsewhere name: what a sale earned
    stands for ever, and so must the sale."""
    later = Purchase.objects.filter(original_id__in=ids).exclude(pk__in=ids)
    used = set(later.values_list("original_id", flat=True))
    free = [one for one in ids if one not in used]
    try:
        _remove(free)
    except ProtectedError as protected:
        used |= {number for one in protected.protected_objects if (number := getattr(one, "purchase_id", None)) is not None}
        # A refund whose sale stays, stays: they tell one story.
        used |= set(Purchase.objects.filter(pk__in=free, original_id__in=used).values_list("pk", flat=True))
        free = [one for one in free if one not in used]
        _remove(free)
    return Undone(undone=len(free), kept=len(used), more=True, remarks={"undo_before": ids[-1]})


def _remove(numbers: Sequence[int]) -> None:
    with transaction.atomic():
        PurchaseLine.objects.filter(purchase_id__in=numbers).delete()
        Purchase.objects.filter(pk__in=numbers, original__isnull=False).delete()
        Purchase.objects.filter(pk__in=numbers).delete()


def _take_back_customers(task: Task, batch: ImportBatch) -> Undone:
    removed, kept, last = remove_unused_customers(batch_id=batch.pk, after=batch.result.get("undo_customers_after", 0), limit=ROWS_AT_ONCE)
    remarks = {
        "customers_undone": batch.result.get("customers_undone", 0) + removed,
        "customers_kept": batch.result.get("customers_kept", 0) + kept,
        "undo_customers_after": last or batch.result.get("undo_customers_after", 0),
    }
    if last:
        return Undone(more=True, remarks=remarks)
    gone = batch.result.get("purchases", 0) - batch.undone - batch.kept
    return Undone(gone=max(0, gone), more=False, remarks=remarks)
