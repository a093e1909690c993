"""What a sale may be, decided on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    SALE = "sale"
    REFUND = "refund"


@dataclass(frozen=True, kw_only=True)
class SaleLine:
    """One position; amounts in minor units (negative in a refund), quantities in thousandths."""

    amount_minor: int
    product: str = ""
    category: str = ""
    quantity_milli: int = 1000


@dataclass(frozen=True, kw_only=True)
class Sale:
    """A sale or refund before it is recorded. `amount_minor` is what was paid, or minus what was paid back.

    `receipt` is the number printed on it; with `source` and branch it is the natural key. `original_key` names the sale of a refund.
    """

    at: datetime
    currency: str
    amount_minor: int
    kind: Kind = Kind.SALE
    source: str = "desk"
    receipt: str = ""
    original_receipt: str = ""
    lines: Sequence[SaleLine] = field(default_factory=tuple)


def faults_of(sale: Sale, *, now: datetime) -> dict[str, str]:
    """What is wrong with a sale on its own, as field → code. Empty when it may be recorded.

    Codes: sign (a sale below zero, a refund above), lines_differ (the lines don't add up to the amount), future (more than a day ahead),
    past (before 1970).
    """
    faults: dict[str, str] = {}
    if (sale.amount_minor < 0) != (sale.kind is Kind.REFUND) and sale.amount_minor != 0:
        faults["amount"] = "sign"
    if sale.kind is Kind.REFUND and sale.amount_minor == 0:
        faults["amount"] = "sign"
    if sale.lines and sum(line.amount_minor for line in sale.lines) != sale.amount_minor:
        faults["lines"] = "lines_differ"
    if (sale.at - now).total_seconds() > 86_400:
        faults["at"] = "future"
    if sale.at.year < 1970:
        faults["at"] = "past"
    return faults


def natural_key(*, receipt: str, branch_code: str, kind: Kind) -> str:
    """The key under which a receipt is unique within a source: branch, kind and number."""
    return f"{branch_code}/{kind[0]}/{receipt}"
