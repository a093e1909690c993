"""What lies on the counter, and what of it is kept after refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regulars.loyalty.rules.parts import Goods
from regulars.loyalty.rules.shares import shares_of


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """One position as paid: after discounts and points paid. `excluded`: gift cards and the like, which earn nothing; `reward`: given free."""

    amount_minor: int
    product: str = ""
    category: str = ""
    quantity_milli: int = 1000
    excluded: bool = False
    reward: bool = False


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A purchase as rules see it, once it is paid."""

    lines: tuple[ReceiptLine, ...]
    currency: str
    channel: str = ""
    branch: str = ""

    @property
    def amount_minor(self) -> int:
        """What was paid for it."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Return:
    """A refund: what was paid back, with its lines where they are known (amounts and quantities above zero)."""

    amount_minor: int
    lines: tuple[ReceiptLine, ...] = ()


def without(receipt: Receipt, never: Goods | None) -> Receipt:
    """The receipt with the goods that never earn marked so."""
    if never is None:
        return receipt
    lines = (replace(line, excluded=True) if never.mean(line.product, line.category) else line for line in receipt.lines)
    return replace(receipt, lines=tuple(lines))


def kept_after(receipt: Receipt, returns: Sequence[Return]) -> Receipt:
    """What is kept of a receipt: named goods leave their own lines, amounts without lines leave all lines in proportion.

    The order of the returns decides nothing about the sum that is kept; amounts beyond a line's own go to the others.
    """
    lines = list(receipt.lines)
    loose = 0
    for one in returns:
        named = 0
        for gone in one.lines:
            named += _taken_from(lines, gone)
        loose += one.amount_minor - named
    if loose > 0:
        for place, share in enumerate(
            shares_of(min(loose, sum(line.amount_minor for line in lines)), [line.amount_minor for line in lines])
        ):
            left = lines[place].amount_minor - share
            milli = lines[place].quantity_milli if left else 0
            lines[place] = replace(lines[place], amount_minor=left, quantity_milli=milli)
    return replace(receipt, lines=tuple(lines))


def _taken_from(lines: list[ReceiptLine], gone: ReceiptLine) -> int:
    """Take a returned line out of the lines of the same goods; gives the amount that was found there."""
    amount, milli = gone.amount_minor, gone.quantity_milli
    for place, line in enumerate(lines):
        if (line.product, line.category) != (gone.product, gone.category):
            continue
        paid, count = min(amount, line.amount_minor), min(milli, line.quantity_milli)
        amount, milli = amount - paid, milli - count
        lines[place] = replace(line, amount_minor=line.amount_minor - paid, quantity_milli=line.quantity_milli - count)
    return gone.amount_minor - amount
