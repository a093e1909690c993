"""What a program that is still being written would do, computed by the rules that will do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.earning import Standing, points_for
from regulars.loyalty.rules.receipts import Receipt, ReceiptLine
from regulars.loyalty.rules.units import Unit


@dataclass(frozen=True)
class Preview:
    """So many smallest units of a unit."""

    unit: Unit
    units: int


def earning_preview(*, document: Document, amount_minor: int, at: datetime) -> list[Preview]:
    """What a purchase of so much, of goods without a name, by a new member, at an instant, would earn of each unit."""
    basket = Receipt(lines=(ReceiptLine(amount_minor=amount_minor),), currency=document.currency)
    earned = points_for(
        basket, document.earning, document.units, Standing(), at=at, zone=document.tzinfo, decimals=digits_of(document.currency)
    )
    units = {unit.code: unit for unit in document.units}
    return [Preview(units[one.unit], one.units) for one in earned]
