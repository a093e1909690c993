"""What a cashier types: a sale with or without lines, points that pay, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import Branch
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.money import Money, NotMoney, digits_of, minor_units
from regulars.loyalty.queries import BalanceShown, LineLeft, MemberShown, ProgramShown, units_read
from regulars.loyalty.services import Piece, PointsPaid
from regulars.purchases.queries import Purchase, Sale, SaleLine

SOURCE = "till"
BRANCH_KEPT = "counter_branch"  # where in the session the branch stands that somebody works in
LINES_MAX, MILLI, QUANTITY_MAX = 30, 1000, 1_000_000
FIGURES = {"inputmode": "decimal", "autocomplete": "off"}
LINE_FIELDS = ("product", "category", "quantity", "price")


@dataclass(frozen=True, kw_only=True)
class Purse:
    """Something that one can pay with: a unit of a program, with what there is of it."""

    program: ProgramShown
    shown: BalanceShown

    @property
    def code(self) -> str:
        """How the form names it."""
        return f"{self.program.program.code}:{self.shown.balance.unit.code}"


def purses_of(shown: MemberShown) -> list[Purse]:
    """What this member can pay with, the fullest first."""
    found = [Purse(program=one, shown=balance) for one in shown.programs for balance in one.balances if balance.pays]
    return sorted(found, key=lambda one: -one.shown.worth_minor)


def written_number(text: str) -> str:
    """A comma is as good as a point, and spaces are nothing."""
    return "".join(text.split()).replace(",", ".")


def milli_read(text: str) -> int | None:
    """A quantity in thousandths; None when it is none."""
    try:
        milli = Decimal(written_number(text)) * MILLI
    except InvalidOperation:
        return None
    fine = milli.is_finite() and milli == milli.to_integral_value() and 0 < milli <= QUANTITY_MAX * MILLI
    return int(milli) if fine else None


def receipt_made(at: datetime) -> str:
    """A receipt number for who types none: the day, and enough chance that no two are alike."""
    return f"{at:%y%m%d}-{new_id().hex[-10:].upper()}"


class SaleForm(forms.Form):
    """A sale: an amount, or lines; perhaps points that pay a part. The hidden `act` makes a second click the same sale."""

    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=20, required=False, widget=forms.TextInput(attrs=FIGURES))
    units = forms.CharField(label=gettext_lazy("Pay with points"), max_length=24, required=False, widget=forms.TextInput(attrs=FIGURES))
    purse = forms.ChoiceField(label=gettext_lazy("Which points"), required=False)
    receipt = forms.CharField(
        label=gettext_lazy("Receipt number"), max_length=60, required=False, help_text=gettext_lazy("One is made when you leave it empty.")
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(
        self, *args: Any, at: datetime, currency: str, purses: Sequence[Purse], branches: Sequence[Branch], count: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.at, self.count = currency, at, count
        self.purses = {one.code: one for one in purses}
        self.visible = {str(one.public_id): one for one in branches}
        cast("forms.ChoiceField", self.fields["branch"]).choices = [
            *([] if len(branches) == 1 else [("", _("None in particular"))]),
            *((key, one.name) for key, one in self.visible.items()),
        ]
        cast("forms.ChoiceField", self.fields["purse"]).choices = [(one.code, one.shown.balance.unit.name) for one in purses]
        if len(purses) < 2:
            self.fields["purse"].widget = forms.HiddenInput()
        for number in range(1, count + 1):
            self._add_line(number)
        self.initial.setdefault("act", receipt_made(at))
        self.initial.setdefault("purse", purses[0].code if purses else "")

    def _add_line(self, number: int) -> None:
        words = {"product": _("What"), "category": _("Category"), "quantity": _("Quantity"), "price": _("Price")}
        for name in LINE_FIELDS:
            figures = FIGURES if name in ("quantity", "price") else {"autocomplete": "off"}
            label = _("%(what)s, line %(number)s") % {"what": words[name], "number": number}
            most = 120 if name == "product" else 80 if name == "category" else 20
            field = forms.CharField(label=label, max_length=most, required=False, widget=forms.TextInput(attrs=dict(figures)))
            field.short = words[name]  # type: ignore[attr-defined] # beside its field a line needs no number: it stands in a group
            self.fields[f"{name}_{number}"] = field

    @property
    def line_rows(self) -> list[list[forms.BoundField]]:
        """The lines with their fields, for the page."""
        return [[self[f"{name}_{number}"] for name in LINE_FIELDS] for number in range(1, self.count + 1)]

    def clean(self) -> dict[str, Any]:
        """Amounts in minor units; lines that add up; points as smallest units."""
        given = super().clean() or {}
        given["lines"] = self._lines(given)
        lines_minor = sum(line.amount_minor for line in given["lines"])
        amount = self._minor("amount", given.get("amount", ""))
        if amount is None and not given["lines"] and not self.errors:
            self.add_error("amount", _("Write the amount, or lines with their prices."))
        if amount is not None and given["lines"] and amount != lines_minor and not self.errors:
            shown = Money(lines_minor, self.currency).shown()
            self.add_error("amount", _("The lines come to %(sum)s. Leave the amount empty, or correct it.") % {"sum": shown})
        given["minor"] = lines_minor if amount is None else amount
        given["smallest"] = self._smallest(given)
        return given

    def _minor(self, name: str, text: str) -> int | None:
        if not text:
            return None
        try:
            minor = minor_units(written_number(text), self.currency)
        except NotMoney:
            words = {"currency": self.currency, "n": digits_of(self.currency)}
            self.add_error(name, _("Write a plain amount, with at most %(n)s decimals for %(currency)s.") % words)
            return None
        if minor < 0:
            self.add_error(name, _("Write the amount without a sign."))
        return minor

    def _lines(self, given: Mapping[str, Any]) -> list[SaleLine]:
        found = []
        for number in range(1, self.count + 1):
            product, category, quantity, price = (str(given.get(f"{name}_{number}", "")) for name in LINE_FIELDS)
            if not (product or category or quantity or price):
                continue
            milli = milli_read(quantity) if quantity else MILLI
            if milli is None:
                self.add_error(f"quantity_{number}", _("Write a number above zero, with at most three decimals."))
            minor = self._minor(f"price_{number}", price)
            if not price:
                self.add_error(f"price_{number}", _("What does this line cost in all?"))
            if milli is not None and minor is not None:
                found.append(SaleLine(amount_minor=minor, product=product, category=category, quantity_milli=milli))
        return found

    def _smallest(self, given: Mapping[str, Any]) -> int:
        text, purse = written_number(given.get("units", "")), self.purses.get(given.get("purse", ""))
        if not text or purse is None:
            return 0
        try:
            units = units_read(purse.shown.balance.unit, text)
        except (ValueError, ArithmeticError):
            units = -1
        if units < 0:
            self.add_error("units", _("Write how many, as a plain number."))
        return max(units, 0)

    @property
    def chosen_purse(self) -> Purse | None:
        """What pays a part, where something does."""
        return self.purses.get(self.cleaned_data["purse"]) if self.cleaned_data["smallest"] else None

    @property
    def chosen_branch(self) -> Branch | None:
        """Where it is sold."""
        return self.visible.get(self.cleaned_data["branch"])

    def sale(self) -> Sale:
        """The sale at its full price."""
        given = self.cleaned_data
        receipt = given["receipt"] or given["act"]
        return Sale(at=self.at, currency=self.currency, amount_minor=given["minor"], source=SOURCE, receipt=receipt, lines=given["lines"])

    def paid(self) -> PointsPaid | None:
        """The points that pay a part of it."""
        purse = self.chosen_purse
        if purse is None:
            return None
        return PointsPaid(program=purse.program.program, unit=purse.shown.balance.unit.code, units=self.cleaned_data["smallest"])


class RefundForm(forms.Form):
    """What comes back: quantities of lines, or an amount of money. The hidden `act` makes a second click the same refund."""

    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, sale: Purchase, left: Sequence[LineLeft], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sale = sale
        self.left = [one for one in left if one.quantity_milli > 0]
        for one in left:
            name = one.product or one.category or _("Line %(number)s") % {"number": one.position}
            self.fields[f"line_{one.position}"] = forms.CharField(
                label=_("How many of: %(what)s") % {"what": name},
                max_length=20,
                required=False,
                widget=forms.TextInput(attrs=dict(FIGURES)),
            )
        self.fields["amount"] = forms.CharField(
            label=_("Amount"), max_length=20, required=False, widget=forms.TextInput(attrs=dict(FIGURES))
        )
        self.positions = [one.position for one in left]
        self.initial.setdefault("act", receipt_made(at))

    @property
    def line_rows(self) -> list[tuple[LineLeft, forms.BoundField]]:
        """The lines of which something is left, with their fields."""
        return [(one, self[f"line_{one.position}"]) for one in self.left]

    def clean(self) -> dict[str, Any]:
        """Lines or an amount, not both."""
        given = super().clean() or {}
        given["pieces"], given["minor"] = [], None
        if "do" in self.data and self.data["do"] == "all":
            return given
        for position in self.positions:
            text = given.get(f"line_{position}", "")
            milli = milli_read(text) if text else None
            if text and milli is None:
                self.add_error(f"line_{position}", _("Write a number above zero, with at most three decimals."))
            elif milli:
                given["pieces"].append(Piece(position=position, quantity_milli=milli))
        self._read_amount(given)
        return given

    def _read_amount(self, given: dict[str, Any]) -> None:
        text = given.get("amount", "")
        if text and given["pieces"]:
            self.add_error("amount", _("Name lines or an amount, not both."))
            return
        if not text:
            if not given["pieces"] and not self.errors:
                self.add_error("amount", _("Say what comes back: how many of a line, or an amount."))
            return
        try:
            given["minor"] = minor_units(written_number(text), self.sale.currency)
        except NotMoney as fault:
            self.add_error("amount", str(fault))
            return
        if given["minor"] <= 0:
            self.add_error("amount", _("Write an amount above zero."))

    def blame_lines(self) -> bool:
        """Put what a service refused beside the lines of which less is left than asked; False when there is none."""
        left = {one.position: one.quantity_milli for one in self.left}
        wrong = [one.position for one in self.cleaned_data["pieces"] if (one.quantity_milli or 0) > left.get(one.position, 0)]
        for position in wrong:
            self.add_error(f"line_{position}", _("Less is left of this line."))
        return bool(wrong)
