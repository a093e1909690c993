"""What an access export says about a person's purchases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from regulars.business.queries import Scope
from regulars.groundwork.kernel.money import Money
from regulars.purchases.models import Purchase


def purchases_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every purchase with its lines, oldest first, of all branches: the person's right does not end at a branch."""
    rows = Purchase.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids)
    return [
        {
            "id": row.public_id,
            "at": row.at,
            "kind": row.kind,
            "amount": Money(row.amount_minor, row.currency).major,
            "currency": row.currency,
            "receipt": row.receipt,
            "branch": row.branch.name if row.branch else "",
            "source": row.source,
            "takes_back": row.original.public_id if row.original else None,
            "lines": [
                {
                    "product": line.product,
                    "category": line.category,
                    "quantity": Decimal(line.quantity_milli) / 1000,
                    "amount": Money(line.amount_minor, row.currency).major,
                }
                for line in row.lines.all()
            ],
        }
        for row in rows.select_related("branch", "original").prefetch_related("lines").order_by("at", "pk")
    ]
