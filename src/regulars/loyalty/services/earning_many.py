"""Many purchases earn at once: those of members about whom nothing is special, in a handful of statements for a thousand of them.

Special is who has not joined, was merged, owes or has reserved units, gets a stamp, has a tier's review due or may rise; a purchase of an earlier version, and a
program whose earning asks for traits or whose points live by activity or end with a notice. All these go the long way, one by one, by the same rules. Who buys twice among those
given goes it too: each purchase earns at the tier that the one before left.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import batched
from typing import Any

from django.db import IntegrityError, transaction

from regulars.business.queries import Scope
from regulars.customers.queries import merged_among
from regulars.groundwork.kernel.bulk.changing import change_rows
from regulars.groundwork.kernel.bulk.copying import copy_rows, next_ids
from regulars.groundwork.kernel.bulk.instances import among, objects
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Account, Entry, Lot, ProgramVersion, TierStanding
from regulars.loyalty.queries.programs import document_of, programs_in_force
from regulars.loyalty.queries.receipts import receipt_of
from regulars.loyalty.rules.calendars import local_day
from regulars.loyalty.rules.cards import stamps_for
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.earning import Earned, Standing, points_for
from regulars.loyalty.rules.receipts import without
from regulars.loyalty.rules.tiers import NO_TIER, earning_multiplier
from regulars.loyalty.rules.units import active_from, lot_ends
from regulars.loyalty.services.booking import lock_rows
from regulars.loyalty.services.earning import earn_in
from regulars.loyalty.services.expiring import ENTRY_COLUMNS
from regulars.loyalty.services.stamping import why_stamps
from regulars.purchases.queries import Purchase, sales_numbered

TOGETHER = 1_000
LOT_COLUMNS = ("account_id", "entry_id", "quantity", "left", "held", "priority", "earned_at", "active_at", "expires_at")


@dataclass(frozen=True)
class _Books:
    """What is known of the buyers among whom one program's earning is worked out: their accounts, locked, and their standings."""

    version: ProgramVersion
    document: Document
    accounts: dict[tuple[int, str], Account]
    standings: dict[int, TierStanding]
    at: datetime
    actor: str


def earn_by_purchases(*, scope: Scope, numbers: Sequence[int], at: datetime, actor: str) -> int:
    """Book what sales (by their ids) earn in every program, as `earn_by_purchase` would; again changes nothing. Gives how many entries were made."""
    made = 0
    for some in batched(numbers, TOGETHER):
        sales = sales_numbered(scope=scope, numbers=some)
        for version in programs_in_force(scope=scope, at=at):
            made += _earned(version, [sale for sale in sales if sale.currency == version.program.currency], at, actor)
    return made


def _earned(version: ProgramVersion, sales: Sequence[Purchase], at: datetime, actor: str) -> int:
    document = document_of(version)
    codes = [*dict.fromkeys(sorted(rule.unit for rule in document.earning)), *sorted(card.code for card in document.cards)]
    done = _booked_before(sales, len(codes))
    sales = [sale for sale in sales if sale.pk not in done]
    plain = _plain(version, document, sales, at)
    singly = [sale for sale in sales if sale.pk not in plain]
    made = 0
    if plain:
        try:
            with transaction.atomic():
                count, special = _book([sale for sale in sales if sale.pk in plain], version, document, codes, at, actor)
            made, singly = count, singly + special
        except IntegrityError:
            # Another till has booked one of them meanwhile: one by one, each is looked at again.
            singly = list(sales)
    for sale in sorted(singly, key=lambda one: (one.at, one.pk)):
        made += len(earn_in(program=version.program, purchase=sale, at=at, actor=actor))
    return made


def _booked_before(sales: Sequence[Purchase], entries: int) -> set[int]:
    """The sales of which everything stands already."""
    if not sales:
        return set()
    condition, values = among([sale.pk for sale in sales])
    rows = fetch_prepared(f"SELECT e.purchase_id, e.key FROM loyalty_entry e WHERE e.purchase_id {condition}", *values)  # noqa: S608 — no word from outside
    counts = Counter(number for number, key in rows if key == f"earn:{number}")
    return {number for number, count in counts.items() if count >= entries}


def _plain(version: ProgramVersion, document: Document, sales: Sequence[Purchase], at: datetime) -> set[int]:
    """The sales that may go together, as far as is known without a lock."""
    asked = any(rule.where.traits for rule in document.earning) or any(card.where.traits or card.minutes_between for card in document.cards)
    if not sales or asked or any(unit.expiry.kind == "activity" or unit.expiry.notice for unit in document.units):
        return set()
    ladder = document.ladder
    unit = document.unit(ladder.currency) if ladder else None
    if unit is not None and unit.expiry.kind != "none":
        return set()  # what counts for a tier may have ended in the books: its history is asked
    buyers = Counter(sale.customer_id for sale in sales)
    condition, values = among(sorted(buyers))
    look = f"SELECT m.customer_id FROM loyalty_membership m WHERE m.customer_id {condition} AND m.program_id = %s AND m.left_at IS NULL"  # noqa: S608 — as above
    members = {row[0] for row in fetch_prepared(look, *values, version.program_id)}
    members -= merged_among(customer_ids=buyers.keys())
    begun = version.effective_at
    return {sale.pk for sale in sales if sale.customer_id in members and buyers[sale.customer_id] == 1 and begun <= sale.at <= at}


def _book(
    sales: Sequence[Purchase], version: ProgramVersion, document: Document, codes: Sequence[str], at: datetime, actor: str
) -> tuple[int, list[Purchase]]:
    """Write entries and lots of these sales together; gives how many entries, and the sales that turned out to be special."""
    buyers = [sale.customer_id for sale in sales]
    books = _Books(version, document, _locked(version, buyers, codes), _standings(version, buyers), at, actor)
    entries: list[tuple[Purchase, Earned]] = []
    special = []
    for sale in sales:
        earned = _plainly_earned(books, sale)
        if earned is None:
            special.append(sale)
        else:
            entries += [(sale, one) for one in earned]
    numbers = next_ids(table=Entry._meta.db_table, count=len(entries))
    rows = list(zip(numbers, entries, strict=True))
    copy_rows(table=Entry._meta.db_table, columns=ENTRY_COLUMNS, rows=_entry_rows(books, rows))
    copy_rows(table=Lot._meta.db_table, columns=LOT_COLUMNS, rows=list(_lot_rows(books, rows)))
    moved = [books.accounts[sale.customer_id, one.unit] for sale, one in entries]
    change_rows(
        model=Account,
        names=("balance", "entries_count", "moved_at"),
        rows=[(account.balance, account.entries_count, at, account.pk) for account in moved],
    )
    return len(entries), special


def _locked(version: ProgramVersion, buyers: Sequence[int], codes: Sequence[str]) -> dict[tuple[int, str], Account]:
    """The accounts of the buyers, locked in the order of their ids, made where there are none."""
    whose, numbers = among(sorted(buyers))
    which, units = among(list(codes))
    rest = f"FROM loyalty_account t WHERE t.program_id = %s AND t.customer_id {whose} AND t.unit {which} ORDER BY t.id{lock_rows()}"
    found: dict[tuple[int, str], Account] = {}
    for _attempt in range(2):
        found = {(one.customer_id, one.unit): one for one in objects(Account, rest, version.program_id, *numbers, *units)}
        missing = [(buyer, code) for buyer in sorted(buyers) for code in codes if (buyer, code) not in found]
        if not missing:
            break
        fresh = [Account(program_id=version.program_id, customer_id=buyer, unit=code) for buyer, code in missing]
        Account.objects.bulk_create(fresh, ignore_conflicts=True)
    return found


def _standings(version: ProgramVersion, buyers: Sequence[int]) -> dict[int, TierStanding]:
    whose, numbers = among(sorted(buyers))
    rest = f"FROM loyalty_tierstanding t WHERE t.program_id = %s AND t.customer_id {whose} ORDER BY t.id"
    return {one.customer_id: one for one in objects(TierStanding, rest, version.program_id, *numbers)}


def _plainly_earned(books: _Books, sale: Purchase) -> list[Earned] | None:
    """What a sale earns and that it stamps nothing; None when something about it is special."""
    document, ladder, row = books.document, books.document.ladder, books.standings.get(sale.customer_id)
    if ladder and (row is None or (row.review_ends_at and row.review_ends_at <= books.at)):
        return None
    tier = row.tier if ladder and row else NO_TIER
    factor = earning_multiplier(ladder, tier) if ladder else Fraction(1)
    standing = Standing(tiers=frozenset([tier] if tier else []), factor=factor)
    receipt = without(receipt_of(purchase=sale), document.never_earn)
    zone = document.tzinfo
    earned = points_for(receipt, document.earning, document.units, standing, at=sale.at, zone=zone, decimals=digits_of(sale.currency))
    for card in sorted(document.cards, key=lambda one: one.code):
        stamps = stamps_for(card, receipt, holder=standing, today_so_far=0, last_stamp_at=None, at=sale.at, zone=zone)
        if stamps.count:
            return None
        earned.append(Earned(unit=card.code, units=0, why=why_stamps(card, stamps, standing, 0)))
    if any((account := books.accounts[sale.customer_id, one.unit]).debt or account.held for one in earned):
        return None
    return None if ladder and _may_rise(books, sale, earned, tier) else earned


def _may_rise(books: _Books, sale: Purchase, earned: Sequence[Earned], tier: str) -> bool:
    """Whether all that ever counted for tiers could reach the next one."""
    ladder = books.document.ladder
    assert ladder is not None
    unit = books.document.unit(ladder.currency)
    account = books.accounts.get((sale.customer_id, ladder.currency))
    codes = [one.code for one in ladder.tiers]
    place = codes.index(tier) + 1 if tier in codes else 0
    if unit is None or account is None or place >= len(codes):
        return unit is None or account is None
    units: int = account.balance + sum(one.units for one in earned if one.unit == ladder.currency)
    needed: int = ladder.tiers[place].from_units * 10**unit.scale
    return units >= needed


def _entry_rows(books: _Books, rows: Sequence[tuple[int, tuple[Purchase, Earned]]]) -> list[tuple[Any, ...]]:
    """The rows of entries in the order of ENTRY_COLUMNS; the figures of the accounts follow them."""
    today = local_day(books.at, books.document.tzinfo)
    written = []
    for number, (sale, one) in rows:
        account = books.accounts[sale.customer_id, one.unit]
        account.entries_count += 1
        account.balance += one.units
        head = (number, account.pk, account.entries_count, new_id(), "issued", "issued", "member", one.units, sale.at, books.at, today)
        written.append((*head, books.version.pk, sale.pk, None, f"earn:{sale.pk}", json.dumps(one.why), books.actor))
    return written


def _lot_rows(books: _Books, rows: Sequence[tuple[int, tuple[Purchase, Earned]]]) -> Iterator[tuple[Any, ...]]:
    zone = books.document.tzinfo
    for number, (sale, one) in rows:
        if one.units:
            unit = books.document.unit(one.unit)
            assert unit is not None
            account = books.accounts[sale.customer_id, one.unit]
            ends = lot_ends(unit, sale.at, zone)
            yield (account.pk, number, one.units, one.units, 0, 0, sale.at, active_from(unit, sale.at), ends)
