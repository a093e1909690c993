"""Refunds: what a purchase earned beyond what is kept goes back, cumulatively and by its own version; points paid return (P2, P3, P5)."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import Sum

from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.receipts import receipt_of, returns_of
from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.earning import Standing, points_for
from regulars.loyalty.rules.lots import clawed
from regulars.loyalty.rules.receipts import kept_after, without
from regulars.loyalty.services.booking import Line, Terms, open_purse
from regulars.loyalty.services.earning import earn_by_purchase
from regulars.loyalty.services.offering import return_uses
from regulars.loyalty.services.restoring import restore_part
from regulars.loyalty.services.stamping import kept_stamps, undo_cards
from regulars.purchases.queries import Kind, Purchase


def take_back_by_refund(*, refund: Purchase, at: datetime, actor: str) -> list[Entry]:
    """Book what all refunds of a sale together take back and restore, as far as it wasn't booked yet; again changes nothing.

    Each unit that the sale earned is worked out anew on what is kept, by the version and the standing of that time (case 11).
    """
    sale = refund.original
    if refund.kind != Kind.REFUND or sale is None:
        return []
    found: list[Entry] = []
    with transaction.atomic():
        # Facts may overtake one another: what is taken back was earned first. Imported history earned nothing.
        if sale.batch_id is None:
            earn_by_purchase(purchase=sale, at=at, actor=actor)
        earnings = (
            Entry.objects.filter(purchase=sale, kind="issued", key=f"earn:{sale.pk}")
            .select_related("account__customer", "version")
            .defer("version__document")
        )
        for earning in earnings.order_by("account_id"):
            found += _claw(earning, sale, refund, at, actor)
        spendings = (
            Entry.objects.filter(purchase=sale, kind="redeemed").select_related("account__customer", "version").defer("version__document")
        )
        for spending in spendings.order_by("account_id", "pk"):
            found += restore_part(spending=spending, sale=sale, refund=refund, at=at, actor=actor)
        if sale.amount_minor and not receipt_kept(sale):
            return_uses(sale=sale, at=at)
    return found


def receipt_kept(sale: Purchase) -> int:
    """What of the money is kept."""
    return sale.amount_minor + (Purchase.objects.filter(original=sale, kind=Kind.REFUND).aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def _claw(earning: Entry, sale: Purchase, refund: Purchase, at: datetime, actor: str) -> list[Entry]:
    terms = Terms(version=earning.version, document=document_of(earning.version))
    unit = earning.account.unit
    purse = open_purse(terms=terms, customer=earning.account.customer, unit=unit, at=at, actor=actor)
    # Under the lock: another refund of the same sale may have booked while we waited. In whose account decides nothing: it may have been one
    # person's with this one then, and no longer.
    booked = Entry.objects.filter(account__program=terms.version.program_id, account__unit=unit, purchase=sale)
    before = booked.filter(kind="clawed").aggregate(sum=Sum("units"))["sum"] or 0
    kept = _kept_units(earning, terms, sale)
    owed = earning.units - kept - before
    why = {"earned": earning.units, "kept": kept, "before": before, "refund": refund.pk}
    line = Line(kind="clawed", other="clawed", at=refund.at, key=f"claw:{refund.pk}", purchase_id=sale.pk, why=why)
    if owed < 0 or booked.filter(key=line.key).exists():
        return []
    uses = clawed(purse.open_lots(), owed, at, sale.pk)
    card = _card_of(earning, terms)
    missing = owed - sum(units for _lot, units in uses)
    if card and undo_cards(terms=terms, customer=earning.account.customer, card=card, missing=missing, at=at, actor=actor):
        purse = open_purse(terms=terms, customer=earning.account.customer, unit=unit, at=at, actor=actor)
        uses = clawed(purse.open_lots(), owed, at, sale.pk)
    short = owed - sum(units for _lot, units in uses)
    entries = purse.take(uses, line, owed=short)
    if short and purse.unit.shortfall == "write_off":
        off = Line(kind="written_off", other="written_off", at=refund.at, key=f"off:{refund.pk}", purchase_id=sale.pk, why=why)
        entries.append(purse.note(purse.own, short, off, giver="written_off", getter="member"))
        purse.forgive(purse.own, short)
    return entries


def _kept_units(earning: Entry, terms: Terms, sale: Purchase) -> int:
    """What the sale would have earned had only what is kept been bought."""
    why = earning.why
    standing = Standing(tiers=frozenset(why["tiers"]), traits=why["traits"], factor=Fraction(why["factor"]))
    document = terms.document
    basket = without(kept_after(receipt_of(purchase=sale), returns_of(purchase=sale)), document.never_earn)
    decimals = digits_of(sale.currency)
    units = [unit for unit in document.units if unit.code == earning.account.unit]
    card = _card_of(earning, terms)
    if card:
        return kept_stamps(terms=terms, card=card, earning=earning, standing=standing, kept=basket) if earning.units else 0
    kept = points_for(basket, document.earning, units, standing, at=sale.at, zone=document.tzinfo, decimals=decimals)
    return kept[0].units if kept else 0


def _card_of(earning: Entry, terms: Terms) -> Card | None:
    return next((one for one in terms.document.cards if one.code == earning.account.unit), None)
