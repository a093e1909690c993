"""All purchases as columns, for those who compute over everything at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Max, Min, Q

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.columns import ColumnKind, Part, instant, stream_columns
from regulars.purchases.queries.reading import visible
from regulars.purchases.rules.sales import Kind

KINDS = {
    "customer_id": ColumnKind.WHOLE,
    "when": ColumnKind.INSTANT,
    "amount_minor": ColumnKind.WHOLE,
    "is_refund": ColumnKind.FLAG,
    "own_currency": ColumnKind.FLAG,
}


@dataclass(frozen=True)
class PurchaseSpan:
    """The first and the newest sale of a scope. None when there is no sale."""

    first_at: datetime | None
    newest_at: datetime | None


def purchase_span(*, scope: Scope, until: datetime | None = None) -> PurchaseSpan:
    """When the visible sales begin and end; `until` leaves out what came after that instant."""
    sales = visible(scope).filter(kind=Kind.SALE)
    if until is not None:
        sales = sales.filter(at__lte=until)
    ends = sales.order_by().aggregate(first_at=Min("at"), newest_at=Max("at"))
    return PurchaseSpan(**ends)


def main_currency(*, scope: Scope) -> str:
    """The currency of the newest visible purchase, for a business that has not decided its own. "" without any."""
    newest = visible(scope).order_by("-at", "-pk").values_list("currency", flat=True).first()
    return newest or ""


def purchase_columns(*, scope: Scope, currency: str) -> Iterator[Part]:
    """Every visible purchase in order of time, in parts of flat size.

    Columns: `customer_id`, `when` (microseconds since 1970, UTC), `amount_minor` (negative for refunds), `is_refund`,
    `own_currency` (whether it was paid in `currency`).
    """
    rows = (
        visible(scope)
        .annotate(
            when=instant("at"),
            is_refund=ExpressionWrapper(Q(kind=Kind.REFUND), output_field=BooleanField()),
            own_currency=ExpressionWrapper(Q(currency=currency), output_field=BooleanField()),
        )
        .order_by("at")
        .values_list(*KINDS)
    )
    return stream_columns(rows, KINDS)
