"""The HTTP API: JSON under /api/v1/, OpenAPI 3.1, problem documents, cursor paging, idempotency keys where value moves."""

from regulars.till.api import (
    adjustments,
    cases,
    contacts,
    customers,
    gate,
    loyalty,
    messages,
    people,
    programs,
    purchases,
    quotes,
    sales,
    shops,
    vouchers,
)
from regulars.till.api.root import api

__all__ = [
    "adjustments",
    "api",
    "cases",
    "contacts",
    "customers",
    "gate",
    "loyalty",
    "messages",
    "people",
    "programs",
    "purchases",
    "quotes",
    "sales",
    "shops",
    "vouchers",
]
