"""The till sells: points pay a part, the rest earns, all of it in one transaction and once for its receipt (cases 7, 33, 38)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Branch, Scope
from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.money import Money, digits_of
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Entry, Hold, Membership, Program
from regulars.loyalty.queries.holds import hold_with_id
from regulars.loyalty.queries.ledger import with_places
from regulars.loyalty.queries.programs import document_of, programs_in_force
from regulars.loyalty.rules.calendars import DAY
from regulars.loyalty.rules.paying import shares_paid, worth_of
from regulars.loyalty.rules.units import Unit
from regulars.loyalty.services.booking import lock_accounts
from regulars.loyalty.services.disputing import open_dispute
from regulars.loyalty.services.earning import earn_by_purchase
from regulars.loyalty.services.offering import Given, Offers, offers_given, offers_standing, record_uses, refuse_other_total
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.refusals import BadUnits, ProgramNotFound, TooLate, UnknownUnit
from regulars.loyalty.services.spending import UNITS_MAX, HoldNotFound, capture_hold, spend_units
from regulars.purchases.queries import Kind, Purchase, Sale, SaleLine, purchase_with_receipt
from regulars.purchases.services import ReceiptTaken, Recorded, record_purchase

AHEAD_MAX = timedelta(minutes=5)
TAKEN_BACK = ("clawed", "restored", "renewed", "written_off")


class PaysNothing(Refusal):
    code = "unit_pays_nothing"

    def __init__(self, unit: Unit) -> None:
        sentence = _("So many %(unit)s pay nothing.") % {"unit": unit.name}
        super().__init__(sentence, fields={"redeem": sentence})


class PaysTooMuch(Refusal):
    code = "worth_exceeds_amount"

    def __init__(self, worth: Money) -> None:
        sentence = _("This would pay %(worth)s, which is more than the amount. Redeem less.") % {"worth": str(worth.major)}
        super().__init__(sentence, fields={"redeem": sentence}, worth=str(worth.major))


class OtherCurrency(Refusal):
    code = "other_currency"

    def __init__(self, currency: str) -> None:
        sentence = _("The points of this program pay in %(currency)s only.") % {"currency": currency}
        super().__init__(sentence, fields={"currency": sentence})


@dataclass(frozen=True, kw_only=True)
class PointsPaid:
    """Points that pay a part of a sale: so many units of a program, or what a hold has reserved (all of it when `units` is None)."""

    program: Program | None = None
    unit: str = ""
    units: int | None = None
    hold: str = ""


@dataclass(frozen=True, kw_only=True)
class Sold:
    """The purchase (its amounts are net of the points), what was booked with it, what the points paid, and whether this call did it."""

    purchase: Purchase
    entries: list[Entry]
    worth_minor: int
    made: bool


@dataclass(frozen=True, kw_only=True)
class _Due:
    """A payment worked out: what goes from which account, and what it pays."""

    program: Program
    unit: str
    units: int
    worth_minor: int
    hold: Hold | None = None


def record_sale(
    *,
    customer: Customer,
    branch: Branch | None,
    sale: Sale,
    paid: PointsPaid | None,
    at: datetime,
    actor: str,
    offers: Offers | None = None,
    offline: bool = False,
) -> Sold:
    """Record a sale at its full prices, give it its offers when they are wanted, take the points that pay a part of it, and earn on the rest;
    again changes nothing.

    `offline`: the goods are gone already. Where the program says so, points that are missing are owed and disputed instead of refused (case 38).
    `sale.receipt` says what "again" is. A sale `at` the very instant of the call has no time of its own: its repeat is known by the rest.
    Raises TooLate, TotalDiffers, PaysNothing, PaysTooMuch, OtherCurrency, HoldNotFound, ProgramNotFound, and as `spend_units`, `capture_hold` and
    `record_purchase` (ReceiptTaken: same receipt, other content).
    """
    with transaction.atomic():
        lock_accounts(customer=customer)
        first = _standing(customer, branch, sale) if sale.at == at or offers else None
        sale = replace(sale, at=first.at) if first and sale.at == at else sale
        given: list[Given] = []
        if offers and first:
            sale = offers_standing(sale=sale, purchase=first)
        elif offers:
            sale, given = offers_given(customer=customer, branch=branch, sale=sale, offers=offers, actor=actor)
        due = _due(customer, sale, paid) if paid else None
        if offers and not first:
            refuse_other_total(sale=_net_of(sale, due), offers=offers)
        recorded = record_purchase(customer=customer, branch=branch, sale=_net_of(sale, due), at=at, actor=actor)
        if recorded.made:
            refuse_untimely(customer=customer, dated=sale.at, at=at)
            record_uses(given=given, purchase=recorded.purchase)
            if due:
                _pay(customer, due, recorded.purchase, at, actor, offline)
        else:
            _refuse_other(recorded, _net_of(sale, due), due)
        earn_by_purchase(purchase=recorded.purchase, at=at, actor=actor)
        entries = entries_of_sale(sale=recorded.purchase)
        return Sold(purchase=recorded.purchase, entries=entries, worth_minor=_worth_in(entries), made=recorded.made)


def refuse_untimely(*, customer: Customer, dated: datetime, at: datetime) -> None:
    """Raises TooLate when a receipt is older than a program takes that counts for this customer, or lies ahead; ProgramNotFound without any.

    A program counts when the customer takes part in it, or would by buying. Of several the strictest decides: a sale is taken for all of
    them or for none, so that no member is silently left without points of one. Where none counts, all do.
    """
    documents = {version.program_id: document_of(version) for version in programs_in_force(scope=Scope(customer.business_id), at=at)}
    if not documents:
        raise ProgramNotFound
    records = records_of(customer=customer)
    own = set(Membership.objects.filter(customer__in=records, left_at=None).values_list("program", flat=True))
    counting = [one for number, one in documents.items() if number in own or one.joining == "by_purchase"]
    days = min(one.late_days_max for one in counting or documents.values())
    if dated - at > AHEAD_MAX or at - dated > days * DAY + AHEAD_MAX:
        raise TooLate(days)


def entries_of_sale(*, sale: Purchase) -> list[Entry]:
    """What was booked when it was sold: what it cost and what it earned, without what refunds took back since."""
    return with_places(f"WHERE e.purchase_id = %s AND e.kind NOT IN {TAKEN_BACK} ORDER BY e.id", sale.pk)


def _standing(customer: Customer, branch: Branch | None, sale: Sale) -> Purchase | None:
    return purchase_with_receipt(
        business_id=customer.business_id,
        source=sale.source,
        branch_code=branch.code if branch else "",
        receipt=sale.receipt,
        kind=Kind.SALE,
    )


def _due(customer: Customer, sale: Sale, paid: PointsPaid) -> _Due:
    """Work a payment out, by the version of the sale's own time, or by the one that the hold was made with (case 50)."""
    hold = _hold_of(customer, paid.hold) if paid.hold else None
    program = hold.account.program if hold else paid.program
    terms = terms_at(program=program, at=sale.at)
    document = document_of(hold.version) if hold else terms.document
    code = hold.account.unit if hold else paid.unit
    unit = document.unit(code)
    if program is None or unit is None:
        raise UnknownUnit(code)
    units = hold.units if hold and paid.units is None else paid.units or 0
    if not 0 < units <= UNITS_MAX:
        raise BadUnits(_("This takes a whole number of units above zero."))
    if program.currency != sale.currency:
        raise OtherCurrency(program.currency)
    worth = worth_of(unit, units, decimals=digits_of(sale.currency))
    if not worth:
        raise PaysNothing(unit)
    if worth > sale.amount_minor:
        raise PaysTooMuch(Money(worth, sale.currency))
    return _Due(program=program, unit=code, units=units, worth_minor=worth, hold=hold)


def _hold_of(customer: Customer, public_id: str) -> Hold:
    """A hold of this very person, whichever of their records it was made for."""
    hold = hold_with_id(business_id=customer.business_id, public_id=public_id)
    records = records_of(customer=customer)
    if hold is None or hold.account.customer_id not in records:
        raise HoldNotFound
    return hold


def _net_of(sale: Sale, due: _Due | None) -> Sale:
    """The sale as it is paid in money: what the points pay is spread over its lines (P12)."""
    if due is None:
        return sale
    if sale.lines and sum(line.amount_minor for line in sale.lines) != sale.amount_minor:
        # Nothing can be spread over lines that don't add up: recorded as it came, the sale is refused for just that.
        return sale
    shares = shares_paid(due.worth_minor, [line.amount_minor for line in sale.lines])
    lines: Sequence[SaleLine] = [
        replace(line, amount_minor=line.amount_minor - share) for line, share in zip(sale.lines, shares, strict=True)
    ]
    return replace(sale, amount_minor=sale.amount_minor - due.worth_minor, lines=lines)


def _pay(customer: Customer, due: _Due, purchase: Purchase, at: datetime, actor: str, offline: bool) -> None:
    why: dict[str, Any] = {"worth_minor": due.worth_minor, "currency": purchase.currency, "receipt": purchase.receipt}
    if due.hold:
        scope = Scope(customer.business_id)
        capture_hold(scope=scope, public_id=str(due.hold.public_id), at=at, actor=actor, units=due.units, purchase_id=purchase.pk, why=why)
        return
    overdraw = offline and terms_at(program=due.program, at=purchase.at).document.offline_overspend == "debt"
    spent = spend_units(
        program=due.program,
        customer=customer,
        unit=due.unit,
        units=due.units,
        why=why,
        at=at,
        actor=actor,
        key=f"pay:{purchase.pk}",
        purchase_id=purchase.pk,
        overdraw=overdraw,
    )
    if spent.owed:
        open_dispute(program=due.program, purchase=purchase, unit=due.unit, units=spent.owed, at=at, actor=actor)


def _refuse_other(recorded: Recorded, sale: Sale, due: _Due | None) -> None:
    """Raises ReceiptTaken when the receipt stands with other lines, or was paid with other points."""
    stood = [(one.product, one.category, one.quantity_milli, one.amount_minor) for one in recorded.purchase.lines.order_by("position")]
    lines = [(one.product, one.category, one.quantity_milli, one.amount_minor) for one in sale.lines]
    spent: dict[tuple[int, str], int] = {}
    for entry in Entry.objects.filter(purchase=recorded.purchase, kind="redeemed").select_related("account"):
        place = (entry.account.program_id, entry.account.unit)
        spent[place] = spent.get(place, 0) + entry.units
    asked = {(due.program.pk, due.unit): due.units} if due else {}
    if stood != lines or spent != asked:
        raise ReceiptTaken(sale.receipt)


def _worth_in(entries: Sequence[Entry]) -> int:
    """What the points paid; merged records give in several entries of one act, which all say the same."""
    acts = {entry.act: int(entry.why.get("worth_minor", 0)) for entry in entries if entry.kind == "redeemed"}
    return sum(acts.values())
