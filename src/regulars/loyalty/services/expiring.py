"""Lots end: their rest is booked as expired, dated at the lot's own end however late the job comes (P6, case 24).

Most accounts have nothing reserved: theirs are booked a thousand at a time, in a handful of statements. Where something is reserved, holds may have ended as well:
those go one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import F

from regulars.groundwork.kernel.bulk.changing import change_rows
from regulars.groundwork.kernel.bulk.copying import copy_rows, next_ids
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.instances import among, objects
from regulars.groundwork.kernel.ids import new_id
from regulars.loyalty.models import Account, Entry, Hold, Lot, LotUse, Program, ProgramVersion
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.rules.calendars import local_day
from regulars.loyalty.services.booking import Line, Terms, let_go, lock_rows, open_purse

ACTOR = "system:loyalty"
AT_ONCE = 20_000
BY_SETS = 1_000
ENTRY_COLUMNS = (
    "id", "account_id", "seq", "act", "kind", "giver", "getter", "units", "at", "booked_at", "booked_on", "version_id", "purchase_id", "reverses_id",
    "key", "why", "actor",
)  # fmt: skip


def expire_lots(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Book the end of lots that have ended, for up to `limit` accounts, and settle their ended holds. Gives how many accounts had some.

    Twice equals once; what a hold that still stands reserves lives until the hold has ended (P7).
    """
    ended = (
        Lot.objects.filter(left__gt=F("held"), expires_at__lte=at)
        .filter(left__gt=0)
        .order_by("expires_at")
        .values_list("account_id", flat=True)[:limit]
    )
    lapsed = Hold.objects.filter(state="held", ends_at__lte=at).order_by("ends_at").values_list("account_id", flat=True)[:limit]
    singly = set(lapsed)
    plain = sorted(set(ended) - singly)
    for some in batched(plain, BY_SETS):
        singly |= _expire_many(some, at)
    for number in sorted(singly):
        _expire(number, at)
    return len(plain) + len(singly.difference(plain))


def _expire_many(numbers: Sequence[int], at: datetime) -> set[int]:
    """Book the ends of accounts of which nothing is reserved; gives the others."""
    condition, values = among(list(numbers))
    with transaction.atomic():
        accounts = {
            one.pk: one for one in objects(Account, f"FROM loyalty_account t WHERE t.id {condition} ORDER BY t.id{lock_rows()}", *values)
        }
        reserved = {one.pk for one in accounts.values() if one.held}
        ends = [(lot, accounts[lot.account_id]) for lot in _ended(sorted(set(accounts) - reserved), at)]
        versions = _versions({account.program_id for _lot, account in ends}, at)
        entries, uses = [], []
        for number, (lot, account) in zip(next_ids(table=Entry._meta.db_table, count=len(ends)), ends, strict=True):
            free = lot.left - lot.held
            account.entries_count += 1
            account.balance -= free
            entries.append((number, *_ending(account, lot, free, versions[account.program_id], at)))
            uses.append((number, lot.pk, free))
        copy_rows(table=Entry._meta.db_table, columns=ENTRY_COLUMNS, rows=entries)
        copy_rows(table=LotUse._meta.db_table, columns=("entry_id", "lot_id", "units"), rows=uses)
        Lot.objects.filter(pk__in=[lot.pk for lot, _account in ends]).update(left=F("held"))
        moved = {account.pk: account for _lot, account in ends}
        rows = [(one.balance, one.entries_count, at, one.pk) for one in moved.values()]
        change_rows(model=Account, names=("balance", "entries_count", "moved_at"), rows=rows)
    return reserved


def _ended(numbers: Sequence[int], at: datetime) -> list[Lot]:
    """The lots of these accounts that have ended, in order."""
    if not numbers:
        return []
    condition, values = among(numbers)
    # Of the few that an account has open, found by the index of open ones: the condition above zero is what that index is made for.
    rest = f'FROM loyalty_lot t WHERE t.account_id {condition} AND t."left" > 0 AND t."left" > t.held AND t.expires_at <= %s'
    return sorted(objects(Lot, rest, *values, instant_value(at)), key=lambda lot: (lot.account_id, lot.pk))


def _ending(account: Account, lot: Lot, free: int, version: ProgramVersion, at: datetime) -> tuple[Any, ...]:
    """The row of an entry, after its id, in the order of ENTRY_COLUMNS."""
    day = local_day(at, document_of(version).tzinfo)
    key, why = f"end:{lot.pk}:{lot.left}", json.dumps({"lot": lot.pk})
    tail = (lot.expires_at, at, day, version.pk, None, None, key, why, ACTOR)
    return (account.pk, account.entries_count, new_id(), "expired", "member", "expired", free, *tail)


def _versions(numbers: set[int], at: datetime) -> dict[int, ProgramVersion]:
    found = {}
    for program in Program.objects.filter(pk__in=numbers):
        version = version_at(program=program, at=at)
        assert version is not None
        found[program.pk] = version
    return found


def _expire(number: int, at: datetime) -> None:
    with transaction.atomic():
        account = Account.objects.select_related("customer", "program").get(pk=number)
        version = version_at(program=account.program, at=at)
        assert version is not None
        terms = Terms(version=version, document=document_of(version))
        purse = open_purse(terms=terms, customer=account.customer, unit=account.unit, at=at, actor=ACTOR)
        let_go(purse)  # also where the kept figure says that nothing is held: books that differ must fail here, not be looked at for ever
        for lot in purse.open_lots():
            if lot.free and lot.expires_at is not None and lot.expires_at <= at:
                line = Line(kind="expired", other="expired", at=lot.expires_at, key=f"end:{lot.id}:{lot.left}", why={"lot": lot.id})
                purse.take([(lot.id, lot.free)], line)
