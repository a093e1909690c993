"""Purchases stamp punch cards; full cards are redeemed for their reward, surplus goes on the next (cases 45 to 48, B7).

A card's stamps are a unit of the ledger that bears the card's code: lots, debts and reversals are those of points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, ever_together
from regulars.groundwork.kernel.facts import announce
from regulars.loyalty.events import CardFilled
from regulars.loyalty.models import Account, Entry, Lot, Voucher
from regulars.loyalty.models.vouchers import OPEN
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.quoting import stamps_before
from regulars.loyalty.rules.cards import Card, Stamps, card_ends, stamps_for
from regulars.loyalty.rules.earning import Standing
from regulars.loyalty.rules.lots import drawn
from regulars.loyalty.rules.receipts import Receipt
from regulars.loyalty.services.booking import BookedAlready, Line, Purse, Terms, open_purse
from regulars.loyalty.services.issuing import issue_voucher
from regulars.loyalty.services.restoring import restore_spending
from regulars.loyalty.services.withdrawing import void_voucher
from regulars.purchases.queries import Purchase


def stamp_cards(
    *, purses: Mapping[str, Purse], cards: Sequence[Card], purchase: Purchase, receipt: Receipt, standing: Standing
) -> list[Entry]:
    """Book what a purchase stamps on each card, zero included and explained, and redeem what is full. `purses` has the card's own by its
    code, `receipt` what of the purchase counts."""
    found: list[Entry] = []
    for card in sorted(cards, key=lambda one: one.code):
        found += _stamped(purses[card.code], card, purchase, receipt, standing)
    return found


def fill_cards(*, purse: Purse, card: Card, at: datetime, key: str, purchase_id: int | None) -> list[Entry]:
    """Redeem the cards that are full now, by the target that they were begun with."""
    target = _target(purse, card)
    full = purse.usable() // target
    if not full:
        _set_ends(purse, card, at)
        return []
    why = {"card": card.code, "target": target, "reward": card.reward.code, "rewards": card.reward.count, "purchase": purchase_id}
    entries: list[Entry] = []
    for number in range(1, full + 1):
        # One entry a card, so that a refund can undo one alone (case 46).
        line = Line(kind="redeemed", other="redeemed", at=at, key=f"{key or f'full:{purse.act}'}:{number}", why=why)
        filled = purse.take(drawn(purse.open_lots(), target, purse.at), line)
        entries += filled
        _reward(purse, card, filled[0])
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


def undo_cards(*, terms: Terms, customer: Customer, card: Card, missing: int, at: datetime, actor: str) -> bool:
    """Undo full cards none of whose rewards has been used, the newest first, until so many stamps are back (case 46).

    Their vouchers are withdrawn, their stamps return: those of other records that filled them to these. Gives whether any was undone. The caller
    holds the locks of the member's accounts.
    """
    if missing <= 0:
        return False
    purse = open_purse(terms=terms, customer=customer, unit=card.code, at=at, actor=actor)
    own = {account.pk for account in purse.accounts}
    undone = False
    for entries in _filled(purse):
        if missing <= 0:
            break
        mine = sum(entry.units for entry in entries if entry.account_id in own)
        vouchers = list(Voucher.objects.filter(program_id=terms.version.program_id, key__startswith=f"card:{entries[0].pk}:"))
        if not mine or not vouchers or any(_is_settled(one, at) for one in vouchers):
            continue
        for voucher in vouchers:
            void_voucher(voucher=voucher, reason="card undone by a refund", at=at, actor=actor)
        for entry in entries:
            restore_spending(entry=entry, at=at, actor=actor, why={"card": card.code})
        missing -= mine
        undone = True
    return undone


def _filled(purse: Purse) -> list[list[Entry]]:
    """The full cards that stand, the newest first: of each its entries in the order in which they were written, one for each record that gave
    stamps. A record that was unmerged since is asked, too: a card is undone as a whole."""
    customer = purse.own.customer
    records = ever_together(scope=Scope(customer.business_id), customer_id=customer.pk)
    accounts = Account.objects.filter(program=purse.terms.version.program_id, unit=purse.unit.code, customer__in=records)
    rows = Entry.objects.filter(account__in=accounts, kind="redeemed", reversals__isnull=True).order_by("pk")
    cards: dict[object, list[Entry]] = {}
    for entry in rows.select_related("account__customer", "version").defer("version__document"):
        cards.setdefault((entry.act, entry.key) if entry.key else entry.pk, []).append(entry)
    return list(reversed(cards.values()))


def _is_settled(voucher: Voucher, at: datetime) -> bool:
    """Whether it was used, withdrawn or has ended, be it marked so or not."""
    return voucher.uses_count > 0 or voucher.state not in OPEN or (voucher.ends_at is not None and voucher.ends_at <= at)


def kept_stamps(*, terms: Terms, card: Card, earning: Entry, standing: Standing, kept: object) -> int:
    """The stamps that a purchase would have given had only what is kept been bought."""
    zone = terms.document.tzinfo
    today = int(earning.why.get("today_so_far", 0))
    # The time between stamps was judged when they were given; whoever got some was not too soon.
    return stamps_for(card, kept, holder=standing, today_so_far=today, last_stamp_at=None, at=earning.at, zone=zone).count  # type: ignore[arg-type] # a Receipt


def _reward(purse: Purse, card: Card, entry: Entry) -> None:
    """Give what a full card promises, whatever stock and limits say."""
    for number in range(1, card.reward.count + 1):
        issue_voucher(
            program=purse.terms.version.program,
            customer=purse.own.customer,
            reward=card.reward.code,
            key=f"card:{entry.pk}:{number}",
            cause=f"card:{card.code}",
            at=purse.at,
            actor=purse.actor,
        )


def _stamped(purse: Purse, card: Card, purchase: Purchase, receipt: Receipt, standing: Standing) -> list[Entry]:
    document = purse.terms.document
    zone = document.tzinfo
    given = Entry.objects.filter(account__in=purse.accounts, kind="issued", units__gt=0)
    today, nearest = stamps_before(card=card, entries=given, at=purchase.at, document=document)
    stamps = stamps_for(
        card,
        receipt,
        holder=standing,
        today_so_far=today,
        last_stamp_at=nearest,
        at=purchase.at,
        zone=zone,
    )
    why = why_stamps(card, stamps, standing, today)
    line = Line(kind="issued", other="issued", at=purchase.at, key=f"earn:{purchase.pk}", purchase_id=purchase.pk, why=why)
    try:
        entry = purse.give(stamps.count, line, lives=(purchase.at, card_ends(card, purchase.at, purchase.at, zone)))
    except BookedAlready:
        return []
    if not stamps.count:
        return [entry]
    return [entry, *fill_cards(purse=purse, card=card, at=purchase.at, key=f"full:{purchase.pk}", purchase_id=purchase.pk)]


def why_stamps(card: Card, stamps: Stamps, standing: Standing, today: int) -> dict[str, Any]:
    """Why a purchase gave so many stamps, as its entry keeps it."""
    return {
        "card": card.code,
        "reasons": [asdict(reason) for reason in stamps.reasons],
        "today_so_far": today,
        "tiers": sorted(standing.tiers),
        "traits": {name: value for name, value in standing.traits.items() if name in card.where.traits},
        "factor": "1",
    }


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
