"""Questions about purchases."""

from regulars.purchases.models import Purchase, PurchaseLine
from regulars.purchases.queries.columns import (
    PurchaseSpan,
    main_currency,
    purchase_columns,
    purchase_span,
)
from regulars.purchases.queries.exporting import purchases_section
from regulars.purchases.queries.living import bought_since
from regulars.purchases.queries.reading import (
    CustomerTotals,
    PurchasePage,
    customer_totals,
    purchase_numbered,
    purchase_numbers,
    purchase_of,
    purchase_with_receipt,
    purchases_before,
    purchases_exist,
    purchases_of,
    sales_numbered,
    sums_of,
    timeline_lines,
)
from regulars.purchases.rules.sales import Kind, Sale, SaleLine

__all__ = [
    "CustomerTotals",
    "Kind",
    "Purchase",
    "PurchaseLine",
    "PurchasePage",
    "PurchaseSpan",
    "Sale",
    "SaleLine",
    "bought_since",
    "customer_totals",
    "main_currency",
    "purchase_columns",
    "purchase_numbered",
    "purchase_numbers",
    "purchase_of",
    "purchase_span",
    "purchase_with_receipt",
    "purchases_before",
    "purchases_exist",
    "purchases_of",
    "purchases_section",
    "sales_numbered",
    "sums_of",
    "timeline_lines",
]
