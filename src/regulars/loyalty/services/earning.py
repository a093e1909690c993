"""Purchases earn: once for each purchase and unit, by the version in force at the time of the purchase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry, Membership, Program
from regulars.loyalty.queries.programs import document_of, programs_of, version_at
from regulars.loyalty.queries.quoting import standing_now
from regulars.loyalty.queries.receipts import receipt_of
from regulars.loyalty.rules.earning import Earned, Standing, points_for
from regulars.loyalty.rules.receipts import without
from regulars.loyalty.services.booking import BookedAlready, Line, Terms, open_purse
from regulars.loyalty.services.lifetimes import keep_alive
from regulars.loyalty.services.programs import join_program
from regulars.loyalty.services.stamping import stamp_cards
from regulars.loyalty.services.tiers import advance_tier, hold_reviews
from regulars.purchases.queries import Kind, Purchase


def earn_by_purchase(*, purchase: Purchase, at: datetime, actor: str) -> list[Entry]:
    """Book what a sale earns in every program of the business; again changes nothing (case 12)."""
    made: list[Entry] = []
    if purchase.kind != Kind.SALE:
        return made
    for program in programs_of(scope=Scope(purchase.business_id)):
        made += earn_in(program=program, purchase=purchase, at=at, actor=actor)
    return made


def earn_in(*, program: Program, purchase: Purchase, at: datetime, actor: str) -> list[Entry]:
    """Book what a sale earns in one program, zero included and explained; again changes nothing.

    It earns by the version in force when it was bought, whenever it was handed in (case 26).
    """
    version = version_at(program=program, at=purchase.at)
    if version is None or purchase.currency != program.currency:
        return []
    terms = Terms(version=version, document=document_of(version))
    with transaction.atomic():
        customer = purchase.customer
        if terms.document.joining == "by_purchase":
            join_program(program=program, customer=customer, at=purchase.at, actor=actor)
        elif not Membership.objects.filter(program=program, customer=customer, joined_at__lte=purchase.at, left_at__isnull=True).exists():
            return []
        # Reviews that have fallen due first: an order earns at the tier held before it (case 43).
        hold_reviews(terms=terms, customer=customer, at=purchase.at, actor=actor)
        standing = standing_now(program=program, document=terms.document, customer=customer)
        earned = earned_by(terms=terms, purchase=purchase, standing=standing)
        made = [entry for one in earned for entry in _booked(terms, customer, purchase, one, at, actor)]
        made += stamp_cards(terms=terms, customer=customer, purchase=purchase, standing=standing, at=at, actor=actor)
        # What comes in late may lift a member then, or only together with what came since.
        for instant in sorted({purchase.at, at}):
            advance_tier(terms=terms, customer=customer, at=instant, actor=actor)
        return made


def earned_by(*, terms: Terms, purchase: Purchase, standing: Standing) -> Sequence[Earned]:
    """What a purchase earns under these terms."""
    document = terms.document
    basket = without(receipt_of(purchase=purchase), document.never_earn)
    decimals = digits_of(purchase.currency)
    return points_for(basket, document.earning, document.units, standing, at=purchase.at, zone=document.tzinfo, decimals=decimals)


def _booked(terms: Terms, customer: Customer, purchase: Purchase, earned: Earned, at: datetime, actor: str) -> list[Entry]:
    purse = open_purse(terms=terms, customer=customer, unit=earned.unit, at=at, actor=actor)
    line = Line(kind="issued", other="issued", at=purchase.at, key=f"earn:{purchase.pk}", purchase_id=purchase.pk, why=earned.why)
    try:
        entry = purse.give(earned.units, line)
    except BookedAlready:
        return []
    keep_alive(purse, by=purchase.at)
    return [entry]
