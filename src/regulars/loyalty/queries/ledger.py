"""Questions about the books: what a member has, what happened, and whether the books agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.bulk.dialect import instant_in, instant_value
from regulars.groundwork.kernel.bulk.instances import among, instances
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.invariants import invariant
from regulars.loyalty.models import Account, Entry, HoldLot, Lot, Program, ProgramVersion
from regulars.loyalty.queries.programs import document_of, version_at, versions_numbered
from regulars.loyalty.rules.units import Unit
from regulars.purchases.queries import Purchase

LIVING_LOTS = """SELECT l.account_id, l.expires_at, l.active_at <= %s, CAST(SUM(l."left") AS bigint),
       CAST(SUM(CASE WHEN l."left" > l.held THEN l."left" ELSE 0 END) AS bigint)
FROM loyalty_lot l WHERE l.account_id {} AND l."left" > 0 AND (l.expires_at IS NULL OR l.expires_at > %s) GROUP BY 1, 2, 3"""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What a member has of one unit: usable now, not active yet, reserved, owed; `ends_next` is the soonest end of a usable lot, with how much."""

    program: Program
    unit: Unit
    usable: int
    pending: int
    held: int
    debt: int
    ends_next_at: datetime | None
    ends_next_units: int

    @property
    def total(self) -> int:
        """All that is there, less what is owed."""
        return self.usable + self.pending + self.held


def balances_of(*, customer: Customer, at: datetime, program: Program | None = None) -> list[Balance]:
    """A member's balances, by program and unit, read at an instant: ended lots and ended holds count whatever a job has done."""
    numbers = records_of(customer=customer)
    condition, values = among(numbers)
    found = instances(
        ((Account, "a"), (Program, "p")),
        f"FROM loyalty_account a JOIN loyalty_program p ON p.id = a.program_id WHERE a.customer_id {condition}",
        *values,
    )
    rows = []
    for account, its_program in found:
        account.program = its_program
        if program is None or its_program.pk == program.pk:
            rows.append(account)
    if not rows:
        return []
    rows.sort(key=lambda one: (one.program.code, one.unit, one.pk))
    return _gathered(rows, _lots(rows, at), _held(rows, at), at)


def with_places(where: str, *values: Any) -> list[Entry]:
    """Entries (alias e; `where` is ours, the values are not) with their accounts, programs, versions and purchases, in three statements."""
    models = ((Entry, "e"), (Account, "a"), (Program, "p"), (Purchase, "s"))
    tables = "loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id JOIN loyalty_program p ON p.id = a.program_id"
    rows = instances(models, f"FROM {tables} LEFT JOIN purchases_purchase s ON s.id = e.purchase_id {where}", *values)
    versions = versions_numbered(ids={entry.version_id for entry, *_rest in rows})
    found = []
    for entry, account, program, purchase in rows:
        account.program = program
        entry.account, entry.purchase, entry.version = account, purchase, versions[entry.version_id]
        found.append(entry)
    return found


def entries_of(*, customer: Customer, unit: str = "", before: int | None = None, size: int = 50) -> list[Entry]:
    """What happened on a member's accounts, the newest first; `before` is the id at which the page before ended."""
    numbers = records_of(customer=customer)
    accounts = Account.objects.filter(customer__in=numbers)
    if unit:
        accounts = accounts.filter(unit=unit)
    rows = Entry.objects.filter(account__in=list(accounts.values_list("pk", flat=True)))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("account__program", "version", "purchase").defer("version__document").order_by("-pk")[:size])


@dataclass
class _Living:
    """What lies in the living lots of an account: usable by now, usable later, and when what can be used ends."""

    usable: int = 0
    pending: int = 0
    ends: dict[datetime, int] = field(default_factory=dict)


def _lots(accounts: Sequence[Account], at: datetime) -> dict[int, _Living]:
    condition, values = among([one.pk for one in accounts])
    now = instant_value(at)
    # Grouped by their ends and never sorted in the database: asked for the soonest end, it would walk the ends of everybody.
    rows = fetch_prepared(LIVING_LOTS.format(condition), now, *values, now)
    found: dict[int, _Living] = {}
    for account, ends_at, active, left, free in rows:
        living = found.setdefault(account, _Living())
        if not active:
            living.pending += left
            continue
        living.usable += left
        if ends_at is not None and free:
            living.ends[instant_in(ends_at)] = free
    return found


def _held(accounts: Sequence[Account], at: datetime) -> dict[int, tuple[int, int]]:
    """By account: what open holds reserve, and how much of that lies in lots that still live (an ended lot lives on in its hold)."""
    if not any(one.held for one in accounts):
        return {}
    # By where the lots lie, not by whose the hold is: merged records may have been unmerged since it was made.
    reserved = HoldLot.objects.filter(lot__account__in=accounts, lot__left__gt=0, hold__state="held", hold__ends_at__gt=at)
    living = Q(lot__expires_at=None) | Q(lot__expires_at__gt=at)
    rows = reserved.values_list("lot__account").annotate(all=Sum("units"), living=Coalesce(Sum("units", filter=living), 0))
    return {account: (units, alive) for account, units, alive in rows}


def _gathered(accounts: Sequence[Account], lots: dict[int, _Living], held: dict[int, tuple[int, int]], at: datetime) -> list[Balance]:
    groups: dict[tuple[int, str], list[Account]] = {}
    for account in accounts:
        groups.setdefault((account.program_id, account.unit), []).append(account)
    versions: dict[int, ProgramVersion | None] = {}
    found = []
    for (number, code), rows in groups.items():
        program = rows[0].program
        if number not in versions:
            versions[number] = version_at(program=program, at=at)
        version = versions[number]
        unit = document_of(version).unit(code) if version else None
        if unit is None:
            continue
        debt = sum(one.debt for one in rows)
        living = [lots.get(one.pk, _Living()) for one in rows]
        free = sum(one.usable for one in living) - sum(held.get(one.pk, (0, 0))[1] for one in rows)
        next_at = min((ends for one in living for ends in one.ends), default=None)
        found.append(
            Balance(
                program=program,
                unit=unit,
                usable=max(free - debt, 0),
                pending=sum(one.pending for one in living),
                held=sum(held.get(one.pk, (0, 0))[0] for one in rows),
                debt=max(debt - free, 0),
                ends_next_at=next_at,
                ends_next_units=sum(one.ends.get(next_at, 0) for one in living) if next_at else 0,
            )
        )
    return found


@invariant("loyalty.books")
def ledger_faults() -> Iterator[str]:
    """I1 to I8 for every account: entries, lots, uses, holds and kept figures agree. Names the account that breaks one."""
    for account, what in account_faults():
        yield f"account {account}: {what}"


def account_faults(*, program: Program | None = None) -> Iterator[tuple[int, str]]:
    """Accounts whose books don't agree, with the figures that differ."""
    accounts = Account.objects.all() if program is None else Account.objects.filter(program=program)
    yield from _entries_differ(accounts)
    yield from _lots_differ(accounts)
    yield from _uses_differ(accounts)
    yield from _order_differs(accounts)


def _entries_differ(accounts: QuerySet[Account]) -> Iterator[tuple[int, str]]:
    came = Sum("entries__units", filter=Q(entries__getter="member"), default=0)
    went = Sum("entries__units", filter=Q(entries__giver="member"), default=0)
    for number, balance, debt, plus, minus in (
        accounts.annotate(plus=came, minus=went)
        .exclude(balance=F("plus") - F("minus") + F("debt"))
        .values_list("pk", "balance", "debt", "plus", "minus")
    ):
        yield number, f"balance {balance} less debt {debt} is not the {plus - minus} of its entries"


def _lots_differ(accounts: QuerySet[Account]) -> Iterator[tuple[int, str]]:
    rows = accounts.annotate(in_lots=Sum("lots__left", default=0), in_holds=Sum("lots__held", default=0))
    for number, balance, left, held, in_holds in rows.exclude(balance=F("in_lots"), held=F("in_holds")).values_list(
        "pk", "balance", "in_lots", "held", "in_holds"
    ):
        yield number, f"balance {balance} and held {held} are not the {left} and {in_holds} of its lots"


def _uses_differ(accounts: QuerySet[Account]) -> Iterator[tuple[int, str]]:
    lots = Lot.objects.filter(account__in=accounts).annotate(used=Sum("uses__units", default=0))
    for number, lot, left, quantity, used in lots.exclude(left=F("quantity") - F("used")).values_list(
        "account_id", "pk", "left", "quantity", "used"
    ):
        yield number, f"lot {lot} has {left} left, its uses leave {quantity - used}"
    held = Lot.objects.filter(account__in=accounts).annotate(
        reserved=Sum("reservations__units", filter=Q(reservations__hold__state="held"), default=0)
    )
    for number, lot, is_held, reserved in held.exclude(held=F("reserved")).values_list("account_id", "pk", "held", "reserved"):
        yield number, f"lot {lot} has {is_held} held, its holds say {reserved}"


def _order_differs(accounts: QuerySet[Account]) -> Iterator[tuple[int, str]]:
    rows = accounts.annotate(last=Max("entries__seq", default=0))
    for number, last, count in rows.exclude(entries_count=F("last")).values_list("pk", "last", "entries_count"):
        yield number, f"its last entry is number {last}, it counts {count}"
