"""An order of a web shop as loyalty sees it, whichever shop it came from; and reading what shops send without trusting any of it.

A shop tells the same order again and again, in any order of time. So an order is read as what it is now (was it paid, is it void, which
refunds has it), never as a step: whichever delivery comes first, the last one ends the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn, Self

from pydantic import BaseModel, ConfigDict

from regulars.groundwork.kernel.money import NotMoney, digits_of, minor_units
from regulars.loyalty.rules.shares import shares_of

LINES_MAX = 1000
TEXT_MAX = 200
PRODUCT_MAX = 120
# With the number of a refund behind it it is still a receipt.
NUMBER_MAX = 39
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
# Numbers in JSON may carry exponents: beyond these no amount is meant, and exact fractions of them would fill the memory.
EXPONENT_LEAST, ADJUSTED_MOST = -12, 15


class ShopFault(ValueError):
    """What a shop sent can't be taken: a stable `code`, and the `place` in it ("line_items/0/total").

    Codes: unreadable (no JSON object), missing, not_a_text, not_a_number, not_an_instant, not_a_list, too_many, unknown_currency,
    amount_refused (below zero, too many decimals, too large).
    """

    def __init__(self, code: str, place: str) -> None:
        super().__init__(f"{code}: {place}")
        self.code = code
        self.place = place[:200]


class Told(BaseModel):
    """A value that can be kept as JSON and read again."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ShopBuyer(Told):
    """Who bought: their number in the shop (empty for guests), their e-mail address, their name."""

    number: str = ""
    email: str = ""
    given_name: str = ""
    family_name: str = ""


class ShopLine(Told):
    """A position as it was paid, tax included; `ref` is the shop's own number of it."""

    ref: str
    product: str
    category: str = ""
    quantity_milli: int = 1000
    amount_minor: int


class ShopReturn(Told):
    """A refund: its number in the shop, the money paid back, and which goods came back how much, where the shop says so."""

    ref: str
    order_ref: str
    at: datetime
    currency: str
    amount_minor: int
    goods: tuple[tuple[str, int], ...] = ()


class ShopOrder(Told):
    """An order as it is now. `was_paid`: at some time, whatever came later; `is_void`: nothing of it is owed any more (cancelled, refunded)."""

    ref: str
    number: str
    was_paid: bool
    is_void: bool
    is_test: bool = False
    at: datetime
    currency: str
    amount_minor: int
    buyer: ShopBuyer
    lines: tuple[ShopLine, ...]
    returns: tuple[ShopReturn, ...] = ()


@dataclass(frozen=True)
class Ignored:
    """A delivery that asks for nothing, and why: "topic", "deleted"; with the order that it was about, where it names one."""

    reason: str
    ref: str = ""


def key_of(found: ShopOrder | ShopReturn) -> str:
    """The state that a delivery tells, as a digest: the same state told again has the same key, whatever else has changed in the shop."""
    return hashlib.sha256(f"{type(found).__name__}{found.model_dump_json()}".encode()).hexdigest()


def payload_in(body: bytes) -> Node:
    """The body as a JSON object, numbers exact. Raises ShopFault("unreadable")."""
    try:
        found = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        raise ShopFault("unreadable", "") from None
    if not isinstance(found, dict):
        raise ShopFault("unreadable", "")
    return Node(found, "")


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


@dataclass(frozen=True)
class Node:
    """An object in a payload, with its place. What is missing or null is empty; what has another type than it should is a ShopFault."""

    fields: dict[str, Any]
    place: str

    def text(self, name: str, most: int = TEXT_MAX) -> str:
        """A text, or a whole number as text; what can't be printed becomes a space."""
        found = self.fields.get(name)
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise ShopFault("not_a_text", self._at(name))
        if isinstance(found, int) and abs(found) >= 10**20:
            raise ShopFault("not_a_text", self._at(name))
        return "".join(one if one.isprintable() else " " for one in str(found)).strip()[:most]

    def needed(self, name: str, most: int) -> str:
        """A text that must be there and must not be longer."""
        found = self.text(name, most + 1)
        if not found or len(found) > most:
            raise ShopFault("missing" if not found else "not_a_text", self._at(name))
        return found

    def number(self, name: str) -> Fraction:
        """A decimal, exactly; 0 when it is missing."""
        found = self.fields.get(name)
        if found is None or found == "":
            return Fraction(0)
        if isinstance(found, str) and NUMBER.fullmatch(found.strip()):
            return Fraction(found.strip())
        if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**ADJUSTED_MOST:
            return Fraction(found)
        if isinstance(found, Decimal) and found.is_finite() and _modest(found):
            return Fraction(found)
        raise ShopFault("not_a_number", self._at(name))

    def amount(self, name: str, currency: str) -> int:
        """An amount in minor units, exactly, that must be there."""
        if self.fields.get(name) in (None, ""):
            raise ShopFault("missing", self._at(name))
        return minor_of(self.number(name), currency, self._at(name))

    def milli(self, name: str) -> int:
        """A quantity in thousandths."""
        found = self.number(name) * 1000
        if found.denominator != 1 or not 0 <= found <= 10**12:
            raise ShopFault("not_a_number", self._at(name))
        return int(found)

    def instant(self, name: str, *, utc: bool = False) -> datetime | None:
        """An instant with its offset; `utc`: one without offset is UTC. None when it is missing."""
        text = self.text(name, 40)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
            if found.tzinfo is None and utc:
                found = found.replace(tzinfo=UTC)
            if found.tzinfo is None:
                raise ShopFault("not_an_instant", self._at(name))
            return found.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ShopFault("not_an_instant", self._at(name)) from None

    def node(self, name: str) -> Node:
        """An object within; an empty one when it is missing."""
        found = self.fields.get(name)
        if found is None or found == []:
            return Node({}, self._at(name))
        if not isinstance(found, dict):
            raise ShopFault("unreadable", self._at(name))
        return Node(found, self._at(name))

    def nodes(self, name: str) -> list[Node]:
        """A list of objects; empty when it is missing."""
        found = self.fields.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
            raise ShopFault("not_a_list", self._at(name))
        if len(found) > LINES_MAX:
            raise ShopFault("too_many", self._at(name))
        return [Node(one, f"{self._at(name)}/{place}") for place, one in enumerate(found)]

    def currency(self, name: str) -> str:
        """A currency that we know."""
        found = self.needed(name, 3)
        try:
            digits_of(found)
        except NotMoney:
            raise ShopFault("unknown_currency", self._at(name)) from None
        return found

    def _at(self, name: str) -> str:
        return f"{self.place}/{name}".lstrip("/")


def minor_of(amount: Fraction, currency: str, place: str) -> int:
    """An exact amount in minor units; more decimals than the currency has, and more money than there is, are refused."""
    scaled = amount * 10 ** digits_of(currency)
    if scaled.denominator != 1:
        raise ShopFault("amount_refused", place)
    try:
        return minor_units(Decimal(int(scaled)).scaleb(-digits_of(currency)), currency)
    except NotMoney:
        raise ShopFault("amount_refused", place) from None


@dataclass(frozen=True, kw_only=True)
class Position:
    """A line before the order's own total has been spread over it: `paid` in whole units of money, exactly; below zero it is a discount."""

    ref: str
    product: str
    category: str = ""
    quantity_milli: int = 1000
    paid: Fraction

    @classmethod
    def of(cls, node: Node, *, paid: Fraction, quantity_milli: int, category: str = "") -> Self:
        """A position of goods."""
        return cls(ref=node.needed("id", 40), product=goods_name(node), category=category, quantity_milli=quantity_milli, paid=paid)


def goods_name(node: Node) -> str:
    """Goods by their article number (SKU), else by the shop's number of the variation or product, else by their name."""
    named = (node.text("sku"), node.text("variation_id"), node.text("variant_id"), node.text("product_id"))
    found = next((one for one in named if one and one != "0" and len(one) <= PRODUCT_MAX), "")
    return found or node.text("name", PRODUCT_MAX) or node.text("title", PRODUCT_MAX)


def number_of(ref: str, *named: str) -> str:
    """The number that people know an order by; its id where the shop says none that fits on a receipt."""
    return next((one for one in named if 0 < len(one) <= NUMBER_MAX), ref)


def lines_paid(total_minor: int, positions: Sequence[Position], currency: str) -> tuple[ShopLine, ...]:
    """The lines with what was paid for each, which add up to the order's total.

    What lines below zero, coupons of the whole cart and roundings take off is spread over the others by largest remainder (P12). What the
    total is above its lines by more than roundings explain is a line of its own, of unknown goods.
    """
    minor = 10 ** digits_of(currency)
    weights = [max(one.paid, Fraction(0)) * minor for one in positions]
    rest = Fraction(total_minor) - sum(weights, Fraction(0))
    more = int(rest) if rest > len(positions) or not any(weights) else 0
    shares = shares_of(total_minor - more, weights) if any(weights) else [0] * len(weights)
    lines = [
        ShopLine(ref=one.ref, product=one.product, category=one.category, quantity_milli=one.quantity_milli, amount_minor=share)
        for one, share in zip(positions, shares, strict=True)
        if one.paid >= 0
    ]
    if more:
        lines.append(ShopLine(ref="", product="", amount_minor=more))
    return tuple(lines)


def _modest(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= EXPONENT_LEAST and number.adjusted() <= ADJUSTED_MOST
