"""Customers who are known by their number in another system only: many at once, for imports."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from regulars.customers.models import Customer, ExternalId, SearchBeginnings, SearchWord
from regulars.customers.rules.names import CustomerKind, beginnings_of, sorting_name, words_for_search
from regulars.groundwork.kernel.bulk.copying import copy_rows, next_ids
from regulars.groundwork.kernel.bulk.dialect import count_rows_for_planner, fetch, run, scratch_table
from regulars.groundwork.kernel.ids import new_id

CUSTOMER_COLUMNS = (
    "id", "public_id", "business_id", "kind", "given_name", "family_name", "organisation_name", "display_name", "sort_name",
    "language", "zone", "note", "prospect", "batch_id", "created_at",
)  # fmt: skip


def known_numbers_sql() -> str:
    """A query's FROM part with (ref, customer_id, hidden 0): everybody's number in one system. Values: business id, source."""
    return "(SELECT value AS ref, customer_id, 0 AS hidden FROM customers_externalid WHERE business_id = %s AND source = %s)"


def unknown_numbers(*, rows: str, column: str, business_id: int, source: str) -> list[str]:
    """The numbers in `rows`.`column` (a FROM part that the program wrote) that nobody has, each once, in order."""
    known = "SELECT 1 FROM customers_externalid e WHERE e.business_id = %s AND e.source = %s AND e.value = r.ref"
    found = fetch(
        f"SELECT r.ref FROM (SELECT DISTINCT {column} AS ref FROM {rows} x) r WHERE NOT EXISTS ({known}) ORDER BY 1", business_id, source
    )
    return [str(row[0]) for row in found]


def forget_numbers(*, into: str) -> None:
    """Make the temporary table `into` of `look_up_numbers`, empty."""
    scratch_table(into, "SELECT value AS ref, customer_id, 0 AS hidden FROM customers_externalid WHERE 1 = 0")


def look_up_numbers(*, into: str, rows: str, column: str, business_id: int, source: str, branch_ids: frozenset[int] | None) -> None:
    """Make the temporary table `into` (ref, customer_id or NULL, hidden 0 or 1): who the numbers in `rows`.`column` are.

    `rows` is a query's FROM part that the program wrote. A customer of a branch outside `branch_ids` is `hidden`. Joins the caller's
    transaction.
    """
    found = f"SELECT DISTINCT r.{column} AS ref FROM {rows} r"
    scratch_table(
        into,
        f"SELECT f.ref, e.customer_id, 0 AS hidden FROM ({found}) f "
        "LEFT JOIN customers_externalid e ON e.business_id = %s AND e.source = %s AND e.value = f.ref",
        business_id,
        source,
    )
    count_rows_for_planner(into)
    if branch_ids is not None:
        seen = ", ".join(str(int(one)) for one in sorted(branch_ids)) or "0"
        run(
            f"UPDATE {into} SET hidden = 1 WHERE customer_id IN (SELECT c.id FROM customers_customer c "
            f"WHERE c.business_id = %s AND c.home_branch_id IS NOT NULL AND c.home_branch_id NOT IN ({seen}))",
            business_id,
        )


def register_numbers(*, into: str, refs: Sequence[str], business_id: int, source: str, batch_id: int, at: datetime) -> int:
    """Register a customer for each number and note them in the table that `look_up_numbers` made. Joins the caller's transaction.

    They count as buyers from the start. Raises IntegrityError when somebody registers one of them at the same moment: try again.
    """
    ids = next_ids(table=Customer._meta.db_table, count=len(refs))
    copy_rows(table=Customer._meta.db_table, columns=CUSTOMER_COLUMNS, rows=_customers(ids, refs, business_id, batch_id, at))
    copy_rows(
        table=ExternalId._meta.db_table,
        columns=("business_id", "customer_id", "source", "value"),
        rows=((business_id, one, source, ref) for one, ref in zip(ids, refs, strict=True)),
    )
    words = [words_for_search(names=[ref], emails=[], phones=[], ids=[ref]) for ref in refs]
    copy_rows(
        table=SearchWord._meta.db_table,
        columns=("business_id", "customer_id", "word"),
        rows=((business_id, one, word) for one, known in zip(ids, words, strict=True) for word in known),
    )
    beginnings = [(one, found) for one, known in zip(ids, words, strict=True) if (found := beginnings_of(known))]
    if beginnings:
        copy_rows(table=SearchBeginnings._meta.db_table, columns=("customer_id", "beginnings"), rows=beginnings)
    run(f"DELETE FROM {into} WHERE customer_id IS NULL")
    copy_rows(table=into, columns=("ref", "customer_id", "hidden"), rows=((ref, one, 0) for one, ref in zip(ids, refs, strict=True)))
    return len(refs)


def mark_buyers_in(*, table: str, column: str, where: str) -> int:
    """Prospects among the customers that rows of a table name become customers. Joins the caller's transaction.

    Table, column and condition are the program's own words.
    """
    named = f"SELECT {column} FROM {table} WHERE {where}"
    return run(f"UPDATE customers_customer SET prospect = %s WHERE prospect = %s AND id IN ({named})", False, True)


def _customers(ids: Sequence[int], refs: Sequence[str], business_id: int, batch_id: int, at: datetime) -> Iterator[tuple[Any, ...]]:
    person = CustomerKind.PERSON.value
    for one, ref in zip(ids, refs, strict=True):
        sort = sorting_name(given="", family="", organisation="", shown=ref, language="")
        yield (one, new_id(), business_id, person, "", "", "", ref, sort, "", "", "", False, batch_id, at)
