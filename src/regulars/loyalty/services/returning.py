"""The till takes back: the refund, the points that it takes back and those that it restores, in one transaction (cases 4 to 7, 33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.business.queries import Branch
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.models import Entry
from regulars.loyalty.queries.receipts import receipt_of, returns_of
from regulars.loyalty.rules.paying import piece_of
from regulars.loyalty.rules.receipts import ReceiptLine, kept_after
from regulars.loyalty.services.booking import lock_accounts
from regulars.loyalty.services.restoring import restore_spending
from regulars.loyalty.services.selling import refuse_untimely
from regulars.loyalty.services.taking_back import take_back_by_refund
from regulars.purchases.queries import Kind, Purchase, Sale, SaleLine, purchase_with_receipt
from regulars.purchases.services import ReceiptTaken, RefundTooLarge, record_purchase


class NotASale(NotFound):
    code = "sale_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no sale with this id."))


class NoSuchLine(Refusal):
    code = "no_such_line"

    def __init__(self, position: int) -> None:
        sentence = _("The sale has no line %(position)s, or it is named twice.") % {"position": position}
        super().__init__(sentence, fields={"lines": sentence})


class LineNotLeft(Refusal):
    code = "line_not_left"
    status = 409

    def __init__(self, position: int) -> None:
        sentence = _("Of line %(position)s less is left than this.") % {"position": position}
        super().__init__(sentence, fields={"lines": sentence})


class AllGivenBack(Refusal):
    code = "all_given_back"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("All of this sale was given back before."))


class WholeOnly(Refusal):
    code = "whole_only"

    def __init__(self) -> None:
        super().__init__(_("This sale was paid with points alone: it can be taken back as a whole, without lines or amount."))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A line of the sale by its position (from 1), and how much of it comes back; no quantity: all that is left of it."""

    position: int
    quantity_milli: int | None = None


@dataclass(frozen=True, kw_only=True)
class Refunded:
    """The refund (None when only points had been paid), the money to pay back, what was booked, and whether this call did it."""

    sale: Purchase
    refund: Purchase | None
    amount_minor: int
    entries: list[Entry]
    made: bool


def refund_sale(
    *,
    sale: Purchase,
    receipt: str,
    refunded_at: datetime,
    at: datetime,
    actor: str,
    branch: Branch | None = None,
    source: str = "",
    pieces: Sequence[Piece] = (),
    amount_minor: int | None = None,
) -> Refunded:
    """Take back lines of a sale, an amount of money, or (neither named) all that is left; the same receipt again changes nothing.

    Raises NotASale, NoSuchLine, LineNotLeft, AllGivenBack, WholeOnly, TooLate, and as `record_purchase`: RefundTooLarge, ReceiptTaken.
    """
    with transaction.atomic():
        locked = Purchase.objects.select_for_update().filter(pk=sale.pk, kind=Kind.SALE).first()
        if locked is None:
            raise NotASale
        lock_accounts(customer=sale.customer)
        place, origin = branch or sale.branch, source or sale.source
        known = purchase_with_receipt(
            business_id=sale.business_id, source=origin, branch_code=place.code if place else "", receipt=receipt, kind=Kind.REFUND
        )
        if known:
            _refuse_other(known, sale, pieces, amount_minor)
            return Refunded(sale=sale, refund=known, amount_minor=-known.amount_minor, entries=entries_of_refund(refund=known), made=False)
        refuse_untimely(customer=sale.customer, dated=refunded_at, at=at)
        if sale.amount_minor == 0:
            return _only_points(sale, pieces, amount_minor, at, actor)
        lines, amount = _wanted(sale, pieces, amount_minor)
        wanted = Sale(
            at=refunded_at,
            currency=sale.currency,
            amount_minor=-amount,
            kind=Kind.REFUND,
            source=origin,
            receipt=receipt,
            original_receipt=sale.receipt,
            lines=[_given_back(line) for line in lines],
        )
        refund = record_purchase(customer=sale.customer, branch=place, sale=wanted, at=at, actor=actor, original=sale).purchase
        take_back_by_refund(refund=refund, at=at, actor=actor)
        return Refunded(sale=sale, refund=refund, amount_minor=amount, entries=entries_of_refund(refund=refund), made=True)


def entries_of_refund(*, refund: Purchase) -> list[Entry]:
    """What a refund took back and restored, in order, with what belongs to the same act (a lot renewed, a shortfall written off)."""
    own = Q(key=f"claw:{refund.pk}") | Q(kind="restored", key__endswith=f":{refund.pk}")
    acts = Entry.objects.filter(own, purchase=refund.original).values_list("act", flat=True)
    rows = Entry.objects.filter(purchase=refund.original, act__in=list(acts)).order_by("pk")
    return list(rows.select_related("account__program", "version", "purchase").defer("version__document"))


def _wanted(sale: Purchase, pieces: Sequence[Piece], amount_minor: int | None) -> tuple[list[ReceiptLine], int]:
    """The lines that come back and the money for them."""
    if pieces:
        kept = kept_after(receipt_of(purchase=sale), returns_of(purchase=sale)).lines
        lines = _pieces(kept, pieces)
        return lines, sum(line.amount_minor for line in lines)
    if amount_minor is not None:
        return [], amount_minor
    left = sale.amount_minor - sum(one.amount_minor for one in returns_of(purchase=sale))
    if not left:
        raise AllGivenBack
    kept = kept_after(receipt_of(purchase=sale), returns_of(purchase=sale)).lines
    lines = [line for line in kept if line.amount_minor or line.quantity_milli]
    named = sale.lines.exists() and sum(line.amount_minor for line in lines) == left
    return (lines if named else []), left


def _pieces(kept: Sequence[ReceiptLine], pieces: Sequence[Piece]) -> list[ReceiptLine]:
    lines, named = [], set()
    for piece in pieces:
        if piece.position in named or not 1 <= piece.position <= len(kept):
            raise NoSuchLine(piece.position)
        named.add(piece.position)
        line = piece_of(kept[piece.position - 1], piece.quantity_milli)
        if line is None:
            raise LineNotLeft(piece.position)
        lines.append(line)
    return lines


def _given_back(line: ReceiptLine) -> SaleLine:
    return SaleLine(amount_minor=-line.amount_minor, product=line.product, category=line.category, quantity_milli=line.quantity_milli)


def _refuse_other(known: Purchase, sale: Purchase, pieces: Sequence[Piece], amount_minor: int | None) -> None:
    """Raises ReceiptTaken when the refund's receipt stands for something else than what is asked now."""
    if known.original_id != sale.pk or (amount_minor is not None and known.amount_minor != -amount_minor):
        raise ReceiptTaken(known.receipt)
    stood = sorted((one.product, one.category, abs(one.quantity_milli)) for one in known.lines.all())
    lines = sorted(sale.lines.all(), key=lambda one: one.position)
    if not pieces:
        return
    if any(not 1 <= piece.position <= len(lines) for piece in pieces) or len(stood) != len(pieces):
        raise ReceiptTaken(known.receipt)
    asked = [(lines[piece.position - 1], piece.quantity_milli) for piece in pieces]
    # A piece without quantity was all that was left then: how much that was stands in the refund alone.
    goods = sorted((line.product, line.category) for line, _milli in asked)
    named = [(line.product, line.category, milli) for line, milli in asked if milli is not None]
    if goods != [one[:2] for one in stood] or any(one not in stood for one in named):
        raise ReceiptTaken(known.receipt)


def _only_points(sale: Purchase, pieces: Sequence[Piece], amount_minor: int | None, at: datetime, actor: str) -> Refunded:
    """A sale without money has no refund to record: its points come back, once."""
    if pieces or amount_minor is not None:
        raise WholeOnly
    spendings = (
        Entry.objects.filter(purchase=sale, kind="redeemed")
        .select_related("account__customer", "version", "account__program")
        .defer("version__document")
    )
    entries: list[Entry] = []
    for spending in spendings.order_by("account_id", "pk"):
        entries += restore_spending(entry=spending, at=at, actor=actor, why={"spent": spending.units})
    if not entries:
        raise AllGivenBack
    return Refunded(sale=sale, refund=None, amount_minor=0, entries=entries, made=True)


__all__ = ["LineNotLeft", "Piece", "RefundTooLarge", "Refunded", "entries_of_refund", "refund_sale"]
