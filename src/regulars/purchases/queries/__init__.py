"""Questions about purchases."""

from regulars.purchases.models import Purchase
from regulars.purchases.queries.reading import (
    PurchasePage,
    customer_totals,
    purchase_of,
    purchases_before,
    purchases_exist,
    sums_of,
    timeline_lines,
)
from regulars.purchases.rules.sales import Kind, Sale, SaleLine

__all__ = [
    "Kind",
    "Purchase",
    "PurchasePage",
    "Sale",
    "SaleLine",
    "customer_totals",
    "purchase_of",
    "purchases_before",
    "purchases_exist",
    "sums_of",
    "timeline_lines",
]
