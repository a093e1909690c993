"""One page of a story by its index: the newest rows of some records before a place, without reading the rest."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.contacts.rules.timeline import Cursor
from regulars.groundwork.kernel.bulk.instances import instant_value
from regulars.groundwork.kernel.bulk.prepared import PLANNED_ANEW


def order_of(prefix: str, pk: int) -> str:
    """A tie-breaker that sorts like the key does."""
    return f"{prefix}:{pk:020d}"


def newest_rows(
    table: str,
    ids: Sequence[int],
    *,
    prefix: str,
    before: Cursor | None,
    size: int,
    where: str = "",
    values: Sequence[Any] = (),
    sifted: bool = False,
) -> tuple[str, list[Any]]:
    """The end of a statement over `table` as t (WHERE … ORDER BY … LIMIT) and its parameters: the newest `size` rows of these records.

    The rows need customer_id, at and id, and an index on them. `prefix` begins the source's tie-breakers, `where` narrows further
    ("AND t.channel = %s"); nothing may follow. Each record of a person is a walk of its own along the index that ends after `size` rows; the walks are one
    statement however many there are. `sifted`: `where` leaves few rows and asks only for columns that the index holds, so that the walk stays in it.
    """
    place, place_values = _after(before, prefix)
    newest = f"ORDER BY t.at DESC, t.id DESC LIMIT {size:d}"
    walk, walk_values = f"t.customer_id = %s {where} {place} {newest}", [*values, *place_values]
    if len(ids) == 1 and not sifted:
        return f"WHERE {walk}{PLANNED_ANEW}", [ids[0], *walk_values]
    walks = " UNION ALL ".join([f"SELECT * FROM (SELECT t.id FROM {table} t WHERE {walk}) w{n}" for n in range(len(ids))])
    return f"WHERE t.id IN ({walks}) {newest}{PLANNED_ANEW}", [value for one in ids for value in (one, *walk_values)]


def _after(before: Cursor | None, prefix: str) -> tuple[str, list[Any]]:
    """Which rows of a source come after a place in the story, newest first."""
    if before is None:
        return "", []
    kind, _sep, number = before.order.partition(":")
    at = instant_value(before.at)
    if kind == prefix and number.isdigit():
        return "AND (t.at, t.id) < (%s, %s)", [at, int(number)]
    return ("AND t.at <= %s" if prefix < kind else "AND t.at < %s"), [at]
