"""Members spend: at once, or by a hold that is captured or released later (P4, P7, cases 15, 30, 35, 36, A8, A9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.bulk.instances import among
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.models import Entry, Hold, HoldLot, Program
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.rules.lots import drawn
from regulars.loyalty.services.booking import HeldPart, Line, Purse, Terms, free_hold, open_purse, parts_of_hold, uses_of_hold
from regulars.loyalty.services.lifetimes import keep_alive
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.refusals import BadUnits, NotEnoughUnits, ProgramFrozen, UnknownUnit

UNITS_MAX = 10**15
# The last condition is what the index of keys is made for: without it, it can't be used.
UNDER_KEY = """SELECT 1 FROM loyalty_entry e WHERE e.account_id {} AND e."key" = %s AND NOT (e."key" = '') LIMIT 1"""


class HoldNotFound(NotFound):
    code = "hold_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such hold."))


class HoldExpired(Refusal):
    code = "hold_expired"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("The hold has ended; its points are free again."))


class HoldSettled(Refusal):
    code = "hold_settled"
    status = 409

    def __init__(self, state: str) -> None:
        words = {"captured": _("This hold was captured already."), "released": _("This hold was released already.")}
        super().__init__(words[state], state=state)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """The entries of one spending (several when merged records gave), whether this call wrote them, and what of it is owed since."""

    entries: list[Entry]
    made: bool = True
    owed: int = 0

    @property
    def units(self) -> int:
        """How many units went."""
        return sum(entry.units for entry in self.entries)


def spend_units(
    *,
    program: Program,
    customer: Customer,
    unit: str,
    units: int,
    why: dict[str, Any],
    at: datetime,
    actor: str,
    key: str = "",
    purchase_id: int | None = None,
    overdraw: bool = False,
    terms: Terms | None = None,
) -> Spent:
    """Take units out of a member's lots in use order; with a `key`, once. `overdraw`: what is missing is owed instead of refused, for what an
    offline till has already let go (case 38). `terms`: those for spending now, where the caller has looked them up.

    Raises BadUnits, UnknownUnit, NotEnoughUnits, ProgramFrozen, ProgramNotFound.
    """
    terms = terms or spendable_terms(program=program, unit=unit, units=units, at=at)
    with transaction.atomic():
        purse = open_purse(terms=terms, customer=customer, unit=unit, at=at, actor=actor)
        if key and (known := standing_entries(purse, key)):
            return Spent(entries=known, made=False)
        missing = max(units - purse.usable(), 0) if overdraw else 0
        require(purse, units - missing)
        line = Line(
            kind="redeemed", other="redeemed", at=at, key=key, purchase_id=purchase_id, why=why | ({"owed": missing} if missing else {})
        )
        entries = purse.take(drawn(purse.open_lots(), units - missing, at), line, owed=missing)
        keep_alive(purse)
        return Spent(entries=entries, owed=missing)


def hold_units(
    *, program: Program, customer: Customer, unit: str, units: int, at: datetime, actor: str, minutes: int | None = None
) -> Hold:
    """Reserve units for so many minutes (the program's own by default); their lots stay alive until the hold ends. Raises as `spend_units`."""
    terms = spendable_terms(program=program, unit=unit, units=units, at=at)
    if minutes is not None and not 1 <= minutes <= 1440:
        raise BadUnits(_("A hold lasts between one minute and a day."))
    with transaction.atomic():
        purse = open_purse(terms=terms, customer=customer, unit=unit, at=at, actor=actor)
        require(purse, units)
        uses = drawn(purse.open_lots(), units, at)
        ends = at + timedelta(minutes=minutes or terms.document.hold_minutes)
        hold = Hold.objects.create(account=purse.own, version=terms.version, units=units, made_at=at, ends_at=ends, actor=actor)
        HoldLot.objects.bulk_create(HoldLot(hold=hold, lot_id=lot, units=part) for lot, part in uses)
        purse.reserve(uses)
        return hold


def capture_hold(
    *,
    scope: Scope,
    public_id: str,
    at: datetime,
    actor: str,
    units: int | None = None,
    purchase_id: int | None = None,
    why: dict[str, Any] | None = None,
) -> tuple[Hold, list[Entry]]:
    """Spend what was reserved, or less: the rest is free again (case 35). The same capture for the same purchase gives the same answer.

    It costs what the version said when the hold was made (case 50). Raises HoldNotFound, HoldExpired, HoldSettled, BadUnits, ProgramFrozen.
    """
    with transaction.atomic():
        hold, purse = _opened(scope, public_id, at, actor)
        wanted = hold.units if units is None else units
        if isinstance(wanted, bool) or not 0 < wanted <= hold.units:
            most = shown_units(purse.unit, hold.units)
            raise BadUnits(_("Between one and %(most)s of this hold can be captured.") % {"most": most})
        uses = uses_of_hold(hold)
        held = parts_of_hold(purse, uses)
        known = [entry for part in held for entry in standing_entries(part.purse, f"hold:{hold.pk}")]
        # One hold pays one purchase: captured for another, it is spent.
        if known and hold.captured_units == wanted and all(one.purchase_id == purchase_id for one in known):
            return hold, known
        _refuse_settled(hold, at)
        if hold.account.program.frozen_at:
            raise ProgramFrozen
        line = Line(
            kind="redeemed",
            other="redeemed",
            at=at,
            key=f"hold:{hold.pk}",
            purchase_id=purchase_id,
            why={"hold": str(hold.public_id)} | (why or {}),
        )
        entries = _captured(held, _first(uses, wanted), line)
        Hold.objects.filter(pk=hold.pk).update(state="captured", captured_units=wanted, settled_at=at)
        hold.state, hold.captured_units = "captured", wanted
        keep_alive(purse)
        return hold, entries


def release_hold(*, scope: Scope, public_id: str, at: datetime, actor: str) -> Hold:
    """Give what was reserved free again; again changes nothing. Raises HoldNotFound, HoldSettled when it was captured."""
    with transaction.atomic():
        hold, purse = _opened(scope, public_id, at, actor)
        if hold.state == "captured":
            raise HoldSettled(hold.state)
        free_hold(purse, hold)
        hold.refresh_from_db()
        return hold


def spendable_terms(*, program: Program, unit: str, units: int, at: datetime, by_hand: bool = False) -> Terms:
    """Terms by which so many units of this sort may be spent now, as far as the member doesn't matter; `by_hand`: or given and taken."""
    terms = terms_at(program=program, at=at, spending=True)
    sort = terms.document.unit(unit)
    if sort is None or (sort.kind != "spendable" and not by_hand):
        raise UnknownUnit(unit)
    if isinstance(units, bool) or not 0 < units <= UNITS_MAX:
        raise BadUnits(_("This takes a whole number of units above zero."))
    return terms


def require(purse: Purse, units: int) -> None:
    """Raises NotEnoughUnits when less can be used now."""
    usable = purse.usable()
    if usable < units:
        raise NotEnoughUnits(unit=purse.unit, needed=units, usable=usable)


def standing_entries(purse: Purse, key: str) -> list[Entry]:
    """What was booked under a key in this purse."""
    condition, values = among([one.pk for one in purse.accounts])
    # Most keys are new: a cheap look first.
    if not fetch_prepared(UNDER_KEY.format(condition), *values, key):
        return []
    return list(Entry.objects.filter(account__in=purse.accounts, key=key).order_by("account_id"))


def _opened(scope: Scope, public_id: str, at: datetime, actor: str) -> tuple[Hold, Purse]:
    """The hold with its purse locked. The hold's own state is read under that lock; what has ended by now is released with it."""
    known = (
        Hold.objects.filter(public_id=public_id, account__program__business_id=scope.business_id)
        if parsed(public_id)
        else Hold.objects.none()
    )
    hold = known.select_related("account__customer", "account__program", "version").defer("version__document").first()
    if hold is None:
        raise HoldNotFound
    terms = Terms(version=hold.version, document=document_of(hold.version))
    purse = open_purse(terms=terms, customer=hold.account.customer, unit=hold.account.unit, at=at, actor=actor)
    hold.refresh_from_db(fields=["state", "captured_units", "settled_at"])
    return hold, purse


def _refuse_settled(hold: Hold, at: datetime) -> None:
    if hold.state == "held":
        return
    if hold.state == "released" and hold.ends_at <= at:
        raise HoldExpired
    raise HoldSettled(hold.state)


def _captured(held: list[HeldPart], taken: dict[int, int], line: Line) -> list[Entry]:
    """So many units of each lot go, in whichever purse it lies; the rest is free again."""
    entries: list[Entry] = []
    for part in held:
        gone = [(lot, taken[lot]) for lot, _units in part.uses if lot in taken]
        if gone:
            entries += part.purse.take(gone, line, held=True)
        part.purse.reserve([(lot, taken.get(lot, 0) - units) for lot, units in part.uses if taken.get(lot, 0) != units])
    return entries


def _first(uses: list[tuple[int, int, int]], units: int) -> dict[int, int]:
    """The first so many units of a hold, by lot."""
    taken = {}
    for lot, held, _account in uses:
        part = min(held, units)
        units -= part
        if part:
            taken[lot] = part
    return taken
