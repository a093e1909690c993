"""Questions about customers."""

from regulars.customers.models import Customer, Trait
from regulars.customers.queries.columns import customer_numbers
from regulars.customers.queries.finding import (
    CustomerPage,
    customer_by_external_id,
    customer_of,
    customers_after,
    find_customers,
)
from regulars.customers.queries.knowing import CustomerCounts, Particulars, counts_of, particulars_of, traits_of
from regulars.customers.rules.names import CustomerKind

__all__ = [
    "Customer",
    "CustomerCounts",
    "CustomerKind",
    "CustomerPage",
    "Particulars",
    "Trait",
    "counts_of",
    "customer_by_external_id",
    "customer_numbers",
    "customer_of",
    "customers_after",
    "find_customers",
    "particulars_of",
    "traits_of",
]
