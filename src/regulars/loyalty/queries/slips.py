"""What a till prints: what a sale cost and gave, what a refund paid back and took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from regulars.loyalty.models import Entry, OfferUse
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.receipts import receipt_of, returns_of
from regulars.loyalty.rules.receipts import kept_after
from regulars.loyalty.rules.units import Unit
from regulars.purchases.queries import Purchase

TAKEN_BACK = ("clawed", "restored", "renewed", "written_off")


@dataclass(frozen=True, kw_only=True)
class Moved:
    """So many units of one kind of movement on a slip, with the entry that explains them."""

    entry: Entry
    unit: Unit
    units: int

    @property
    def is_stamp(self) -> bool:
        """Stamps of a card, not points."""
        return self.unit.kind == "stamps"


@dataclass(frozen=True, kw_only=True)
class CardFull:
    """Cards that a sale has filled, and what they give."""

    card: str
    cards: int
    reward: str
    rewards: int


@dataclass(frozen=True, kw_only=True)
class SaleSlip:
    """A sale: its price, what offers took off (by name), `worth_minor` that points paid; the purchase's own amount is the money."""

    purchase: Purchase
    offers: tuple[tuple[str, int], ...]
    worth_minor: int
    paid: tuple[Moved, ...]
    earned: tuple[Moved, ...]
    full: tuple[CardFull, ...]

    @property
    def price_minor(self) -> int:
        """What it cost before offers and points."""
        return self.purchase.amount_minor + self.worth_minor + sum(minor for _name, minor in self.offers)


@dataclass(frozen=True, kw_only=True)
class LineLeft:
    """What is still kept of a line of a sale, by its position from 1."""

    position: int
    product: str
    category: str
    quantity_milli: int
    amount_minor: int


def slip_of_sale(*, sale: Purchase) -> SaleSlip:
    """What was booked when it was sold, whatever refunds took back since."""
    rows = (
        Entry.objects.filter(purchase=sale)
        .exclude(kind__in=TAKEN_BACK)
        .order_by("pk")
        .select_related("account__program", "version")
        .defer("version__document")
    )
    entries = list(rows)
    redeemed = [one for one in entries if one.kind == "redeemed"]
    issued = [one for one in entries if one.kind == "issued"]
    acts = {one.act: int(one.why.get("worth_minor", 0)) for one in redeemed}
    return SaleSlip(
        purchase=sale,
        offers=tuple(_offers(sale)),
        worth_minor=sum(acts.values()),
        paid=moved(redeemed),
        earned=moved(issued),
        full=_full_cards(sale, issued),
    )


def moved(entries: Iterable[Entry]) -> tuple[Moved, ...]:
    """Entries summed up by unit and kind; zeros stay, since they explain why nothing came."""
    groups: dict[tuple[int, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.account.program_id, entry.account.unit, entry.kind].append(entry)
    found = []
    for (_program, code, _kind), some in groups.items():
        unit = document_of(some[0].version).unit(code)
        if unit:
            found.append(Moved(entry=some[0], unit=unit, units=sum(one.units for one in some)))
    return tuple(found)


def left_of_sale(*, sale: Purchase) -> list[LineLeft]:
    """The lines of a sale with what refunds have left of them; a sale without lines has none."""
    if not sale.lines.exists():
        return []
    kept = kept_after(receipt_of(purchase=sale), returns_of(purchase=sale)).lines
    return [
        LineLeft(
            position=position,
            product=line.product,
            category=line.category,
            quantity_milli=line.quantity_milli,
            amount_minor=line.amount_minor,
        )
        for position, line in enumerate(kept, start=1)
    ]


def money_left(*, sale: Purchase) -> int:
    """What may still be paid back in money, in minor units."""
    return sale.amount_minor - sum(one.amount_minor for one in returns_of(purchase=sale))


def _offers(sale: Purchase) -> Iterator[tuple[str, int]]:
    for use in OfferUse.objects.filter(purchase=sale).select_related("version").defer("version__document").order_by("pk"):
        document = document_of(use.version)
        names = {offer.code: offer.name for offer in (*document.discounts, *document.specials)}
        yield names.get(use.offer, use.offer), use.amount_minor


def _full_cards(sale: Purchase, issued: Sequence[Entry]) -> tuple[CardFull, ...]:
    """A full card is redeemed in the act that gave its last stamp; merged records give in several entries of one key."""
    acts = [one.act for one in issued]
    rows = (
        Entry.objects.filter(act__in=acts, kind="redeemed", key__startswith=f"full:{sale.pk}:")
        .select_related("account", "version")
        .defer("version__document")
    )
    groups: dict[tuple[int, str], dict[str, Entry]] = defaultdict(dict)
    for entry in rows.order_by("pk"):
        groups[entry.account.program_id, str(entry.why["card"])].setdefault(entry.key, entry)
    return tuple(_full(code, list(cards.values())) for (_program, code), cards in groups.items())


def _full(code: str, cards: Sequence[Entry]) -> CardFull:
    document = document_of(cards[0].version)
    names = {card.code: card.name for card in document.cards}
    rewards = {reward.code: reward.name for reward in document.rewards}
    reward = str(cards[0].why["reward"])
    return CardFull(
        card=names.get(code, code),
        cards=len(cards),
        reward=rewards.get(reward, reward),
        rewards=sum(int(one.why["rewards"]) for one in cards),
    )
