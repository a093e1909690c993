"""What was spent comes back: to the lots that it came from, with the ends that they had (P5)."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Sum

from regulars.loyalty.models import Entry, LotUse
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.rules.calendars import DAY
from regulars.loyalty.rules.lots import given_back
from regulars.loyalty.rules.units import lot_ends
from regulars.loyalty.services.booking import BookedAlready, Line, Purse, Terms, load_lots, open_purse
from regulars.purchases.queries import Kind, Purchase


def restore_spending(*, entry: Entry, at: datetime, actor: str, why: dict[str, Any]) -> list[Entry]:
    """Give back all of a spending that was not given back yet: the sale was cancelled (case 33). Again changes nothing."""
    with transaction.atomic():
        return _restore(entry, entry.units, f"restore:{entry.pk}:all", entry.purchase_id, why, at, actor)


def restore_part(*, spending: Entry, sale: Purchase, refund: Purchase, at: datetime, actor: str) -> list[Entry]:
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
    units -= _forgiven(purse, spending, entry, units, before)
    used = _still_used(spending)
    load_lots(purse, [lot for lot, _units in used])
    ended = []
    for number, part in given_back(used, units):
        lot = purse.lots[number]
        purse.hand_back(lot, part, entry, account)
        if lot.expires_at is not None and lot.expires_at <= at:
            ended.append((number, part))
    return [entry, *(_renewed(purse, ended, spending, at) if ended else [])]


def _forgiven(purse: Purse, spending: Entry, entry: Entry, units: int, before: int) -> int:
    """Of a spending that was partly owed the owed part comes back first: as a smaller debt, or as a lot where earnings have repaid it since."""
    drawn = LotUse.objects.filter(entry=spending).aggregate(sum=Sum("units"))["sum"] or 0
    back = LotUse.objects.filter(entry__reverses=spending, units__lt=0).aggregate(sum=Sum("units"))["sum"] or 0
    part = min(units, spending.units - drawn - (before + back))
    if part <= 0:
        return 0
    account = next(one for one in purse.accounts if one.pk == spending.account_id)
    debt = min(account.debt, part)
    if debt:
        purse.forgive(account, debt)
    if part > debt:
        zone = purse.terms.document.tzinfo
        purse.lodge(entry, part - debt, active_at=purse.at, ends_at=lot_ends(purse.unit, purse.at, zone))
    return part


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
