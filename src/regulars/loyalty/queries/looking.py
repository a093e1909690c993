"""What a sale would do at the till, before anybody sells: nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from regulars.business.queries import Branch, Scope
from regulars.customers.queries import Customer, records_of, traits_of
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry
from regulars.loyalty.queries.members import CardShown, MemberShown, ProgramShown
from regulars.loyalty.queries.quoting import ProgramQuote, nearest_stamp, quote_for, stamps_given_on
from regulars.loyalty.rules.cards import Punches, punched, stamps_for
from regulars.loyalty.rules.earning import Standing, points_for
from regulars.loyalty.rules.paying import shares_paid, worth_of
from regulars.loyalty.rules.receipts import Receipt, ReceiptLine, without
from regulars.loyalty.rules.tiers import earning_multiplier
from regulars.loyalty.rules.units import Unit
from regulars.purchases.queries import Sale, SaleLine

TOO_FEW, PAY_NOTHING, PAY_TOO_MUCH, FROZEN = "too_few", "pay_nothing", "pay_too_much", "frozen"


@dataclass(frozen=True, kw_only=True)
class PointsLook:
    """A payment with points: what it pays, and what speaks against it as a code of this module (empty: nothing)."""

    unit: Unit
    units: int
    usable: int
    worth_minor: int
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class StampsLook:
    """How a card would stand afterwards: new stamps, where it comes to lie, how many cards are full."""

    shown: CardShown
    stamps: int
    after: int
    full: int


@dataclass(frozen=True, kw_only=True)
class SaleLook:
    """What would happen: the price, what offers take off (by name), what points pay, what is left to pay, what it earns and stamps."""

    price_minor: int
    offers: tuple[tuple[str, int], ...]
    paid: PointsLook | None
    earned: tuple[tuple[Unit, int], ...]
    stamps: tuple[StampsLook, ...]

    @property
    def total_minor(self) -> int:
        """What it comes to after all offers."""
        return self.price_minor - sum(minor for _name, minor in self.offers)

    @property
    def pay_minor(self) -> int:
        """What is to pay in money."""
        return self.total_minor - (self.paid.worth_minor if self.paid and not self.paid.fault else 0)


def look_at_sale(
    *,
    customer: Customer,
    shown: MemberShown,
    branch: Branch | None,
    sale: Sale,
    at: datetime,
    pays: tuple[str, str, int] | None = None,
) -> SaleLook:
    """Work a sale out by the programs in force. `pays`: program and unit by their codes, and how many smallest units."""
    scope, lines = Scope(customer.business_id), tuple(sale.lines) or (SaleLine(amount_minor=sale.amount_minor),)
    quote = quote_for(scope=scope, customer=customer, lines=lines, currency=sale.currency, channel=sale.source, branch=branch, at=at)
    paid = _paid(shown, pays, sale.currency, quote.total_minor) if pays else None
    worth = paid.worth_minor if paid and not paid.fault else 0
    receipt = _receipt(quote.lines, sale, branch, worth)
    earned: list[tuple[Unit, int]] = []
    stamps: list[StampsLook] = []
    for one in shown.programs:
        if one.program.currency != sale.currency or (not one.joined and one.document.joining != "by_purchase"):
            continue
        standing = _standing(one, customer)
        earned += _earned(one, receipt, standing, at)
        stamps += _stamps(one, customer, receipt, standing, at)
    offers = tuple(one for program in quote.programs for one in _offers(program))
    return SaleLook(price_minor=sale.amount_minor, offers=offers, paid=paid, earned=tuple(earned), stamps=tuple(stamps))


def _offers(one: ProgramQuote) -> list[tuple[str, int]]:
    """What each offer of a program takes off, by its name."""
    names = {offer.code: offer.name for offer in (*one.document.discounts, *one.document.specials)}
    return [(names.get(applied.offer, applied.offer), applied.amount_minor) for applied in one.priced.applied]


def _paid(shown: MemberShown, pays: tuple[str, str, int], currency: str, total_minor: int) -> PointsLook | None:
    code, unit_code, units = pays
    for program in shown.programs:
        for one in program.balances:
            if (program.program.code, one.balance.unit.code) == (code, unit_code):
                unit, usable = one.balance.unit, one.balance.usable
                worth = worth_of(unit, units, decimals=digits_of(currency))
                # In the order in which selling refuses.
                fault = PAY_NOTHING if not worth else PAY_TOO_MUCH if worth > total_minor else ""
                fault = fault or (FROZEN if program.program.frozen_at else TOO_FEW if units > usable else "")
                return PointsLook(unit=unit, units=units, usable=usable, worth_minor=worth, fault=fault)
    return None


def _receipt(paid: Sequence[SaleLine], sale: Sale, branch: Branch | None, worth_minor: int) -> Receipt:
    """What would stand on the receipt: what points pay is spread over the lines (P12)."""
    lines = tuple(
        ReceiptLine(amount_minor=one.amount_minor, product=one.product, category=one.category, quantity_milli=one.quantity_milli)
        for one in paid
    )
    shares: Sequence[int] = shares_paid(worth_minor, [line.amount_minor for line in lines]) if worth_minor else [0] * len(lines)
    net = tuple(replace(line, amount_minor=line.amount_minor - share) for line, share in zip(lines, shares, strict=True))
    return Receipt(lines=net, currency=sale.currency, channel=sale.source, branch=branch.code if branch else "")


def _standing(one: ProgramShown, customer: Customer) -> Standing:
    traits = {name: str(trait.value) for name, trait in traits_of(customer=customer).items()}
    ladder = one.document.ladder
    if ladder is None:
        return Standing(traits=traits)
    tier = one.tier.tier.code if one.tier and one.tier.tier else ""
    return Standing(tiers=frozenset([tier] if tier else []), traits=traits, factor=earning_multiplier(ladder, tier))


def _earned(one: ProgramShown, receipt: Receipt, standing: Standing, at: datetime) -> list[tuple[Unit, int]]:
    document = one.document
    found = points_for(
        without(receipt, document.never_earn),
        document.earning,
        document.units,
        standing,
        at=at,
        zone=document.tzinfo,
        decimals=digits_of(receipt.currency),
    )
    return [(unit, earned.units) for earned in found if (unit := document.unit(earned.unit))]


def _stamps(one: ProgramShown, customer: Customer, receipt: Receipt, standing: Standing, at: datetime) -> list[StampsLook]:
    document, zone = one.document, one.document.tzinfo
    numbers = records_of(customer=customer)
    cards = {shown.card.code: shown for shown in one.cards}
    found = []
    for card in document.cards:
        entries = Entry.objects.filter(account__program=one.program, account__unit=card.code, account__customer__in=numbers)
        given = entries.filter(kind="issued", units__gt=0)
        stamps = stamps_for(
            card,
            without(receipt, document.never_earn),
            holder=standing,
            today_so_far=stamps_given_on(entries=given, at=at, document=document),
            last_stamp_at=nearest_stamp(entries=given, at=at),
            at=at,
            zone=zone,
        )
        shown = cards.get(card.code) or _new_card(one, card.code)
        state, full = punched(Punches(shown.target, min(shown.stamps, shown.target - 1), shown.owed), stamps.count)
        found.append(StampsLook(shown=shown, stamps=stamps.count, after=state.stamps, full=full))
    return found


def _new_card(one: ProgramShown, code: str) -> CardShown:
    card = next(card for card in one.document.cards if card.code == code)
    names = {reward.code: reward.name for reward in one.document.rewards}
    reward = names.get(card.reward.code, card.reward.code)
    return CardShown(card=card, stamps=0, target=card.target, owed=0, ends_at=None, reward=reward)
