"""Refunds: what a purchase earned beyond what is kept goes back, cumulatively and by its own version; points paid return (P2, P3, P5)."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Sum

from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry, LotUse
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.receipts import receipt_of, returns_of
from regulars.loyalty.rules.calendars import DAY
from regulars.loyalty.rules.earning import Standing, points_for
from regulars.loyalty.rules.lots import clawed, given_back
from regulars.loyalty.rules.receipts import kept_after, without
from regulars.loyalty.services.booking import BookedAlready, Line, Purse, Terms, load_lots, open_purse
from regulars.loyalty.services.earning import earn_by_purchase
from regulars.loyalty.services.offering import return_uses
from regulars.loyalty.services.stamping import kept_stamps
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
        earnings = Entry.objects.filter(purchase=sale, kind="issued", key=f"earn:{sale.pk}").select_related("account__customer", "version")
        for earning in earnings.order_by("account_id"):
            found += _claw(earning, sale, refund, at, actor)
        spendings = Entry.objects.filter(purchase=sale, kind="redeemed").select_related("account__customer", "version")
        for spending in spendings.order_by("account_id", "pk"):
            found += _restore_part(spending, sale, refund, at, actor)
        if sale.amount_minor and not receipt_kept(sale):
            return_uses(sale=sale, at=at)
    return found


def receipt_kept(sale: Purchase) -> int:
    """What of the money is kept."""
    return sale.amount_minor + (Purchase.objects.filter(original=sale, kind=Kind.REFUND).aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def restore_spending(*, entry: Entry, at: datetime, actor: str, why: dict[str, Any]) -> list[Entry]:
    """Give back all of a spending that was not given back yet: the sale was cancelled (case 33). Again changes nothing."""
    with transaction.atomic():
        return _restore(entry, entry.units, f"restore:{entry.pk}:all", entry.purchase_id, why, at, actor)


def _claw(earning: Entry, sale: Purchase, refund: Purchase, at: datetime, actor: str) -> list[Entry]:
    terms = Terms(version=earning.version, document=document_of(earning.version))
    unit = earning.account.unit
    purse = open_purse(terms=terms, customer=earning.account.customer, unit=unit, at=at, actor=actor)
    # Under the lock: another refund of the same sale may have booked while we waited.
    before = Entry.objects.filter(account__in=purse.accounts, purchase=sale, kind="clawed").aggregate(sum=Sum("units"))["sum"] or 0
    kept = _kept_units(earning, terms, sale)
    owed = earning.units - kept - before
    why = {"earned": earning.units, "kept": kept, "before": before, "refund": refund.pk}
    line = Line(kind="clawed", other="clawed", at=refund.at, key=f"claw:{refund.pk}", purchase_id=sale.pk, why=why)
    if owed < 0 or Entry.objects.filter(account__in=purse.accounts, key=line.key).exists():
        return []
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
    card = next((one for one in document.cards if one.code == earning.account.unit), None)
    if card:
        return kept_stamps(terms=terms, card=card, earning=earning, standing=standing, kept=basket) if earning.units else 0
    kept = points_for(basket, document.earning, units, standing, at=sale.at, zone=document.tzinfo, decimals=decimals)
    return kept[0].units if kept else 0


def _restore_part(spending: Entry, sale: Purchase, refund: Purchase, at: datetime, actor: str) -> list[Entry]:
    """Points paid return with the money, in proportion to all refunds of the sale together (case 7)."""
    if sale.amount_minor <= 0:
        return []
    back = -sum(one.amount_minor for one in Purchase.objects.filter(original=sale, kind=Kind.REFUND))
    target = int(Fraction(spending.units * back, sale.amount_minor))
    why = {"refund": refund.pk, "spent": spending.units}
    return _restore(spending, target, f"restore:{spending.pk}:{refund.pk}", sale.pk, why, at, actor)


def _restore(spending: Entry, target: int, key: str, purchase_id: int | None, why: dict[str, Any], at: datetime, actor: str) -> list[Entry]:
    """Bring what was given back of a spending up to `target` units."""
    terms = Terms(version=spending.version, document=document_of(spending.version))
    purse = open_purse(terms=terms, customer=spending.account.customer, unit=spending.account.unit, at=at, actor=actor)
    before = Entry.objects.filter(reverses=spending).aggregate(sum=Sum("units"))["sum"] or 0
    units = target - before
    if units <= 0:
        return []
    account = next(one for one in purse.accounts if one.pk == spending.account_id)
    line = Line(kind="restored", other="redeemed", at=at, key=key, purchase_id=purchase_id, reverses_id=spending.pk, why=why)
    try:
        entry = purse.note(account, units, line, giver="redeemed", getter="member")
    except BookedAlready:
        return []
    used = _still_used(spending)
    load_lots(purse, [lot for lot, _units in used])
    ended = []
    for number, part in given_back(used, units):
        lot = purse.lots[number]
        purse.hand_back(lot, part, entry, account)
        if lot.expires_at is not None and lot.expires_at <= at:
            ended.append((number, part))
    return [entry, *(_renewed(purse, ended, spending, at) if ended else [])]


def _renewed(purse: Purse, ended: list[tuple[int, int]], spending: Entry, at: datetime) -> list[Entry]:
    """What returned to lots that have ended moves to a lot of its own, with days of grace (P5)."""
    line = Line(
        kind="renewed", other="renewed", at=at, purchase_id=spending.purchase_id, why={"grace_days": purse.terms.document.grace_days}
    )
    entries = purse.take(ended, line)
    ends = at + purse.terms.document.grace_days * DAY
    return [*entries, purse.give(sum(units for _lot, units in ended), line, lives=(at, ends))]


def _still_used(spending: Entry) -> list[tuple[int, int]]:
    """What a spending took from each lot, less what was handed back since."""
    back: dict[int, int] = {}
    for lot, units in LotUse.objects.filter(entry__reverses=spending).values_list("lot_id", "units"):
        back[lot] = back.get(lot, 0) - units
    used = LotUse.objects.filter(entry=spending).order_by("pk").values_list("lot_id", "units")
    return [(lot, units - back.get(lot, 0)) for lot, units in used if units > back.get(lot, 0)]
