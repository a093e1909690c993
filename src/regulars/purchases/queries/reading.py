"""Reading purchases: pages, one, and what a customer's story shows of them."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Branch, Scope
from regulars.contacts.queries import Cursor, TimelineLine, newest_rows, order_of
from regulars.customers.queries import Customer, cluster_of
from regulars.groundwork.kernel.bulk.instances import among, as_instant, instances, instant_value, objects, put_many
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.purchases.models import Purchase, PurchaseLine
from regulars.purchases.rules.sales import Kind, natural_key


@dataclass(frozen=True)
class PurchasePage:
    """Some purchases, newest first, and the cursor of the next page ("" at the end)."""

    rows: list[Purchase]
    next_cursor: str


@dataclass(frozen=True)
class CustomerTotals:
    """One customer's purchases in one currency: how many sales and refunds, net minor units, first and last sale."""

    currency: str
    sales: int
    refunds: int
    net_minor: int
    first_at: datetime | None
    last_at: datetime | None


SHOWN = ((Purchase, "p"), (Customer, "c"), (Branch, "b"), (Purchase, "o"))
JOINED = (
    "FROM purchases_purchase p JOIN customers_customer c ON c.id = p.customer_id LEFT JOIN business_branch b ON b.id = p.branch_id"
    " LEFT JOIN purchases_purchase o ON o.id = p.original_id"
)

SUMS = (
    "count(*) FILTER (WHERE p.kind = 'sale'), count(*) FILTER (WHERE p.kind = 'refund'), sum(p.amount_minor),"
    " min(p.at) FILTER (WHERE p.kind = 'sale'), max(p.at) FILTER (WHERE p.kind = 'sale')"
)


def visible(scope: Scope) -> QuerySet[Purchase]:
    """All purchases that a scope shows: of its branches, and of none."""
    rows = Purchase.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(branch_id__in=scope.branch_ids) | Q(branch_id__isnull=True))
        rows = rows.filter(Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True))
    return rows


def purchase_of(*, scope: Scope, public_id: str) -> Purchase:
    """One visible purchase with customer, branch, lines. Raises NotFound."""
    uuid = parsed(public_id)
    rows = visible(scope).select_related("customer", "branch", "original").prefetch_related("lines")
    row = rows.filter(public_id=uuid).first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such purchase."))
    return row


def purchase_with_receipt(*, business_id: int, source: str, branch_code: str, receipt: str, kind: Kind) -> Purchase | None:
    """What stands under a receipt's natural key, whoever may see it, with customer, branch and original; None when nothing does."""
    key = natural_key(receipt=receipt, branch_code=branch_code, kind=kind)
    known = fetch_prepared(
        "SELECT p.id FROM purchases_purchase p WHERE p.business_id = %s AND p.source = %s AND p.source_key = %s", business_id, source, key
    )
    if not known:
        return None
    return Purchase.objects.select_related("customer", "branch", "original").filter(pk=known[0][0]).first()


def purchase_numbered(*, scope: Scope, number: int) -> Purchase | None:
    """One visible purchase by its number, with customer, branch and original; None when it is gone."""
    return visible(scope).filter(pk=number).select_related("customer", "branch", "original__customer", "original__branch").first()


def purchases_of(*, scope: Scope, customer_ids: Sequence[int]) -> Iterator[Purchase]:
    """All purchases of some customers, in the order of time, with customer, branch and original."""
    rows = visible(scope).filter(customer__in=customer_ids).select_related("customer", "branch", "original__customer", "original__branch")
    return rows.order_by("at", "pk").iterator(chunk_size=500)


def purchases_before(*, scope: Scope, cursor: str = "", size: int = 50, customer: Customer | None = None) -> PurchasePage:
    """A page of visible purchases, newest first, of all customers or one (with all their merged records)."""
    where = f"p.business_id = %s AND {_seen(scope)}"
    values: list[object] = [scope.business_id]
    if customer is not None:
        chosen, ids = among(cluster_of(scope=scope, customer_id=customer.pk))
        where, values = f"{where} AND p.customer_id {chosen}", [*values, *ids]
    if cursor:
        place = Cursor.read(cursor)
        if place is None or not place.order.isdigit():
            raise NotFound(_("This page does not exist."))
        where, values = f"{where} AND (p.at, p.id) < (%s, %s)", [*values, instant_value(place.at), int(place.order)]
    found = []
    for row, buyer, branch, original in instances(
        SHOWN, f"{JOINED} WHERE {where} ORDER BY p.at DESC, p.id DESC LIMIT {size + 1:d}", *values
    ):
        row.customer, row.branch, row.original = buyer, branch, original
        found.append(row)
    with_lines(found[:size])
    last = found[size - 1] if len(found) > size else None
    return PurchasePage(found[:size], Cursor(last.at, str(last.pk)).text() if last else "")


def sales_numbered(*, scope: Scope, numbers: Sequence[int]) -> list[Purchase]:
    """Sales of the business by their numbers, with customers, branches and lines."""
    rows = visible(scope).filter(pk__in=list(numbers), kind=Kind.SALE).select_related("customer", "branch").order_by("pk")
    return with_lines(list(rows))


def purchase_numbers(*, scope: Scope, kind: Kind, since: datetime, until: datetime) -> Iterator[int]:
    """The numbers of the business's sales or refunds of a time, in the order in which they were recorded."""
    rows = visible(scope).filter(kind=kind, at__gte=since, at__lt=until).order_by("pk").values_list("pk", flat=True)
    return rows.iterator(chunk_size=5_000)


def with_lines(rows: list[Purchase]) -> list[Purchase]:
    """These purchases with their lines, read at once."""
    if rows:
        chosen, ids = among([row.pk for row in rows])
        lines: dict[int, list[PurchaseLine]] = {row.pk: [] for row in rows}
        for line in objects(PurchaseLine, f"FROM purchases_line t WHERE t.purchase_id {chosen} ORDER BY t.purchase_id, t.position", *ids):
            lines[line.purchase_id].append(line)
        for row in rows:
            put_many(row, "lines", lines[row.pk])
    return rows


def _seen(scope: Scope) -> str:
    """That a scope shows the purchase p of the customer c: as `visible` says."""
    if scope.branch_ids is None:
        return "1 = 1"
    ids = ", ".join(str(int(one)) for one in sorted(scope.branch_ids)) or "0"
    return f"(p.branch_id IS NULL OR p.branch_id IN ({ids})) AND (c.home_branch_id IS NULL OR c.home_branch_id IN ({ids}))"


def customer_totals(*, scope: Scope, customer: Customer, customer_ids: Sequence[int] = ()) -> list[CustomerTotals]:
    """What a customer bought in all, a row for each currency, the most used first. `customer_ids`: all records of this person."""
    chosen, ids = among(customer_ids or cluster_of(scope=scope, customer_id=customer.pk))
    rows = fetch_prepared(
        f"SELECT p.currency, {SUMS} FROM purchases_purchase p JOIN customers_customer c ON c.id = p.customer_id"
        f" WHERE p.customer_id {chosen} AND p.business_id = %s AND {_seen(scope)} GROUP BY p.currency ORDER BY 2 DESC, 1",
        *ids,
        scope.business_id,
    )
    return [
        CustomerTotals(currency, sales, refunds, int(net), as_instant(first) if first else None, as_instant(last) if last else None)
        for currency, sales, refunds, net, first, last in rows
    ]


def purchases_exist(*, scope: Scope) -> bool:
    """Whether there is any visible purchase yet."""
    if scope.branch_ids is None:
        return bool(fetch_prepared("SELECT 1 FROM purchases_purchase t WHERE t.business_id = %s LIMIT 1", scope.business_id))
    return visible(scope).exists()


def sums_of(*, scope: Scope, since: datetime, until: datetime) -> dict[str, tuple[int, int, int]]:
    """Takings from `since` to before `until`, by currency: (sales, customers, net minor units)."""
    if until - since > timedelta(days=3700):
        raise ValueError("ten years are the most that one sum covers")
    rows = (
        visible(scope)
        .filter(at__gte=since, at__lt=until)
        .values("currency")
        .annotate(sales=Count("pk", filter=Q(kind=Kind.SALE)), customers=Count("customer_id", distinct=True), net=Sum("amount_minor"))
    )
    return {row["currency"]: (row["sales"], row["customers"], row["net"]) for row in rows}


def timeline_lines(scope: Scope, ids: Sequence[int], before: Cursor | None, size: int) -> list[TimelineLine]:
    """Purchases as lines of a person's story (a source of `contacts.queries.story_of`)."""
    where, values = "AND t.business_id = %s", [scope.business_id]
    if scope.branch_ids is not None:
        mine = ", ".join(str(int(one)) for one in sorted(scope.branch_ids)) or "0"
        where += f""" AND (t.branch_id IS NULL OR t.branch_id IN ({mine})) AND EXISTS (SELECT 1 FROM customers_customer c
            WHERE c.id = t.customer_id AND (c.home_branch_id IS NULL OR c.home_branch_id IN ({mine})))"""
    rest, found = newest_rows("purchases_purchase", ids, prefix="purchase", before=before, size=size, where=where, values=values)
    rows = []
    joined = f"FROM purchases_purchase t LEFT JOIN business_branch b ON b.id = t.branch_id {rest}"
    for row, branch in instances(((Purchase, "t"), (Branch, "b")), joined, *found):
        row.branch = branch
        rows.append(row)
    return [_line(row) for row in with_lines(rows)]


def _line(row: Purchase) -> TimelineLine:
    where = row.branch.name if row.branch else ""
    if row.kind == Kind.REFUND:
        headline = gettext_noop("Brought something back at %(branch)s") if where else gettext_noop("Brought something back")
    else:
        headline = gettext_noop("Bought at %(branch)s") if where else gettext_noop("Bought")
    return TimelineLine(
        at=row.at,
        order=order_of("purchase", row.pk),
        kind=f"purchases.{row.kind}",
        headline=headline,
        headline_values={"branch": where} if where else {},
        amount=(row.amount_minor, row.currency),
        details=tuple(line.product or line.category for line in row.lines.all()[:6] if line.product or line.category),
    )
