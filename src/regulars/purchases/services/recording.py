"""Recording one sale or refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from regulars.business.queries import Branch
from regulars.business.services import settle_currency
from regulars.customers.queries import Customer
from regulars.customers.services import mark_as_buyers
from regulars.groundwork.kernel.bulk.instances import put_many
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import Refusal
from regulars.purchases.events import PurchaseRecorded
from regulars.purchases.models import Purchase, PurchaseLine
from regulars.purchases.rules.sales import Kind, Sale, faults_of, natural_key

KNOWN = "SELECT p.id FROM purchases_purchase p WHERE p.business_id = %s AND p.source = %s AND p.source_key = %s"


class SaleRefused(Refusal):
    code = "sale_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        sentences = {
            "sign": _("A sale must not be below zero; a refund must be below zero."),
            "lines_differ": _("The lines don't add up to the amount."),
            "future": _("This lies more than a day in the future."),
            "past": _("This lies before 1970."),
        }
        fields = {name: sentences[code] for name, code in faults.items()}
        super().__init__(" ".join(dict.fromkeys(fields.values())), fields=fields)


class ReceiptTaken(Refusal):
    code = "receipt_taken"
    status = 409

    def __init__(self, receipt: str) -> None:
        sentence = _("Receipt “%(receipt)s” was recorded before with other content.") % {"receipt": receipt}
        super().__init__(sentence, fields={"receipt": sentence})


class OriginalNotFound(Refusal):
    code = "original_not_found"

    def __init__(self, receipt: str) -> None:
        sentence = (
            _("No sale of this customer has the receipt “%(receipt)s”.") % {"receipt": receipt}
            if receipt
            else _("A refund must name the receipt of the sale that it takes back.")
        )
        super().__init__(sentence, fields={"original": sentence})


class RefundTooLarge(Refusal):
    code = "refund_too_large"
    status = 409

    def __init__(self, left_minor: int, currency: str) -> None:
        sentence = _("More would be paid back than was paid.")
        super().__init__(sentence, fields={"amount": sentence}, left_minor=left_minor, currency=currency)


@dataclass(frozen=True)
class Recorded:
    """The purchase, and whether this call made it (False: the same receipt with the same content stood there already)."""

    purchase: Purchase
    made: bool


def record_purchase(
    *, customer: Customer, branch: Branch | None, sale: Sale, at: datetime, actor: str, original: Purchase | None = None
) -> Recorded:
    """Record a sale or refund of a customer, once for its natural key. A refund names its sale by receipt, or as `original` itself.

    Raises SaleRefused (signs, sums, dates), OriginalNotFound and RefundTooLarge (refunds), ReceiptTaken (same receipt, other content).
    """
    faults = faults_of(sale, now=at)
    if faults:
        raise SaleRefused(faults)
    branch_code = branch.code if branch else ""
    key = natural_key(receipt=sale.receipt or str(new_id()), branch_code=branch_code, kind=sale.kind)
    try:
        with transaction.atomic():
            named = _locked_original(customer, branch_code, sale, original) if sale.kind is Kind.REFUND else None
            row = Purchase(
                business_id=customer.business_id,
                customer=customer,
                branch=branch,
                at=sale.at,
                currency=sale.currency,
                amount_minor=sale.amount_minor,
                kind=sale.kind,
                original=named,
                source=sale.source,
                source_key=key,
                receipt=sale.receipt,
                recorded_at=at,
            )
            known = _standing(row)
            if known is None:
                if named is not None:
                    _refuse_excess(named, sale)
                _write(row, sale, at=at, actor=actor)
    except IntegrityError:
        known = _standing(row)
        if known is None:
            raise
    if known is None:
        return Recorded(row, made=True)
    if not _same(known, row):
        raise ReceiptTaken(sale.receipt)
    return Recorded(known, made=False)


def _write(row: Purchase, sale: Sale, *, at: datetime, actor: str) -> None:
    row.save(force_insert=True)
    lines = [
        PurchaseLine(
            purchase=row,
            position=position,
            product=line.product,
            category=line.category,
            quantity_milli=line.quantity_milli,
            amount_minor=line.amount_minor,
        )
        for position, line in enumerate(sale.lines, start=1)
    ]
    known = row.lines.all()
    known._result_cache = PurchaseLine.objects.bulk_create(lines)
    put_many(row, "lines", known)  # type: ignore[arg-type]  # walked like a list, and whoever filters it asks the database
    if row.kind == Kind.SALE:
        mark_as_buyers(customer_ids=[row.customer_id])
    settle_currency(business_id=row.business_id, currency=row.currency, at=at, actor=actor)
    announce(
        PurchaseRecorded(
            tenant_id=row.business_id,
            at=at,
            actor=actor,
            purchase_id=row.pk,
            customer_id=row.customer_id,
            kind=row.kind,
            amount_minor=row.amount_minor,
            currency=row.currency,
        ),
        after={"key": row.source_key, "amount_minor": row.amount_minor, "at": row.at.isoformat()},
    )


def _locked_original(customer: Customer, branch_code: str, sale: Sale, given: Purchase | None) -> Purchase:
    """The sale that a refund names, locked so that two refunds can't both take the last of it."""
    if given is not None:
        locked = Purchase.objects.select_for_update().filter(pk=given.pk, customer=customer, kind=Kind.SALE, currency=sale.currency)
        row = locked.first()
        if row is None:
            raise OriginalNotFound(given.receipt)
        return row
    if not sale.original_receipt:
        raise OriginalNotFound("")
    rows = Purchase.objects.select_for_update().filter(customer=customer, kind=Kind.SALE, currency=sale.currency)
    key = natural_key(receipt=sale.original_receipt, branch_code=branch_code, kind=Kind.SALE)
    found = list(rows.filter(source=sale.source, source_key=key)) or list(rows.filter(receipt=sale.original_receipt).order_by("pk")[:2])
    if len(found) != 1:
        raise OriginalNotFound(sale.original_receipt)
    return found[0]


def _refuse_excess(original: Purchase, sale: Sale) -> None:
    refunded = Purchase.objects.filter(original=original).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    left = original.amount_minor + refunded
    if left + sale.amount_minor < 0:
        raise RefundTooLarge(left, sale.currency)


def _standing(row: Purchase) -> Purchase | None:
    # Most receipts are new: a cheap look first.
    known = fetch_prepared(KNOWN, row.business_id, row.source, row.source_key)
    return Purchase.objects.get(pk=known[0][0]) if known else None


def _same(known: Purchase, row: Purchase) -> bool:
    fields = ("customer_id", "branch_id", "at", "currency", "amount_minor", "kind")
    return all(getattr(known, name) == getattr(row, name) for name in fields)
