"""Taking over files of purchases: staged rows become sales and refunds, set by set.

What is one purchase: the rows of one receipt (same branch, same number), else one row. Its natural key makes the import repeatable: the
receipt, or who, when and how much, with a count for equal rows within one file.
"""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import batched, groupby
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.business.queries import Scope, branches
from regulars.business.services import settle_currency
from regulars.customers.queries import suppressed_among
from regulars.customers.services import (
    forget_numbers,
    ground_for_import,
    known_numbers_sql,
    look_up_numbers,
    mark_buyers_in,
    register_numbers,
    unknown_numbers,
)
from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import (
    check_references_by_sets,
    count_rows_for_planner,
    drop_scratch,
    fetch,
    joined_by_sets,
    lock_referred,
    run,
    scratch_table,
    tune_for_sets,
)
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.intake.kinds import Ground, Kind, RowReader, Tally, Task, Undone, register_kind
from regulars.groundwork.kernel.intake.plans import zone_named
from regulars.groundwork.kernel.models import ImportBatch
from regulars.purchases.adapters import import_sql as sql
from regulars.purchases.adapters.import_rows import STAGE_COLUMNS, PurchaseRowReader, RowRules, lean_columns, lean_reader
from regulars.purchases.adapters.import_words import FIELDS
from regulars.purchases.events import PurchasesImported
from regulars.purchases.models import Purchase
from regulars.purchases.rules.sales import Kind as SaleKind
from regulars.purchases.rules.sales import natural_key
from regulars.purchases.services.undoing_import import conclude_undo, undo_step

LINE_FIELDS = ("product", "category", "quantity")

# The tables that a chunk writes, named for `check_references_by_sets`.
REGISTERING = ("customers_customer", "customers_externalid", "customers_searchword", "customers_searchbeginnings")
RECORDING = ("purchases_purchase", "purchases_line")


class PurchaseImport(Kind):
    """Files of purchases."""

    name = "purchases"
    title = _("Purchases")
    fields = FIELDS
    stage_columns = STAGE_COLUMNS
    remarks = ("purchases", "new_customers", "refunds_without_original")

    def ground_for(self, *, tenant_id: int | None, currency: str, zone: str, at: datetime, actor: str, found: bool = True) -> Ground:
        return ground_for_import(tenant_id=tenant_id, currency=currency, zone=zone, at=at, actor=actor, found=found)

    def columns_for(self, task: Task) -> dict[str, str]:
        return lean_columns(_rules(task, dict.fromkeys(task.plan.columns, 0))) or STAGE_COLUMNS

    def row_reader(self, task: Task, positions: dict[str, int]) -> RowReader:
        rules = _rules(task, positions)
        return lean_reader(rules) if lean_columns(rules) else PurchaseRowReader(rules)

    def arrange(self, task: Task) -> int:
        run(f"DROP TABLE IF EXISTS {task.ready_table}")
        columns = task.plan.columns
        arranged = sql.arrange_sql(
            rows=task.rows_table, ready=task.ready_table, columns=self.columns_for(task), originals="original" in columns
        )
        tune_for_sets()
        run(arranged)
        run(f"CREATE INDEX {task.ready_table}_slot ON {task.ready_table} (slot)")
        if "original" in columns:
            run(f"CREATE INDEX {task.ready_table}_receipt ON {task.ready_table} (receipt, ref)")
        count_rows_for_planner(task.ready_table)
        return int(str(fetch(f"SELECT coalesce(max(slot), 0) FROM {task.ready_table}")[0][0]))

    def apply(self, task: Task, *, first: int, last: int, write: bool) -> Tally:
        columns, source = task.plan.columns, task.plan.source
        tune_for_sets()
        numbers, named_by = _numbers(task, first, last)
        rows = sql.in_full(task.ready_table, self.columns_for(task), task.plan.currency)
        receipts, originals = "receipt" in columns, "original" in columns
        mine = (task.tenant_id, source)
        all_new = not receipts and not fetch(sql.any_known_sql(ready=task.ready_table), first, last, *mine)[0][0]
        if all_new and write and self.stands_alone(task) and (made := _record_new(task, self.columns_for(task), first, last)) is not None:
            return made
        heads = sql.heads_sql(ready=rows, numbers=numbers, receipts=receipts, original_mapped=originals, all_new=all_new)
        scratch_table(sql.HEADS, heads, first, last, *named_by, *(() if all_new else mine))
        _refuse_forgotten(task)
        if originals:
            _settle_named_refunds(task, first=first, write=write)
        tally = _counted(rows, first, last)
        if write and tally.created:
            _write(task, rows, first, last)
        drop_scratch(sql.HEADS, sql.NUMBERS)
        return tally

    def stands_alone(self, task: Task) -> bool:
        return lean_columns(_rules(task, dict.fromkeys(task.plan.columns, 0))) is not None

    def prepare(self, task: Task, *, first: int, last: int) -> None:
        tune_for_sets()
        rows = f"(SELECT ref FROM {task.ready_table} WHERE slot BETWEEN {first:d} AND {last:d})"
        refs = unknown_numbers(rows=rows, column="ref", business_id=task.tenant_id, source=task.plan.source)
        gone = _forgotten(task, refs)
        refs = [one for one in refs if one not in gone]
        if refs:
            forget_numbers(into=sql.NUMBERS)
            if check_references_by_sets(tables=REGISTERING):
                lock_referred(table="business_business", ids=f"SELECT {task.tenant_id:d}")
            _register(task, refs)
            _add_remark(task, "new_customers", len(refs))
        drop_scratch(sql.NUMBERS)

    def conclude(self, task: Task, batch: ImportBatch) -> None:
        if batch.created:
            mark_buyers_in(table="purchases_purchase", column="customer_id", where=f"batch_id = {batch.pk:d} AND kind = 'sale'")
        for currency in _currencies_of(batch):
            settle_currency(business_id=task.tenant_id, currency=currency, at=task.at, actor=task.actor)
        announce(
            PurchasesImported(tenant_id=task.tenant_id, at=task.at, actor=task.actor, batch_id=batch.pk, created=batch.created),
            after={"file": batch.digest, "created": batch.created, "identical": batch.identical, "failed": batch.failed},
        )

    def undo_step(self, task: Task, batch: ImportBatch) -> Undone:
        return undo_step(task, batch)

    def conclude_undo(self, task: Task, batch: ImportBatch) -> None:
        conclude_undo(task, batch)


def _rules(task: Task, places: dict[str, int]) -> RowRules:
    return RowRules(
        places=places,
        zone=zone_named(task.plan),
        currency=task.plan.currency,
        now=task.at,
        marks=task.plan.marks,
        orders=task.plan.orders,
        serials=frozenset(task.plan.serials),
        branches={branch.code: branch.pk for branch in branches(scope=Scope(task.tenant_id))},
        visible=task.branch_ids,
    )


def _numbers(task: Task, first: int, last: int) -> tuple[str, tuple[object, ...]]:
    """The FROM part that says whose the numbers of a chunk are, and its values.

    Who sees all branches reads the numbers themselves; who does not needs to know which of them are hidden, in a table of their own.
    """
    if task.branch_ids is None:
        forget_numbers(into=sql.NUMBERS)
        return known_numbers_sql(), (task.tenant_id, task.plan.source)
    rows = f"(SELECT ref FROM {task.ready_table} WHERE slot BETWEEN {first:d} AND {last:d})"
    look_up_numbers(
        into=sql.NUMBERS, rows=rows, column="ref", business_id=task.tenant_id, source=task.plan.source, branch_ids=task.branch_ids
    )
    return sql.NUMBERS, ()


def _forgotten(task: Task, refs: list[str]) -> set[str]:
    """Those of the numbers that belonged to somebody who asked to be forgotten."""
    kind = f"number:{task.plan.source}"
    return {ref for _kind, ref in suppressed_among(business_id=task.tenant_id, points=[(kind, ref) for ref in refs])}


def _refuse_forgotten(task: Task) -> None:
    """A number of somebody who was forgotten makes no new customer: its rows are refused, until somebody registers the number anew."""
    refs = [str(row[0]) for row in fetch(f"SELECT DISTINCT ref FROM {sql.HEADS} WHERE customer_id IS NULL")]
    for some in batched(sorted(_forgotten(task, refs)), 500):
        run(
            f"UPDATE {sql.HEADS} SET problem = 'asked_to_be_forgotten' WHERE customer_id IS NULL AND ref IN ({', '.join(['%s'] * len(some))})",
            *some,
        )


def _register(task: Task, refs: list[str]) -> None:
    register_numbers(into=sql.NUMBERS, refs=refs, business_id=task.tenant_id, source=task.plan.source, batch_id=task.batch_id, at=task.at)


def _add_remark(task: Task, name: str, count: int) -> None:
    batch = ImportBatch.objects.select_for_update().get(pk=task.batch_id)
    batch.result[name] = batch.result.get(name, 0) + count
    batch.save(update_fields=["result"])


def _counted(rows: str, first: int, last: int) -> Tally:
    created, identical, purchases, nameless, newcomers = (int(str(value)) for value in fetch(sql.counts_sql())[0])
    faults = [(int(str(row)), str(note)) for row, note in fetch(sql.faults_sql(ready=rows), first, last)]
    remarks = {"purchases": purchases, "refunds_without_original": nameless, "new_customers": newcomers}
    return Tally(created=created, identical=identical, failed=len(faults), faults=faults, remarks=remarks)


class _NotAsThought(Exception):
    """A chunk holds a number that nobody has, so it can't be recorded by one statement."""


def _record_new(task: Task, columns: dict[str, str], first: int, last: int) -> Tally | None:
    """Record a chunk of rows that are new, each a purchase of somebody known, by one statement; None when it is not so, with no trace."""
    if not on_postgres():
        return None
    statement = sql.record_new_sql(
        ready=task.ready_table, columns=columns, numbers=known_numbers_sql(), currency=task.plan.currency, at=task.at,
        lines=any(name in task.plan.columns for name in LINE_FIELDS),
    )  # fmt: skip
    mine = (task.tenant_id, task.plan.source)
    try:
        with transaction.atomic(), joined_by_sets():
            if check_references_by_sets(tables=RECORDING):
                lock_referred(table="business_business", ids=f"SELECT {task.tenant_id:d}")
            rows, unknown, refunds, gone = fetch(statement, *mine, first, last, *mine, task.batch_id, task.at)[0]
            if unknown or gone:
                raise _NotAsThought
    except _NotAsThought:
        return None
    return Tally(created=rows, remarks={"purchases": rows, "refunds_without_original": refunds, "new_customers": 0})


def _write(task: Task, rows: str, first: int, last: int) -> None:
    at = task.at
    by_sets = check_references_by_sets(tables=(*REGISTERING, *RECORDING))
    if by_sets:
        lock_referred(table="business_business", ids=f"SELECT {task.tenant_id:d}")
        lock_referred(table="business_branch", ids=f"SELECT branch FROM {sql.HEADS}")
        lock_referred(table="customers_customer", ids=f"SELECT customer_id FROM {sql.HEADS}")
        lock_referred(table="purchases_purchase", ids=sql.referred_sales_sql())
    refs = [str(row[0]) for row in fetch(sql.new_refs_sql())]
    if refs:
        _register(task, refs)
    with joined_by_sets():
        run(sql.write_purchases_sql(at=at), task.tenant_id, task.plan.source, task.batch_id, at)
        if any(name in task.plan.columns for name in LINE_FIELDS):
            run(sql.write_lines_sql(ready=rows), first, last)


class _Refund(NamedTuple):
    slot: int
    customer_id: int | None
    ref: str
    currency: str
    amount: int
    branch_code: str
    original: str


def _settle_named_refunds(task: Task, *, first: int, write: bool) -> None:
    """Find the sale of each refund that names one, and see that not more is paid back than was paid.

    Sales lie in earlier slots than these refunds: in a run they are in the records by now or in this very chunk, in a check they are still
    among the staged rows, and so is what earlier chunks of it would have paid back.
    """
    refunds = [_Refund(*row) for row in fetch(sql.named_refunds_sql())]
    if not refunds:
        return
    for _receipt, same in groupby(refunds, key=lambda one: (one.original, one.branch_code)):
        left: dict[Any, int] = {}
        for one in same:
            sale_key, sale_id, sold = _sale_of(task, one)
            if sale_key is None:
                _refuse(one, f"original_not_found:{one.original}")
                continue
            if sale_key not in left:
                left[sale_key] = sold + (_paid_back(sale_id) if sale_id else 0) + (0 if write else _staged_back(task, one, first))
            if left[sale_key] + one.amount < 0:
                _refuse(one, f"refund_too_large:{one.original}")
                continue
            left[sale_key] += one.amount
            sale_id = sale_id or (_sale_beside(one) if write else None)
            if sale_id is not None:
                run(f"UPDATE {sql.HEADS} SET original_id = %s WHERE slot = %s", sale_id, one.slot)


def _sale_of(task: Task, one: _Refund) -> tuple[str | None, int | None, int]:
    """(what identifies the sale, its id when it is recorded, its amount), or (None, None, 0)."""
    rows = Purchase.objects.select_for_update().filter(
        business_id=task.tenant_id, customer_id=one.customer_id or 0, kind=SaleKind.SALE, currency=one.currency
    )
    key = natural_key(receipt=one.original, branch_code=one.branch_code, kind=SaleKind.SALE)
    found = list(rows.filter(source=task.plan.source, source_key=key)) or list(rows.filter(receipt=one.original).order_by("pk")[:2])
    if len(found) == 1:
        return f"id:{found[0].pk}", found[0].pk, found[0].amount_minor
    if found:
        return None, None, 0
    staged = fetch(
        f"SELECT branch_code, sum(amount) FROM {task.ready_table} WHERE receipt = %s AND ref = %s AND currency = %s AND bad = 0 "
        "GROUP BY slot, branch_code HAVING sum(amount) >= 0",
        one.original,
        one.ref,
        one.currency,
    )
    same_branch = [row for row in staged if row[0] == one.branch_code] or staged
    if len(same_branch) != 1:
        return None, None, 0
    return f"staged:{same_branch[0][0]}", None, int(str(same_branch[0][1]))


def _sale_beside(one: _Refund) -> int | None:
    """The number that the refund's sale is about to get, when it is recorded by the same chunk."""
    rows = fetch(
        f"SELECT id, branch_code FROM {sql.HEADS} WHERE kind = 'sale' AND problem IS NULL AND known_id IS NULL "
        "AND receipt = %s AND ref = %s AND currency = %s",
        one.original,
        one.ref,
        one.currency,
    )
    found = [row for row in rows if row[1] == one.branch_code] or rows
    return int(str(found[0][0])) if len(found) == 1 else None


def _paid_back(sale_id: int) -> int:
    return sum(Purchase.objects.filter(original_id=sale_id).values_list("amount_minor", flat=True))


def _staged_back(task: Task, one: _Refund, first: int) -> int:
    """What earlier chunks of this check would have paid back of the same sale."""
    rows = fetch(
        f"SELECT coalesce(sum(r.amount), 0) FROM {task.ready_table} r WHERE r.slot < %s AND r.original = %s AND r.ref = %s AND r.bad = 0 "
        "AND r.branch_code = %s AND NOT EXISTS (SELECT 1 FROM kernel_importfault f WHERE f.batch_id = %s AND f.row = r.row)",
        first,
        one.original,
        one.ref,
        one.branch_code,
        task.batch_id,
    )
    return int(str(rows[0][0]))


def _refuse(one: _Refund, note: str) -> None:
    run(f"UPDATE {sql.HEADS} SET problem = %s WHERE slot = %s", note, one.slot)


def _currencies_of(batch: ImportBatch) -> Iterator[str]:
    made = Purchase.objects.filter(batch_id=batch.pk)
    yield from made.values_list("currency", flat=True).order_by().distinct()[:1]


PURCHASES = register_kind(PurchaseImport())
