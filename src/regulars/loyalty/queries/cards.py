"""A member's punch cards: how full they are, by what target, and when they end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, cluster_of
from regulars.loyalty.models import Account, Lot, Program
from regulars.loyalty.queries.ledger import balances_of
from regulars.loyalty.queries.programs import document_of, programs_of, version_at
from regulars.loyalty.rules.cards import Card


@dataclass(frozen=True, kw_only=True)
class CardShown:
    """A card in use or not yet begun: `stamps` of `target`, `owed` ones that the next repay."""

    program: Program
    card: Card
    stamps: int
    target: int
    owed: int
    ends_at: datetime | None


def cards_of(*, customer: Customer, at: datetime) -> list[CardShown]:
    """The cards of every program in force, also those without a stamp; a card in use keeps the target that it was begun with."""
    scope = Scope(customer.business_id)
    programs = [(program, version_at(program=program, at=at)) for program in programs_of(scope=scope)]
    if not any(version and document_of(version).cards for _program, version in programs):
        return []
    stands = {(one.program.pk, one.unit.code): one for one in balances_of(customer=customer, at=at)}
    codes = {card.code for _program, version in programs if version for card in document_of(version).cards}
    targets = _targets(customer, codes, at)
    found = []
    for program, version in programs:
        for card in document_of(version).cards if version else ():
            balance = stands.get((program.pk, card.code))
            found.append(
                CardShown(
                    program=program,
                    card=card,
                    stamps=balance.usable if balance else 0,
                    target=targets.get((program.pk, card.code), card.target),
                    owed=balance.debt if balance else 0,
                    ends_at=balance.ends_next_at if balance else None,
                )
            )
    return found


def _targets(customer: Customer, codes: Collection[str], at: datetime) -> dict[tuple[int, str], int]:
    """By program and card: the target by which the oldest stamp that counts was given."""
    records = cluster_of(scope=Scope(customer.business_id), customer_id=customer.pk) or (customer.pk,)
    accounts = Account.objects.filter(customer__in=records, unit__in=codes)
    lots = Lot.objects.filter(account__in=accounts, left__gt=0).filter(Q(expires_at=None) | Q(expires_at__gt=at))
    found: dict[tuple[int, str], int] = {}
    for lot in lots.select_related("account", "entry__version").order_by("-earned_at", "-pk"):
        card = next((one for one in document_of(lot.entry.version).cards if one.code == lot.account.unit), None)
        if card:
            found[lot.account.program_id, lot.account.unit] = card.target
    return found
