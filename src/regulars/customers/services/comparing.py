"""Which records may be one person: compared one by one as they change, and all of them after an import and each night."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from regulars.customers.models import Likeness
from regulars.customers.rules.likeness import SHARED_MOST, strength_of
from regulars.groundwork.kernel.bulk.dialect import fetch, run
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.turns import take_turns

ROWS_AT_ONCE = 1_000

SHARED_POINTS = """
SELECT a.customer_id, b.customer_id, a.kind
FROM (SELECT p.kind, p.normal FROM customers_contactpoint p JOIN customers_customer c ON c.id = p.customer_id
      WHERE c.business_id = %s AND p.kind IN ('email', 'phone') GROUP BY p.kind, p.normal HAVING count(*) BETWEEN 2 AND {most}) shared
JOIN customers_contactpoint a ON a.kind = shared.kind AND a.normal = shared.normal
JOIN customers_contactpoint b ON b.kind = shared.kind AND b.normal = shared.normal AND b.customer_id > a.customer_id
JOIN customers_customer ca ON ca.id = a.customer_id AND ca.business_id = %s
JOIN customers_customer cb ON cb.id = b.customer_id AND cb.business_id = %s
WHERE {open}
"""
SAME_NAMES = """
SELECT ca.id, cb.id, 'name'
FROM (SELECT sort_name FROM customers_customer WHERE business_id = %s AND given_name <> '' AND family_name <> ''
      GROUP BY sort_name HAVING count(*) BETWEEN 2 AND {most}) shared
JOIN customers_customer ca ON ca.sort_name = shared.sort_name AND ca.business_id = %s
JOIN customers_customer cb ON cb.sort_name = shared.sort_name AND cb.business_id = %s AND cb.id > ca.id
WHERE ca.family_name = cb.family_name AND ca.given_name = cb.given_name AND {open}
"""
# Neither was merged away or forgotten, they are of one kind, and nobody has said that they are two.
OPEN = """ca.kind = cb.kind
AND NOT EXISTS (SELECT 1 FROM customers_merge m WHERE m.loser_id IN (ca.id, cb.id) AND m.undone_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM customers_forgotten f WHERE f.customer_id IN (ca.id, cb.id))
AND NOT EXISTS (SELECT 1 FROM customers_distinction d WHERE d.low_id = ca.id AND d.high_id = cb.id)"""


OWN = "SELECT business_id, kind, sort_name, given_name, family_name FROM customers_customer WHERE id = %s"
POINTS = "SELECT kind, normal FROM customers_contactpoint WHERE customer_id = %s AND kind IN ('email', 'phone')"
SHARING = (
    "SELECT p.customer_id, c.kind FROM customers_contactpoint p JOIN customers_customer c ON c.id = p.customer_id"
    " WHERE p.kind = %s AND p.normal = %s AND c.business_id = %s AND p.customer_id <> %s LIMIT %s"
)
NAMESAKES = (
    "SELECT id, given_name, family_name, kind FROM customers_customer WHERE business_id = %s AND sort_name = %s AND id <> %s LIMIT %s"
)
DROP = "DELETE FROM customers_likeness WHERE low_id = %s OR high_id = %s"


def compare_customer(customer_id: int) -> None:
    """Write anew whom one record resembles: a few index look-ups. Joins the caller's transaction.

    Twins that are written at one and the same moment take turns, so that the second sees the first.
    """
    business_id, kind, sort_name, given, family = fetch_prepared(OWN, customer_id)[0]
    points = fetch_prepared(POINTS, customer_id)
    named = given != "" and family != ""
    turns = [f"likeness:{business_id}:{what}:{normal}" for what, normal in points]
    take_turns(names=[*turns, f"likeness:{business_id}:name:{sort_name}"] if named else turns)
    signs: dict[int, set[str]] = defaultdict(set)
    for what, normal in points:
        others = fetch_prepared(SHARING, what, normal, business_id, customer_id, SHARED_MOST)
        if len(others) < SHARED_MOST:
            for other, other_kind in others:
                if other_kind == kind:
                    signs[other].add(what)
    if named:
        namesakes = fetch_prepared(NAMESAKES, business_id, sort_name, customer_id, SHARED_MOST)
        if len(namesakes) < SHARED_MOST:
            for other, *rest in namesakes:
                if rest == [given, family, kind]:
                    signs[other].add("name")
    run(DROP, customer_id, customer_id)
    found = {(min(customer_id, other), max(customer_id, other)): strength_of(what) for other, what in signs.items()}
    if found:
        _write(business_id, found)


def compare_customers(*, business_id: int) -> int:
    """Compare all records of a business with one another, and keep who resembles whom; returns how many pairs there are.

    Pairs on which somebody has decided go. Only differences are written, so that a night without news writes nothing.
    """
    kept = {(low, high): (pk, strength) for pk, low, high, strength in _kept(business_id)}
    signs: dict[tuple[int, int], set[str]] = defaultdict(set)
    for sql in (SHARED_POINTS, SAME_NAMES):
        for low, high, sign in fetch(sql.format(open=OPEN, most=SHARED_MOST), *[business_id] * 3):
            signs[low, high].add(sign)
    found = {pair: strength_of(what) for pair, what in signs.items()}
    gone = [pk for pair, (pk, strength) in kept.items() if found.get(pair) != strength]
    new = {pair: strength for pair, strength in found.items() if pair not in kept or kept[pair][1] != strength}
    with transaction.atomic():
        for start in range(0, len(gone), ROWS_AT_ONCE):
            Likeness.objects.filter(pk__in=gone[start : start + ROWS_AT_ONCE]).delete()
        _write(business_id, new)
    return len(found)


def _kept(business_id: int) -> list[tuple[int, int, int, int]]:
    """Read before the records are: what another transaction finds meanwhile is not taken for stale."""
    return list(Likeness.objects.filter(business_id=business_id).values_list("pk", "low_id", "high_id", "strength"))


def _write(business_id: int, found: dict[tuple[int, int], int]) -> None:
    rows = [Likeness(business_id=business_id, low_id=low, high_id=high, strength=strength) for (low, high), strength in found.items()]
    Likeness.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
