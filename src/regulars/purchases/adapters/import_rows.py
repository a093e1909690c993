"""One row of a foreign table as a sale, a refund, or a line of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.intake.kinds import SpoiledRow
from regulars.groundwork.kernel.money import currencies, digits_of
from regulars.groundwork.kernel.tables.moments import Order, seconds_reader
from regulars.groundwork.kernel.tables.numbers import Mark, number_reader
from regulars.groundwork.kernel.tables.problems import BadCell, clean_text

REF_MAX, PRODUCT_MAX, CATEGORY_MAX, RECEIPT_MAX = 120, 120, 80, 80
LEAN_EXTRAS = ("quantity", "product", "category")
REMEMBERED_MAX = 150_000
WITH_SECONDS = len("2024-01-02 03:04:05")
EPOCH_DAY = date(1970, 1, 1).toordinal()

STAGE_COLUMNS = {
    "row": "bigint",
    "bad": "integer",
    "key": "text",
    "ref": "text",
    "at": "bigint",
    "currency": "text",
    "amount": "bigint",
    "quantity": "bigint",
    "product": "text",
    "category": "text",
    "branch": "bigint",
    "branch_code": "text",
    "receipt": "text",
    "original": "text",
}


@dataclass(frozen=True, slots=True)
class RowRules:
    """What the reader needs to know. `branches` maps codes to ids; `visible` holds those that the importer may write to (None: all)."""

    places: dict[str, int]
    zone: ZoneInfo
    currency: str
    now: datetime
    marks: dict[str, Mark]
    orders: dict[str, Order]
    serials: frozenset[str]
    branches: dict[str, int]
    visible: frozenset[int] | None


class Remembering[K, T](dict[K, T]):
    """A reader that remembers what it has read: columns repeat themselves. Its memory is bounded."""

    def __init__(self, read: Callable[[K], T]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, cell: K) -> T:
        value = self.read(cell)
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        self[cell] = value
        return value


def lean_columns(rules: RowRules) -> dict[str, str] | None:
    """The few columns that a plain file needs: no receipts, branches or currencies in it. None for any other."""
    if rules.visible is not None or any(name in rules.places for name in ("receipt", "original", "branch", "currency")):
        return None
    wanted = ("row", "key", "ref", "at", "amount", *(name for name in LEAN_EXTRAS if name in rules.places))
    return {name: STAGE_COLUMNS[name] for name in wanted}


def lean_reader(rules: RowRules) -> Callable[[int, list[str]], tuple[object, ...]]:
    """The reader for `lean_columns`: the same as `PurchaseRowReader`, for a fraction of its time."""
    full = PurchaseRowReader(rules)
    refs, moment_of, amounts = full.refs, full.moment_of, full.amounts_in[rules.currency]
    ref_at, moment_at, amount_at = full.customer_at, full.moment_at, full.amount_at
    readers: dict[str, Remembering[str, Any]] = {"quantity": full.quantities, "product": full.products, "category": full.categories}
    extras = [(rules.places[name], readers[name]) for name in LEAN_EXTRAS if name in rules.places]
    currency = rules.currency

    def read(number: int, cells: list[str]) -> tuple[object, ...]:
        ref = refs[cells[ref_at]]
        seconds, day = moment_of(cells[moment_at])
        amount = amounts[cells[amount_at]]
        key = own_key(ref, seconds, day, currency, amount)
        return (number, key, ref, seconds, amount, *[reader[cells[place]] for place, reader in extras])

    return read


def own_key(ref: str, seconds: int, day: str, currency: str, amount: int) -> str:
    """The natural key of a row without a receipt: who, when and how much, no more.

    Mapping another column later must not make the same rows look new. The day in front keeps the index together.
    """
    content = f"{ref}\x1f{seconds}\x1f{currency}\x1f{amount}"
    return f"row:{day}:{blake2b(content.encode(), digest_size=12).hexdigest()}"


class PurchaseRowReader:
    """Cells → staged row. Raises BadCell for a row that stands alone, SpoiledRow for one that belongs to a receipt."""

    def __init__(self, rules: RowRules) -> None:
        self.rules = rules
        self.places = rules.places
        self.refs = Remembering(_text_reader("customer", REF_MAX, needed=True))
        self.moment_of = _seconds_reader(rules)
        self.products = Remembering(_text_reader("product", PRODUCT_MAX))
        self.categories = Remembering(_text_reader("category", CATEGORY_MAX))
        self.branch_of = Remembering(self._branch)
        self.quantities = Remembering(_quantity_reader(rules))
        self.amounts_in = {rules.currency: Remembering(_amount_reader(rules, rules.currency))} if rules.currency else {}
        self.receipt_of = _text_reader("receipt", RECEIPT_MAX)
        at = self.places.get
        self.receipt_at, self.original_at, self.branch_at = at("receipt"), at("original"), at("branch")
        self.product_at, self.category_at = at("product"), at("category")
        self.quantity_at, self.currency_at = at("quantity"), at("currency")
        self.customer_at, self.moment_at, self.amount_at = self.places["customer"], self.places["at"], self.places["amount"]

    def __call__(self, number: int, cells: list[str]) -> tuple[object, ...]:
        try:
            return self._read(number, cells)
        except BadCell as fault:
            spoiled = self._spoiled(number, cells)
            if spoiled is None:
                raise
            raise SpoiledRow(fault.note, spoiled) from None

    def _read(self, number: int, cells: list[str]) -> tuple[object, ...]:
        ref = self.refs[cells[self.customer_at]]
        seconds, day = self.moment_of(cells[self.moment_at])
        currency = self.rules.currency if self.currency_at is None else self._currency(cells[self.currency_at])
        amount = self.amounts_in[currency][cells[self.amount_at]]
        quantity = 1000 if self.quantity_at is None else self.quantities[cells[self.quantity_at]]
        product = "" if self.product_at is None else self.products[cells[self.product_at]]
        category = "" if self.category_at is None else self.categories[cells[self.category_at]]
        branch, code = self._default_branch() if self.branch_at is None else self.branch_of[cells[self.branch_at]]
        receipt = "" if self.receipt_at is None else self.receipt_of(cells[self.receipt_at])
        original = "" if self.original_at is None else self.receipt_of(cells[self.original_at])
        key = f"{code}/{receipt}" if receipt else own_key(ref, seconds, day, currency, amount)
        return (number, 0, key, ref, seconds, currency, amount, quantity, product, category, branch, code, receipt, original)

    def _spoiled(self, number: int, cells: list[str]) -> tuple[object, ...] | None:
        if self.receipt_at is None:
            return None
        try:
            receipt = self.receipt_of(cells[self.receipt_at])
            _branch, code = (None, "") if self.branch_at is None else self.branch_of[cells[self.branch_at]]
        except BadCell:
            return None
        if not receipt:
            return None
        return (number, 1, f"{code}/{receipt}", "", 0, "", 0, 0, "", "", None, code, receipt, "")

    def _currency(self, cell: str) -> str:
        currency = cell.strip().upper() or self.rules.currency
        if not currency:
            raise BadCell("missing_field", "currency")
        if currency not in self.amounts_in:
            if currency not in currencies():
                raise BadCell("unknown_currency", cell)
            self.amounts_in[currency] = Remembering(_amount_reader(self.rules, currency))
        return currency

    def _branch(self, cell: str) -> tuple[int | None, str]:
        code = clean_text(cell, limit=40)
        if not code:
            return self._default_branch()
        branch = self.rules.branches.get(code)
        if branch is None:
            raise BadCell("unknown_branch", code)
        if self.rules.visible is not None and branch not in self.rules.visible:
            raise BadCell("foreign_branch", code)
        return branch, code

    def _default_branch(self) -> tuple[int | None, str]:
        """Who sees one branch writes to that one; who sees several has to say which."""
        if self.rules.visible is None:
            return None, ""
        if len(self.rules.visible) != 1:
            raise BadCell("branch_needed")
        (only,) = self.rules.visible
        return only, next((code for code, one in self.rules.branches.items() if one == only), "")


def _text_reader(name: str, limit: int, *, needed: bool = False) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = clean_text(cell, limit=limit)
        if needed and not text:
            raise BadCell("missing_field", name)
        return text

    return read


def _seconds_reader(rules: RowRules) -> Callable[[str], tuple[int, str]]:
    read_seconds = seconds_reader(order=rules.orders.get("at", "dmy"), zone=rules.zone, serial="at" in rules.serials)
    latest = rules.now.timestamp() + 86_400

    days, spelled = Remembering(_day_text), Remembering(read_seconds)

    def read(cell: str) -> tuple[int, str]:
        # A day alone repeats itself, a time to the second hardly ever does.
        seconds = read_seconds(cell) if len(cell) == WITH_SECONDS else spelled[cell]
        if seconds > latest:
            raise BadCell("future", cell)
        if seconds < 0:
            raise BadCell("past", cell)
        return seconds, days[seconds // 86_400]

    return read


def _day_text(days_since_1970: int) -> str:
    return f"{date.fromordinal(EPOCH_DAY + days_since_1970):%Y%m%d}"


def _quantity_reader(rules: RowRules) -> Callable[[str], int]:
    read_number = number_reader(decimal=rules.marks.get("quantity", "."), decimals=3)

    def read(cell: str) -> int:
        return read_number(cell) if cell.strip() else 1000

    return read


def _amount_reader(rules: RowRules, currency: str) -> Callable[[str], int]:
    return number_reader(decimal=rules.marks.get("amount", "."), decimals=digits_of(currency), currency=currency)
