"""Finding customers: by a prefix of anything they are known by, page by page."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Branch, Scope
from regulars.customers.models import Customer, Forgotten, Trait
from regulars.customers.queries.together import merged_away, survivor_of
from regulars.customers.rules.names import apart, beginning_of, id_word, query_words
from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.instances import among, instances, uuid_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound

END_OF_RANGE = "\U0010ffff"
CANDIDATES_MAX = 400
SLICE = 600
COUNTED_TO = 4_000
# As lists show customers: without records that were merged into another one, and without the forgotten.
PRESENT = (
    "NOT EXISTS (SELECT 1 FROM customers_merge m WHERE m.loser_id = c.id AND m.undone_at IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM customers_forgotten f WHERE f.customer_id = c.id)"
)
# Who has several beginnings, by the inverted index; materialized, or the planner might begin at the words.
LIKELY = (
    "WITH likely AS MATERIALIZED (SELECT b.customer_id FROM customers_searchbeginnings b "
    "WHERE string_to_array(b.beginnings, ' ') @> CAST(%s AS text[])) "
)
LISTED = (
    "FROM customers_customer c LEFT JOIN business_branch b ON b.id = c.home_branch_id"
    " LEFT JOIN customers_trait t ON t.customer_id = c.id AND t.name = 'segment' WHERE "
)


@dataclass(frozen=True)
class CustomerPage:
    """Some customers with branch and segment, and the cursor of the next page ("" at the end)."""

    rows: list[Customer]
    next_cursor: str


def visible(scope: Scope) -> QuerySet[Customer]:
    """All customers that a scope shows."""
    rows = Customer.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(home_branch_id__in=scope.branch_ids) | Q(home_branch_id__isnull=True))
    return rows


def present(scope: Scope) -> QuerySet[Customer]:
    """The visible customers as lists show them: without records that were merged into another one, and without the forgotten."""
    return visible(scope).filter(~merged_away(), ~Exists(Forgotten.objects.filter(customer=OuterRef("pk"))))


def customer_of(*, scope: Scope, public_id: str) -> Customer:
    """One visible customer, with branch and segment. Raises NotFound, the same for a foreign and for a made-up id."""
    uuid = parsed(public_id)
    found = _rows(f"c.public_id = %s AND c.business_id = %s AND {seen_by(scope)}", uuid_value(uuid), scope.business_id) if uuid else []
    if not found:
        raise NotFound(_("There is no such customer."))
    return found[0]


def customer_kept(*, scope: Scope, public_id: str) -> Customer:
    """The record under which this person is kept now, found by any of theirs. Raises NotFound."""
    row = customer_of(scope=scope, public_id=public_id)
    kept_as = survivor_of(scope=scope, customer_id=row.pk)
    return row if kept_as == row.pk else Customer.objects.get(pk=kept_as)


def customer_by_external_id(*, scope: Scope, value: str, source: str = "") -> Customer | None:
    """The visible customer with this number in another system; `source` empty: in any, when only one fits."""
    look = "SELECT DISTINCT e.customer_id FROM customers_externalid e WHERE e.business_id = %s AND e.value = %s"
    ids = [
        row[0]
        for row in fetch_prepared(
            f"{look}{' AND e.source = %s' if source else ''} LIMIT 2", scope.business_id, value, *([source] if source else [])
        )
    ]
    if len(ids) != 1:
        return None
    rest = f"FROM customers_customer c WHERE c.id = %s AND c.business_id = %s AND {seen_by(scope)}"
    return next((row[0] for row in instances(((Customer, "c"),), rest, ids[0], scope.business_id)), None)


def customers_after(*, scope: Scope, cursor: str = "", size: int = 50, segment: str = "") -> CustomerPage:
    """Visible customers by name. `cursor` is what the page before handed out."""
    where = f"c.business_id = %s AND {seen_by(scope)} AND {PRESENT}"
    values: list[object] = [scope.business_id]
    if segment:
        where += " AND EXISTS (SELECT 1 FROM customers_trait s WHERE s.customer_id = c.id AND s.name = 'segment' AND s.value = %s)"
        values.append(segment)
    if cursor:
        name, _sep, last = cursor.rpartition("\x1f")
        if not last.isdigit():
            raise NotFound(_("This page does not exist."))
        where += " AND (c.sort_name, c.id) > (%s, %s)"
        values += [name, int(last)]
    found = _rows(f"{where} ORDER BY c.sort_name, c.id LIMIT {size + 1:d}", *values)
    return CustomerPage(found[:size], f"{found[size - 1].sort_name}\x1f{found[size - 1].pk}" if len(found) > size else "")


def find_customers(*, scope: Scope, text: str, size: int = 50) -> list[Customer]:
    """Visible customers of whom every typed word begins a name, address, phone number, card or id; accents don't matter.

    The rarest word drives an index range; the others are looked up for each candidate. Best matches (whole words) come first.
    """
    words = list(dict.fromkeys(apart(query_words(text))))
    if not words:
        return []
    if len(words) > 1:
        return _with_all_words(scope, words, size)
    driver = words[0]
    hits = fetch_prepared(f"{_hits(scope)} ORDER BY h.word LIMIT {CANDIDATES_MAX:d}", scope.business_id, driver, driver + END_OF_RANGE)
    return _in_order(scope, list(dict.fromkeys(row[0] for row in hits))[:size])


def _with_all_words(scope: Scope, words: list[str], size: int) -> list[Customer]:
    """Those of the rarest word's hits who have all the other words too.

    A common pair fills the page from a first slice of the index. Only a rare one asks for all hits at once; nothing is left out either way.
    """
    counts = _counted(scope, words)
    driver = min(words, key=lambda word: counts[word])  # of two that are as frequent the longer one, which comes first
    others = [word for word in words if word != driver]
    hits = _first_with_all_words(scope, driver, others, most := 2 * size)
    first = list(dict.fromkeys(hits))
    if len(first) >= size or (counts[driver] < SLICE and len(hits) < most):
        return _in_order(scope, first[:size])
    return _in_order(scope, _all_with_all_words(scope, driver, others)[:size])


def _counted(scope: Scope, words: list[str]) -> dict[str, int]:
    """How many index entries begin with each word, counted as far as it matters."""
    each = f"(SELECT count(*) FROM (SELECT 1 AS one FROM customers_searchword WHERE business_id = %s AND word >= %s AND word < %s LIMIT {COUNTED_TO:d}) w)"
    values = [value for word in words for value in (scope.business_id, word, word + END_OF_RANGE)]
    return dict(zip(words, fetch_prepared(f"SELECT {', '.join([each] * len(words))}", *values)[0], strict=True))


def _all_with_all_words(scope: Scope, driver: str, others: list[str]) -> list[int]:
    """Whoever has all the words. On PostgreSQL the inverted index of beginnings says who comes into question, mostly nobody or few.

    Beginnings stand for whole words up to four letters; longer ones, numbers and addresses are looked up for each who is left. With only one
    word of letters, the others drive.
    """
    beginnings = [found for word in (driver, *others) if (found := beginning_of(word))]
    values: list[object] = []
    among_whom, sure = "customers_searchword h", False
    if on_postgres() and len(beginnings) > 1:
        values.append(beginnings)
        among_whom, sure = "likely l JOIN customers_searchword h ON h.customer_id = l.customer_id", True
    hers = "EXISTS (SELECT 1 FROM customers_searchword o WHERE o.customer_id = h.customer_id AND o.word >= %s AND o.word < %s)"
    unsure = [word for word in others if not (sure and word == beginning_of(word))]
    rows = fetch_prepared(
        f"{LIKELY if sure else ''}SELECT h.customer_id FROM {among_whom} WHERE h.business_id = %s AND h.word >= %s AND h.word < %s "
        f"AND {_seen(scope)} {''.join([f'AND {hers} '] * len(unsure))}ORDER BY h.word, h.customer_id LIMIT {CANDIDATES_MAX:d}",
        *values,
        scope.business_id,
        driver,
        driver + END_OF_RANGE,
        *(value for word in unsure for value in (word, word + END_OF_RANGE)),
    )
    return list(dict.fromkeys(row[0] for row in rows))


def _first_with_all_words(scope: Scope, driver: str, others: list[str], most: int) -> list[int]:
    """Who among the first hits of the driver has the other words, once for each hit; one walk along the index that stops when there are so many.

    The database is handed the walk as it is (the framework's query builder can't say it): its own plan would read all hits of both words.
    """
    hers = "EXISTS (SELECT 1 FROM customers_searchword o WHERE o.customer_id = h.customer_id AND o.word >= %s AND o.word < %s)"
    rows = fetch_prepared(
        "SELECT h.customer_id FROM (SELECT customer_id, word FROM customers_searchword WHERE business_id = %s AND word >= %s AND word < %s "
        f"ORDER BY word, customer_id LIMIT {SLICE:d}) h WHERE {_seen(scope)} AND {' AND '.join([hers] * len(others))} "
        f"ORDER BY h.word, h.customer_id LIMIT {most:d}",
        scope.business_id,
        driver,
        driver + END_OF_RANGE,
        *(value for word in others for value in (word, word + END_OF_RANGE)),
    )
    return [row[0] for row in rows]


def _hits(scope: Scope) -> str:
    """The index entries that begin with a word."""
    hits = "SELECT h.customer_id FROM customers_searchword h WHERE h.business_id = %s AND h.word >= %s AND h.word < %s"
    return hits if scope.branch_ids is None else f"{hits} AND {_seen(scope)}"


def _seen(scope: Scope) -> str:
    """That the customer of an index entry h is visible."""
    if scope.branch_ids is None:
        return "1 = 1"
    return f"EXISTS (SELECT 1 FROM customers_customer c WHERE c.id = h.customer_id AND {seen_by(scope)})"


def _in_order(scope: Scope, ids: list[int]) -> list[Customer]:
    """These customers; who was found by a record that was merged is shown as the record that survived."""
    if not ids:
        return []
    chosen, values = among(ids)
    away = {
        row[0]
        for row in fetch_prepared(f"SELECT m.loser_id FROM customers_merge m WHERE m.loser_id {chosen} AND m.undone_at IS NULL", *values)
    }
    if away:
        ids = list(dict.fromkeys(survivor_of(scope=scope, customer_id=one) if one in away else one for one in ids))
        chosen, values = among(ids)
    rows = {row.pk: row for row in _rows(f"c.id {chosen} AND c.business_id = %s AND {seen_by(scope)}", *values, scope.business_id)}
    return [rows[pk] for pk in ids if pk in rows]


def seen_by(scope: Scope) -> str:
    """That a scope shows the customer c: of its branches, or of none."""
    if scope.branch_ids is None:
        return "1 = 1"
    ids = ", ".join(str(int(one)) for one in sorted(scope.branch_ids)) or "0"
    return f"(c.home_branch_id IS NULL OR c.home_branch_id IN ({ids}))"


def _rows(where: str, *values: object) -> list[Customer]:
    """Customers with their branch and their segment."""
    found = []
    for customer, branch, trait in instances(((Customer, "c"), (Branch, "b"), (Trait, "t")), LISTED + where, *values):
        customer.home_branch = branch
        customer.segment = trait.value if trait else ""
        found.append(customer)
    return found


def word_of_id(value: str) -> str:
    """The search word of an external id, for those who write the index in bulk."""
    return id_word(value)
