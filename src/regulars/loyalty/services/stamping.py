"""Purchases stamp punch cards; full cards are redeemed for their reward, surplus goes on the next (cases 45 to 48, B7).

A card's stamps are a unit of the ledger that bears the card's code: lots, debts and reversals are those of points.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext_noop

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.facts import announce
from regulars.loyalty.events import CardFilled
from regulars.loyalty.models import Entry, Lot
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.quoting import nearest_stamp, stamps_given_on
from regulars.loyalty.queries.receipts import receipt_of
from regulars.loyalty.rules.cards import Card, card_ends, stamps_for
from regulars.loyalty.rules.earning import Standing
from regulars.loyalty.rules.lots import drawn
from regulars.loyalty.rules.receipts import without
from regulars.loyalty.services.booking import BookedAlready, Line, Purse, Terms, open_purse
from regulars.purchases.queries import Purchase


def stamp_cards(*, terms: Terms, customer: Customer, purchase: Purchase, standing: Standing, at: datetime, actor: str) -> list[Entry]:
    """Book what a purchase stamps on each card of the program, zero included and explained, and redeem what is full."""
    found: list[Entry] = []
    for card in sorted(terms.document.cards, key=lambda one: one.code):
        purse = open_purse(terms=terms, customer=customer, unit=card.code, at=at, actor=actor)
        found += _stamped(purse, card, purchase, standing)
    return found


def fill_cards(*, purse: Purse, card: Card, at: datetime, key: str, purchase_id: int | None) -> list[Entry]:
    """Redeem the cards that are full now, by the target that they were begun with."""
    target = _target(purse, card)
    full = purse.usable() // target
    if not full:
        _set_ends(purse, card, at)
        return []
    why = {"card": card.code, "cards": full, "target": target, "reward": card.reward.code, "rewards": full * card.reward.count}
    line = Line(kind="redeemed", other="redeemed", at=at, key=key, purchase_id=None, why=why | {"purchase": purchase_id})
    entries = purse.take(drawn(purse.open_lots(), full * target, purse.at), line)
    _set_ends(purse, card, at)
    customer = purse.own.customer
    fact = CardFilled(
        tenant_id=customer.business_id,
        at=at,
        actor=purse.actor,
        customer_id=customer.pk,
        program_id=purse.terms.version.program_id,
        card=card.code,
        count=full,
        headline=gettext_noop("Filled the card %(card)s"),
        headline_values={"card": card.name},
    )
    announce(fact)
    return entries


def kept_stamps(*, terms: Terms, card: Card, earning: Entry, standing: Standing, kept: object) -> int:
    """The stamps that a purchase would have given had only what is kept been bought."""
    zone = terms.document.tzinfo
    today = int(earning.why.get("today_so_far", 0))
    # The time between stamps was judged when they were given; whoever got some was not too soon.
    return stamps_for(card, kept, holder=standing, today_so_far=today, last_stamp_at=None, at=earning.at, zone=zone).count  # type: ignore[arg-type] # a Receipt


def _stamped(purse: Purse, card: Card, purchase: Purchase, standing: Standing) -> list[Entry]:
    document = purse.terms.document
    zone = document.tzinfo
    given = Entry.objects.filter(account__in=purse.accounts, kind="issued", units__gt=0)
    today = stamps_given_on(entries=given, at=purchase.at, document=document)
    receipt = without(receipt_of(purchase=purchase), document.never_earn)
    stamps = stamps_for(
        card,
        receipt,
        holder=standing,
        today_so_far=today,
        last_stamp_at=nearest_stamp(entries=given, at=purchase.at),
        at=purchase.at,
        zone=zone,
    )
    why = {
        "card": card.code,
        "reasons": [asdict(reason) for reason in stamps.reasons],
        "today_so_far": today,
        "tiers": sorted(standing.tiers),
        "traits": dict(standing.traits),
        "factor": "1",
    }
    line = Line(kind="issued", other="issued", at=purchase.at, key=f"earn:{purchase.pk}", purchase_id=purchase.pk, why=why)
    try:
        entry = purse.give(stamps.count, line, lives=(purchase.at, card_ends(card, purchase.at, purchase.at, zone)))
    except BookedAlready:
        return []
    if not stamps.count:
        return [entry]
    return [entry, *fill_cards(purse=purse, card=card, at=purchase.at, key=f"full:{purchase.pk}", purchase_id=purchase.pk)]


def _target(purse: Purse, card: Card) -> int:
    """A card in use keeps the target that it was begun with."""
    living = [lot for lot in purse.lots.values() if lot.left and (lot.expires_at is None or lot.expires_at > purse.at)]
    oldest = min(living, key=lambda lot: (lot.earned_at, lot.pk), default=None)
    if oldest is None or oldest.entry.version_id == purse.terms.version.pk:
        return card.target
    begun = next((one for one in document_of(oldest.entry.version).cards if one.code == card.code), card)
    return begun.target


def _set_ends(purse: Purse, card: Card, at: datetime) -> None:
    """All stamps of a card end together, by its first or its last one."""
    if card.expiry.kind == "none":
        return
    living = [lot for lot in purse.lots.values() if lot.left and (lot.expires_at is None or lot.expires_at > purse.at)]
    if not living:
        return
    first, last = min(lot.earned_at for lot in living), max(lot.earned_at for lot in living)
    ends = card_ends(card, first, max(last, at), purse.terms.document.tzinfo)
    for lot in living:
        lot.expires_at = ends
    Lot.objects.filter(pk__in=[lot.pk for lot in living]).update(expires_at=ends)
