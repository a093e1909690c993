"""Finding customers: by a prefix of anything they are known by, page by page."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.models import Customer, ExternalId, Forgotten, Merge, SearchWord, Trait
from regulars.customers.queries.together import merged_away, survivor_of
from regulars.customers.rules.names import id_word, query_words
from regulars.groundwork.kernel.bulk.dialect import fetch
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound

END_OF_RANGE = "\U0010ffff"
CANDIDATES_MAX = 400
SLICE = 600


@dataclass(frozen=True)
class CustomerPage:
    """Some customers with their traits, and the cursor of the next page ("" at the end)."""

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
    """One visible customer. Raises NotFound, the same for a foreign and for a made-up id."""
    uuid = parsed(public_id)
    row = visible(scope).filter(public_id=uuid).select_related("home_branch").first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such customer."))
    return row


def customer_kept(*, scope: Scope, public_id: str) -> Customer:
    """The record under which this person is kept now, found by any of theirs. Raises NotFound."""
    row = customer_of(scope=scope, public_id=public_id)
    kept_as = survivor_of(scope=scope, customer_id=row.pk)
    return row if kept_as == row.pk else Customer.objects.get(pk=kept_as)


def customer_by_external_id(*, scope: Scope, value: str, source: str = "") -> Customer | None:
    """The visible customer with this number in another system; `source` empty: in any, when only one fits."""
    rows = ExternalId.objects.filter(business_id=scope.business_id, value=value)
    if source:
        rows = rows.filter(source=source)
    ids = list(rows.values_list("customer_id", flat=True).distinct()[:2])
    return visible(scope).filter(pk=ids[0]).first() if len(ids) == 1 else None


def customers_after(*, scope: Scope, cursor: str = "", size: int = 50, segment: str = "") -> CustomerPage:
    """Visible customers by name. `cursor` is what the page before handed out."""
    rows = present(scope)
    if segment:
        rows = rows.filter(Exists(Trait.objects.filter(customer_id=OuterRef("pk"), name="segment", value=segment)))
    if cursor:
        name, _sep, last = cursor.rpartition("\x1f")
        if not last.isdigit():
            raise NotFound(_("This page does not exist."))
        rows = rows.filter(Q(sort_name__gt=name) | Q(sort_name=name, pk__gt=int(last)))
    found = list(rows.order_by("sort_name", "pk").prefetch_related("traits")[: size + 1])
    return CustomerPage(found[:size], f"{found[size - 1].sort_name}\x1f{found[size - 1].pk}" if len(found) > size else "")


def find_customers(*, scope: Scope, text: str, size: int = 50) -> list[Customer]:
    """Visible customers of whom every typed word begins a name, address, phone number, card or id; accents don't matter.

    The longest word drives an index range; the others are looked up for each candidate. Best matches (whole words) come first.
    """
    words = query_words(text)
    if not words:
        return []
    driver, others = words[0], words[1:]
    if others:
        return _with_all_words(scope, driver, others, size)
    hits = _beginning_with(SearchWord.objects.filter(business_id=scope.business_id), driver)
    if scope.branch_ids is not None:
        hits = hits.filter(Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True))
    ids = list(dict.fromkeys(hits.order_by("word").values_list("customer_id", flat=True)[:CANDIDATES_MAX]))[:size]
    return _in_order(scope, ids)


def _with_all_words(scope: Scope, driver: str, others: list[str], size: int) -> list[Customer]:
    """Those of the driver's hits who have all the other words too.

    A common pair fills the page from a first slice of the index. Only a rare one asks for all hits at once, which the database then plans
    as a join; nothing is left out either way.
    """
    first = _first_with_all_words(scope, driver, others, size)
    if len(first) >= size:
        return _in_order(scope, first[:size])
    hits = _beginning_with(SearchWord.objects.filter(business_id=scope.business_id), driver)
    for word in others:
        hers = SearchWord.objects.filter(business_id=scope.business_id, customer_id=OuterRef("customer_id"))
        hits = hits.filter(Exists(_beginning_with(hers, word)))
    if scope.branch_ids is not None:
        hits = hits.filter(Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True))
    return _in_order(scope, list(dict.fromkeys(hits.order_by("word").values_list("customer_id", flat=True)[:CANDIDATES_MAX]))[:size])


def _first_with_all_words(scope: Scope, driver: str, others: list[str], size: int) -> list[int]:
    """Who among the first hits of the driver has the other words; one walk along the index that stops when the page is full.

    The database is handed the walk as it is (the framework's query builder can't say it): its own plan would read all hits of both words.
    """
    hers = "EXISTS (SELECT 1 FROM customers_searchword o WHERE o.customer_id = h.customer_id AND o.word >= %s AND o.word < %s)"
    seen = "1 = 1"
    if scope.branch_ids is not None:
        ids = ", ".join(str(int(one)) for one in sorted(scope.branch_ids)) or "0"
        seen = (
            "EXISTS (SELECT 1 FROM customers_customer c WHERE c.id = h.customer_id "
            f"AND (c.home_branch_id IS NULL OR c.home_branch_id IN ({ids})))"
        )
    rows = fetch(
        "SELECT h.customer_id FROM (SELECT customer_id, word FROM customers_searchword WHERE business_id = %s AND word >= %s AND word < %s "
        f"ORDER BY word, customer_id LIMIT {SLICE:d}) h WHERE {seen} AND {' AND '.join([hers] * len(others))} "
        f"ORDER BY h.word, h.customer_id LIMIT {2 * size:d}",
        scope.business_id,
        driver,
        driver + END_OF_RANGE,
        *(value for word in others for value in (word, word + END_OF_RANGE)),
    )
    return list(dict.fromkeys(row[0] for row in rows))


def _in_order(scope: Scope, ids: list[int]) -> list[Customer]:
    """These customers; who was found by a record that was merged is shown as the record that survived."""
    away = set(Merge.objects.filter(loser_id__in=ids, undone_at__isnull=True).values_list("loser_id", flat=True))
    ids = list(dict.fromkeys(survivor_of(scope=scope, customer_id=one) if one in away else one for one in ids))
    rows = visible(scope).filter(pk__in=ids).prefetch_related("traits").in_bulk()
    return [rows[pk] for pk in ids if pk in rows]


def _beginning_with(words: QuerySet[SearchWord], prefix: str) -> QuerySet[SearchWord]:
    return words.filter(word__gte=prefix, word__lt=prefix + END_OF_RANGE)


def word_of_id(value: str) -> str:
    """The search word of an external id, for those who write the index in bulk."""
    return id_word(value)
