"""One customer's purse of one unit, locked: the only place that writes entries, lots and the figures beside them.

A purse is the account of a customer and those of the records merged into it: points follow the pointer, so an unmerge needs no bookkeeping.
Accounts are locked in the order of their ids; whoever needs a shared row as well (stock, a voucher) takes it afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.instances import among, instances, objects, uuid_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import new_id
from regulars.loyalty.models import Account, Entry, Hold, HoldLot, Lot, ProgramVersion
from regulars.loyalty.rules.calendars import local_day
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.lots import OpenLot, usable_units
from regulars.loyalty.rules.units import Unit, active_from, lot_ends

# Written and read thousands of times an hour, each of these is a prepared statement. A key that stands there already writes nothing.
WRITE_ENTRY = """INSERT INTO loyalty_entry
    (account_id, seq, act, kind, giver, getter, units, at, booked_at, booked_on, version_id, purchase_id, reverses_id, "key", why, actor)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account_id, "key") WHERE NOT ("key" = '') DO NOTHING RETURNING id"""
WRITE_LOT = """INSERT INTO loyalty_lot (account_id, entry_id, quantity, "left", held, priority, earned_at, active_at, expires_at, due_at)
VALUES (%s, %s, %s, %s, 0, %s, %s, %s, %s, %s) RETURNING id"""
WRITE_USE = "INSERT INTO loyalty_lotuse (entry_id, lot_id, units) VALUES (%s, %s, %s) RETURNING id"
MOVE_LOT = """UPDATE loyalty_lot SET "left" = "left" + %s, held = held + %s WHERE id = %s RETURNING id"""
MOVE_ACCOUNT = """UPDATE loyalty_account SET balance = balance + %s, held = held + %s, debt = debt + %s, entries_count = entries_count + %s, moved_at = %s
WHERE id = %s RETURNING id"""
LOTS = "FROM loyalty_lot l JOIN loyalty_entry e ON e.id = l.entry_id"


class BookedAlready(Exception):
    """The same key stands in the account already: what was to be booked has happened. Not a refusal: verbs answer it themselves."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """By which version something is booked."""

    version: ProgramVersion
    document: Document

    def unit(self, code: str) -> Unit:
        """The unit's terms; a unit of an account always stands in the version that booked it."""
        unit = self.document.unit(code)
        assert unit is not None, code
        return unit


@dataclass(frozen=True, kw_only=True)
class Line:
    """What an entry says beside its units."""

    kind: str
    other: str
    at: datetime
    key: str = ""
    purchase_id: int | None = None
    reverses_id: int | None = None
    why: dict[str, Any] = field(default_factory=dict)


@dataclass
class Purse:
    """Locked accounts with their open lots. `at` is when it is written, `actor` by whom, `act` groups the entries of one act."""

    terms: Terms
    unit: Unit
    accounts: list[Account]
    at: datetime
    actor: str
    act: UUID = field(default_factory=new_id)
    fresh: dict[int, Lot] = field(default_factory=dict)
    # Entries whose number the account's row doesn't say yet: it is written together with what they change.
    unwritten: dict[int, int] = field(default_factory=dict)

    @property
    def own(self) -> Account:
        """The account of the customer who survives: what comes goes there."""
        return self.accounts[0]

    @cached_property
    def lots(self) -> dict[int, Lot]:
        """The open lots, and what was loaded besides. Read when they are wanted: what only comes in asks for none."""
        condition, values = among([one.pk for one in self.accounts])
        return {lot.pk: lot for lot in _read_lots(f'WHERE l.account_id {condition} AND l."left" > 0 ORDER BY l.id', values)} | self.fresh

    def open_lots(self) -> list[OpenLot]:
        """The lots as the rules see them."""
        return [
            OpenLot(
                id=lot.pk,
                left=lot.left,
                held=lot.held,
                active_at=lot.active_at,
                expires_at=lot.expires_at,
                earned_at=lot.earned_at,
                priority=lot.priority,
                purchase_id=lot.entry.purchase_id,
            )
            for lot in self.lots.values()
        ]

    def usable(self) -> int:
        """What may be spent now: free and usable lots, less what is owed anywhere in the purse."""
        return max(usable_units(self.open_lots(), self.at) - sum(account.debt for account in self.accounts), 0)

    def give(self, units: int, line: Line, *, lives: tuple[datetime, datetime | None] | None = None, priority: int = 0) -> Entry:
        """Units come in: an entry and, unless they are zero, a lot, of which debts are repaid first. `lives`: active from, ends at."""
        entry = self._write(self.own, units, line, giver=line.other, getter="member")
        if not units:
            self._change(self.own)
            return entry
        active, ends = lives or (active_from(self.unit, line.at), lot_ends(self.unit, line.at, self.terms.document.tzinfo))
        self.lodge(entry, units, active_at=active, ends_at=ends, priority=priority)
        return entry

    def lodge(self, entry: Entry, units: int, *, active_at: datetime, ends_at: datetime | None, priority: int = 0) -> None:
        """A new lot for the units of an entry; what the account owes is repaid out of it first. Where an end needs a notice, it is due only."""
        due = ends_at if self.unit.expiry.notice is not None else None
        account = next(one for one in self.accounts if one.pk == entry.account_id)
        repaid = min(account.debt, units)
        lot = Lot(
            account=account,
            entry=entry,
            quantity=units,
            left=units - repaid,
            priority=priority,
            earned_at=entry.at,
            active_at=active_at,
            expires_at=None if due else ends_at,
            due_at=due,
        )
        times = [instant_value(one) if one else None for one in (entry.at, active_at, lot.expires_at, lot.due_at)]
        _saved(lot, fetch_prepared(WRITE_LOT, account.pk, entry.pk, units, lot.left, priority, *times)[0][0])
        if repaid:
            fetch_prepared(WRITE_USE, entry.pk, lot.pk, repaid)
        self.fresh[lot.pk] = lot
        if "lots" in self.__dict__:
            self.lots[lot.pk] = lot
        self._change(account, balance=units - repaid, debt=-repaid)

    def take(self, uses: Sequence[tuple[int, int]], line: Line, *, held: bool = False, owed: int = 0) -> list[Entry]:
        """Units go out of these lots, one entry for each account that they lie in; `owed` more become the own account's debt."""
        by_account: dict[int, list[tuple[Lot, int]]] = {}
        for number, units in uses:
            lot = self.lots[number]
            by_account.setdefault(lot.account_id, []).append((lot, units))
        if owed or not by_account:
            by_account.setdefault(self.own.pk, [])
        return [self._taken(account, by_account[account.pk], line, held, owed) for account in self.accounts if account.pk in by_account]

    def hand_back(self, lot: Lot, units: int, entry: Entry, account: Account) -> None:
        """Units return to the lot that they came from."""
        fetch_prepared(WRITE_USE, entry.pk, lot.pk, -units)
        fetch_prepared(MOVE_LOT, units, 0, lot.pk)
        lot.left += units
        self._change(account, balance=units)

    def note(self, account: Account, units: int, line: Line, *, giver: str, getter: str) -> Entry:
        """An entry without lots; what follows from it is the caller's."""
        entry = self._write(account, units, line, giver=giver, getter=getter)
        self._change(account)
        return entry

    def forgive(self, account: Account, units: int) -> None:
        """A debt is gone, by an entry that the caller has written."""
        self._change(account, debt=-units)

    def reserve(self, uses: Sequence[tuple[int, int]]) -> None:
        """Mark units of lots as held, or with units below zero as free again."""
        for number, units in uses:
            lot = self.lots[number]
            fetch_prepared(MOVE_LOT, 0, units, number)
            lot.held += units
            self._change(next(one for one in self.accounts if one.pk == lot.account_id), held=units)

    def _taken(self, account: Account, uses: list[tuple[Lot, int]], line: Line, held: bool, owed: int) -> Entry:
        more = owed if account is self.own else 0
        units = sum(part for _lot, part in uses)
        entry = self._write(account, units + more, line, giver="member", getter=line.other)
        for lot, part in uses:
            fetch_prepared(MOVE_LOT, -part, -part if held else 0, lot.pk)
            fetch_prepared(WRITE_USE, entry.pk, lot.pk, part)
            lot.left -= part
            lot.held -= part if held else 0
        self._change(account, balance=-units, held=-units if held else 0, debt=more)
        return entry

    def _write(self, account: Account, units: int, line: Line, *, giver: str, getter: str) -> Entry:
        entry = Entry(
            account=account,
            seq=account.entries_count + 1,
            act=self.act,
            kind=line.kind,
            giver=giver,
            getter=getter,
            units=units,
            at=line.at,
            booked_at=self.at,
            booked_on=local_day(self.at, self.terms.document.tzinfo),
            version=self.terms.version,
            purchase_id=line.purchase_id,
            reverses_id=line.reverses_id,
            key=line.key,
            why=line.why,
            actor=self.actor,
        )
        written = fetch_prepared(
            WRITE_ENTRY,
            account.pk,
            entry.seq,
            uuid_value(entry.act),
            entry.kind,
            giver,
            getter,
            units,
            instant_value(entry.at),
            instant_value(self.at),
            entry.booked_on.isoformat(),
            self.terms.version.pk,
            entry.purchase_id,
            entry.reverses_id,
            entry.key,
            json.dumps(entry.why),
            entry.actor,
        )
        if not written:
            raise BookedAlready(line.key)
        _saved(entry, written[0][0])
        account.entries_count += 1
        self.unwritten[account.pk] = self.unwritten.get(account.pk, 0) + 1
        return entry

    def _change(self, account: Account, **steps: int) -> None:
        """Move the kept figures by relative updates: the row is locked, and the constraints of the table have the last word."""
        for name, step in steps.items():
            setattr(account, name, getattr(account, name) + step)
        count = self.unwritten.pop(account.pk, 0)
        moved = (steps.get("balance", 0), steps.get("held", 0), steps.get("debt", 0), count)
        fetch_prepared(MOVE_ACCOUNT, *moved, instant_value(self.at), account.pk)


def open_purse(*, terms: Terms, customer: Customer, unit: str, at: datetime, actor: str) -> Purse:
    """Lock a customer's purse of a unit, making the account when there is none, and free what holds have let go by now."""
    return open_purses(terms=terms, customers=[customer], units=[unit], at=at, actor=actor)[0]


def open_purses(*, terms: Terms, customers: Sequence[Customer], units: Sequence[str], at: datetime, actor: str) -> list[Purse]:
    """Lock the purses of several customers or units together, all accounts in the order of their ids, so that crossing acts never wait in a
    ring. Gives for each customer the purses of the units."""
    clusters = [records_of(customer=customer) for customer in customers]
    locked = _locked(terms, clusters, units)
    wanted = [(records[0], unit) for records in clusters for unit in units]
    if any(place not in locked for place in wanted):
        for number, unit in wanted:
            Account.objects.get_or_create(program_id=terms.version.program_id, customer_id=number, unit=unit)
        locked = _locked(terms, clusters, units)
    purses = []
    for records, customer in zip(clusters, customers, strict=True):
        for unit in units:
            accounts = [locked[number, unit] for number in records if (number, unit) in locked]
            if accounts[0].customer_id == customer.pk:
                accounts[0].customer = customer
            purse = Purse(terms=terms, unit=terms.unit(unit), accounts=accounts, at=at, actor=actor)
            if any(account.held for account in purse.accounts):
                let_go(purse)
            purses.append(purse)
    return purses


def _locked(terms: Terms, clusters: Sequence[Sequence[int]], units: Sequence[str]) -> dict[tuple[int, str], Account]:
    whose, numbers = among([number for records in clusters for number in records])
    which, codes = among(list(units))
    rest = f"FROM loyalty_account t WHERE t.program_id = %s AND t.customer_id {whose} AND t.unit {which} ORDER BY t.id{lock_rows()}"
    rows = objects(Account, rest, terms.version.program_id, *numbers, *codes)
    return {(account.customer_id, account.unit): account for account in rows}


def lock_rows() -> str:
    """What a plain query ends with that locks its rows. SQLite's transactions lock everything anyway."""
    return " FOR UPDATE" if on_postgres() else ""


def lock_accounts(*, customer: Customer) -> None:
    """Lock all accounts of a customer, of every program and unit, in the order of their ids: for acts that move several of them."""
    whose, numbers = among(list(records_of(customer=customer)))
    look = f"SELECT t.id FROM loyalty_account t WHERE t.customer_id {whose} ORDER BY t.id{lock_rows()}"  # noqa: S608 — no word from outside
    fetch_prepared(look, *numbers)


def let_go(purse: Purse) -> None:
    """Release the holds of a purse that have ended."""
    for hold in holds_in(purse):
        if hold.ends_at <= purse.at:
            free_hold(purse, hold)


def holds_in(purse: Purse) -> list[Hold]:
    """The holds that stand, of the purse's own accounts and on lots in them: whoever reserved those was merged with their owner then."""
    accounts = [one.pk for one in purse.accounts]
    own = Hold.objects.filter(account__in=accounts, state="held")
    on_lots = Hold.objects.filter(lots__lot__account__in=accounts, lots__lot__left__gt=0, lots__lot__held__gt=0, state="held").exclude(
        account__in=accounts
    )
    return sorted({*own, *on_lots}, key=lambda one: one.pk)


def free_hold(purse: Purse, hold: Hold) -> None:
    """Give a hold's units free and settle it; only a hold that still stands."""
    if not Hold.objects.filter(pk=hold.pk, state="held").update(state="released", settled_at=purse.at):
        return
    for part in parts_of_hold(purse, uses_of_hold(hold)):
        part.purse.reserve([(lot, -units) for lot, units in part.uses])


def load_lots(purse: Purse, numbers: Iterable[int]) -> None:
    """Bring lots into the purse that are used up or closed."""
    missing = [number for number in numbers if number not in purse.lots]
    if missing:
        condition, values = among(missing)
        purse.lots.update({lot.pk: lot for lot in _read_lots(f"WHERE l.id {condition}", values)})


def _read_lots(where: str, values: Sequence[Any]) -> list[Lot]:
    """Lots with the entries that they came with."""
    found = []
    for lot, entry in instances(((Lot, "l"), (Entry, "e")), f"{LOTS} {where}", *values):
        lot.entry = entry
        found.append(lot)
    return found


def _saved(row: Any, number: int) -> None:
    """The row stands in the database under this number now."""
    row.pk = number
    row._state.adding = False


@dataclass(frozen=True, kw_only=True)
class HeldPart:
    """What of a hold lies in one purse: (lot, units) pairs."""

    purse: Purse
    uses: list[tuple[int, int]]


def uses_of_hold(hold: Hold) -> list[tuple[int, int, int]]:
    """Where a hold lies, in the order in which it took: (lot, units, account)."""
    return list(HoldLot.objects.filter(hold=hold).order_by("pk").values_list("lot_id", "units", "lot__account_id"))


def parts_of_hold(purse: Purse, uses: Sequence[tuple[int, int, int]]) -> list[HeldPart]:
    """A hold's uses by the purses in which they lie: in this one, and in those of records that were merged with it when it was made and are not any more.

    Those are locked after it, whatever their ids: two that cross in the few minutes of a hold are the database's to part.
    """
    own = {one.pk for one in purse.accounts}
    parts = [HeldPart(purse=purse, uses=[(lot, units) for lot, units, place in uses if place in own])]
    strange = {place for _lot, _units, place in uses} - own
    for account in Account.objects.filter(pk__in=strange).select_related("customer").order_by("pk") if strange else ():
        other = open_purse(terms=purse.terms, customer=account.customer, unit=purse.unit.code, at=purse.at, actor=purse.actor)
        other.act = purse.act
        parts.append(HeldPart(purse=other, uses=[(lot, units) for lot, units, place in uses if place == account.pk]))
    for part in parts:
        load_lots(part.purse, [lot for lot, _units in part.uses])
    return parts
