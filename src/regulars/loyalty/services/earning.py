"""Purchases earn: once for each purchase and unit, by the version in force at the time of the purchase."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry, Membership, Program, ProgramVersion
from regulars.loyalty.queries.programs import document_of, programs_in_force, version_at
from regulars.loyalty.queries.quoting import standing_now
from regulars.loyalty.queries.receipts import receipt_of
from regulars.loyalty.rules.earning import Earned, points_for
from regulars.loyalty.rules.receipts import without
from regulars.loyalty.services.booking import BookedAlready, Line, Purse, Terms, open_purses
from regulars.loyalty.services.lifetimes import keep_alive
from regulars.loyalty.services.programs import join_program
from regulars.loyalty.services.stamping import stamp_cards
from regulars.loyalty.services.tiers import advance_tier, hold_reviews
from regulars.purchases.queries import Kind, Purchase

EARNED = """SELECT 1 FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id
WHERE e.purchase_id = %s AND e."key" = %s AND a.program_id = %s LIMIT 1"""


def earn_by_purchase(*, purchase: Purchase, at: datetime, actor: str) -> list[Entry]:
    """Book what a sale earns in every program of the business; again changes nothing (case 12)."""
    made: list[Entry] = []
    if purchase.kind != Kind.SALE:
        return made
    for version in programs_in_force(scope=Scope(purchase.business_id), at=purchase.at):
        made += _earn(version, purchase, at, actor)
    return made


def earn_in(*, program: Program, purchase: Purchase, at: datetime, actor: str) -> list[Entry]:
    """Book what a sale earns in one program, zero included and explained; again changes nothing.

    It earns by the version in force when it was bought, whenever it was handed in (case 26).
    """
    version = version_at(program=program, at=purchase.at)
    return _earn(version, purchase, at, actor) if version else []


def _earn(version: ProgramVersion, purchase: Purchase, at: datetime, actor: str) -> list[Entry]:
    terms = Terms(version=version, document=document_of(version))
    document = terms.document
    if purchase.currency != version.program.currency:
        return []
    with transaction.atomic(savepoint=False):
        customer = purchase.customer
        if document.joining == "by_purchase":
            join_program(program=version.program, customer=customer, at=purchase.at, actor=actor)
        elif not Membership.objects.filter(
            program=version.program, customer=customer, joined_at__lte=purchase.at, left_at__isnull=True
        ).exists():
            return []
        # Reviews that have fallen due first: an order earns at the tier held before it (case 43).
        hold_reviews(terms=terms, customer=customer, at=purchase.at, actor=actor)
        standing = standing_now(program=version.program, document=document, customer=customer)
        receipt = without(receipt_of(purchase=purchase), document.never_earn)
        zone, decimals = document.tzinfo, digits_of(purchase.currency)
        earned = points_for(receipt, document.earning, document.units, standing, at=purchase.at, zone=zone, decimals=decimals)
        codes = [one.unit for one in earned] + [card.code for card in document.cards]
        if not codes:
            return []
        opened = open_purses(terms=terms, customers=[customer], units=codes, at=at, actor=actor)
        # Under the locks: what stands may lie in another record's account than the one that would get it now, merged or unmerged since.
        if fetch_prepared(EARNED, purchase.pk, f"earn:{purchase.pk}", version.program_id):
            return []
        purses = {purse.unit.code: purse for purse in opened}
        made = [entry for one in earned for entry in _booked(purses[one.unit], purchase, one)]
        made += stamp_cards(purses=purses, cards=document.cards, purchase=purchase, receipt=receipt, standing=standing)
        # What comes in late may lift a member then, or only together with what came since.
        advance_tier(terms=terms, customer=customer, at=at, first_at=purchase.at, actor=actor)
        return made


def _booked(purse: Purse, purchase: Purchase, earned: Earned) -> list[Entry]:
    line = Line(kind="issued", other="issued", at=purchase.at, key=f"earn:{purchase.pk}", purchase_id=purchase.pk, why=earned.why)
    try:
        entry = purse.give(earned.units, line)
    except BookedAlready:
        return []
    keep_alive(purse, by=purchase.at)
    return [entry]
