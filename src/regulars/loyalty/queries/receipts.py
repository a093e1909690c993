"""Purchases as receipts: what rules see of them."""

from __future__ import annotations

from regulars.loyalty.rules.receipts import Receipt, ReceiptLine, Return
from regulars.purchases.queries import Kind, Purchase, PurchaseLine


def receipt_of(*, purchase: Purchase) -> Receipt:
    """A sale as a receipt; one without lines is one line of unknown goods."""
    lines = tuple(_line(one) for one in sorted(purchase.lines.all(), key=lambda one: one.position)) or (
        ReceiptLine(amount_minor=purchase.amount_minor),
    )
    return Receipt(lines=lines, currency=purchase.currency, channel=purchase.source, branch=purchase.branch.code if purchase.branch else "")


def returns_of(*, purchase: Purchase) -> list[Return]:
    """The refunds of a sale, in the order in which they were recorded."""
    refunds = Purchase.objects.filter(original=purchase, kind=Kind.REFUND).order_by("pk").prefetch_related("lines")
    return [Return(amount_minor=-one.amount_minor, lines=tuple(_line(line, sign=-1) for line in one.lines.all())) for one in refunds]


def _line(line: PurchaseLine, sign: int = 1) -> ReceiptLine:
    return ReceiptLine(
        amount_minor=sign * line.amount_minor, product=line.product, category=line.category, quantity_milli=abs(line.quantity_milli)
    )
