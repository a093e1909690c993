"""All customers as a column, for those who compute over everybody at once."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.business.queries import Scope
from regulars.customers.models import Forgotten, Merge
from regulars.customers.queries.finding import visible
from regulars.groundwork.kernel.bulk.columns import ColumnKind, Part, stream_columns


def merged_numbers(*, scope: Scope) -> dict[int, int]:
    """Each record that was merged away → the record under which that person is kept. For those who compute over everybody."""
    pointers = dict(Merge.objects.filter(business_id=scope.business_id, undone_at__isnull=True).values_list("loser_id", "survivor_id"))
    found = {}
    for loser in pointers:
        last, steps = loser, 0
        while last in pointers and steps <= len(pointers):
            last, steps = pointers[last], steps + 1
        found[loser] = last
    return found


def forgotten_numbers(*, scope: Scope) -> frozenset[int]:
    """The records of people who were forgotten: their figures count in sums, nobody is shown for them."""
    rows = Forgotten.objects.filter(customer__business_id=scope.business_id)
    return frozenset(rows.values_list("customer_id", flat=True))


def customer_numbers(*, scope: Scope) -> Iterator[Part]:
    """The internal numbers of all visible customers, rising, in parts with the one column `id`.

    Those who have bought are not asked from the purchases: counting different customers over millions of rows is slow.
    """
    return stream_columns(visible(scope).order_by("id").values_list("id"), {"id": ColumnKind.WHOLE})
