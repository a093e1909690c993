"""Members' accounts and holds by API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, customer_of
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.queries import (
    Balance,
    Entry,
    Hold,
    Program,
    balances_of,
    document_of,
    entries_of,
    hold_state,
    hold_with_id,
    program_coded,
    programs_of,
    reason_of,
    shown_units,
    units_read,
    version_at,
)
from regulars.loyalty.services import (
    BadUnits,
    HoldNotFound,
    ProgramNotFound,
    UnknownUnit,
    capture_hold,
    hold_units,
    release_hold,
)
from regulars.purchases.queries import purchase_of
from regulars.till.api.asking import REFUSALS, NotACursor, caller, opened, sealed, written
from regulars.till.api.loyalty_shapes import (
    AccountList,
    AccountOut,
    CaptureIn,
    HoldIn,
    HoldOut,
    HoldSettledOut,
    LedgerEntryList,
    LedgerEntryOut,
    MemberId,
)
from regulars.till.api.purchases import CustomerNotFound, customer_known
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key

TAGS = ["loyalty"]
# Numbers of our own rows that mean nothing outside.
INNER = {"refund", "asked_by"}


class ProgramNotNamed(Refusal):
    code = "program_not_named"

    def __init__(self) -> None:
        sentence = _("There are several programs: name one.")
        super().__init__(sentence, fields={"program": sentence})


@api.get(
    "/members/{id}/accounts", response={200: AccountList, **REFUSALS}, url_name="member_accounts", tags=TAGS, summary="What a member has"
)
def member_accounts(request: HttpRequest, id: MemberId) -> dict[str, Any]:
    """By program and unit, as it is at this moment."""
    _actor, scope = caller(request)
    customer = member(scope, id)
    return {"customer": str(customer.public_id), "items": accounts_shown(customer, clock.now())}


@api.get(
    "/members/{id}/entries", response={200: LedgerEntryList, **REFUSALS}, url_name="member_entries", tags=TAGS, summary="What happened"
)
def member_entries(
    request: HttpRequest,
    id: MemberId,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
    unit: Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9-]*$")] = "",
) -> dict[str, Any]:
    """Newest first, each with its reason as a sentence and as JSON."""
    _actor, scope = caller(request)
    customer = member(scope, id)
    last = opened(cursor)
    if last and not (last.isascii() and last.isdigit() and len(last) < 19):
        raise NotACursor
    rows = entries_of(customer=customer, unit=unit, before=int(last) if last else None, size=size + 1)
    following = str(rows[size - 1].pk) if len(rows) > size else ""
    return {"customer": str(customer.public_id), "items": entries_shown(rows[:size]), "next": sealed(following)}


@api.post("/holds", response={201: HoldOut, **REFUSALS}, url_name="holds", tags=TAGS, summary="Reserve points")
def new_hold(request: HttpRequest, hold: HoldIn, idempotency_key: Key = None) -> HttpResponse:
    """For the time between the quote and the payment. 409 `insufficient` when less can be used."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        program = program_named(scope, hold.program)
        units = smallest(program, hold.unit, hold.units, at)
        customer = member(scope, hold.customer)
        made = hold_units(program=program, customer=customer, unit=hold.unit, units=units, at=at, actor=actor.name, minutes=hold.minutes)
        return 201, hold_shown(seen_hold(scope, str(made.public_id)), at)

    return written(request, route="POST /holds", at=at, act=act)


@api.get("/holds/{id}", response={200: HoldOut, **REFUSALS}, url_name="hold", tags=TAGS, summary="One hold")
def one_hold(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """A hold that has ended shows as expired."""
    _actor, scope = caller(request)
    return hold_shown(seen_hold(scope, id), clock.now())


@api.post("/holds/{id}/capture", response={200: HoldSettledOut, **REFUSALS}, url_name="hold_capture", tags=TAGS, summary="Spend a hold")
def capture(request: HttpRequest, id: Identity, capture: CaptureIn, idempotency_key: Key = None) -> HttpResponse:
    """All of it or less. The same capture again answers the same; 409 `hold_expired` or `hold_settled` otherwise."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        hold = seen_hold(scope, id)
        units = None if capture.units is None else read_units(document_of(hold.version).unit(hold.account.unit), capture.units)
        purchase = purchase_of(scope=scope, public_id=capture.purchase) if capture.purchase else None
        _hold, entries = capture_hold(
            scope=scope, public_id=id, at=at, actor=actor.name, units=units, purchase_id=purchase.pk if purchase else None
        )
        return 200, _settled(seen_hold(scope, id), entries, at)

    return written(request, route=f"POST /holds/{id}/capture", at=at, act=act)


@api.post("/holds/{id}/release", response={200: HoldSettledOut, **REFUSALS}, url_name="hold_release", tags=TAGS, summary="Let a hold go")
def release(request: HttpRequest, id: Identity, idempotency_key: Key = None) -> HttpResponse:
    """Its points are free again; again changes nothing. 409 `hold_settled` when it was captured."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        seen_hold(scope, id)
        release_hold(scope=scope, public_id=id, at=at, actor=actor.name)
        return 200, _settled(seen_hold(scope, id), [], at)

    return written(request, route=f"POST /holds/{id}/release", at=at, act=act)


def program_named(scope: Scope, code: str) -> Program:
    """The program with this code, or the only one. Raises ProgramNotFound, ProgramNotNamed."""
    if code:
        found = program_coded(scope=scope, code=code) if code.isprintable() else None
        if found is None:
            raise ProgramNotFound
        return found
    every = programs_of(scope=scope)
    if not every:
        raise ProgramNotFound
    if len(every) > 1:
        raise ProgramNotNamed
    return every[0]


def member(scope: Scope, number: str, *, field: str = "customer", source: str = "") -> Customer:
    """The customer with this id or number. Raises a 404 that is the same for foreign and made-up ones."""
    try:
        known = customer_known(scope, number, source=source)
    except NotFound:
        known = None
    if known is None:
        raise CustomerNotFound(field)
    return known


def smallest(program: Program, unit: str, units: str, at: datetime) -> int:
    """Units as the books count them. Raises ProgramNotFound, UnknownUnit, BadUnits."""
    version = version_at(program=program, at=at)
    if version is None:
        raise ProgramNotFound
    terms = document_of(version).unit(unit)
    if terms is None:
        raise UnknownUnit(unit)
    return read_units(terms, units)


def read_units(unit: Any, written_units: str) -> int:
    """Units as the books count them. Raises BadUnits for more decimals than the unit has."""
    try:
        return units_read(unit, written_units)
    except ValueError:
        raise BadUnits(_("%(unit)s have %(scale)s decimals, this has more.") % {"unit": unit.name, "scale": unit.scale}) from None


def seen_hold(scope: Scope, public_id: str) -> Hold:
    """A hold of a member whom the caller may see. Raises HoldNotFound."""
    hold = hold_with_id(business_id=scope.business_id, public_id=public_id)
    if hold is None:
        raise HoldNotFound
    try:
        customer_of(scope=scope, public_id=str(hold.account.customer.public_id))
    except NotFound:
        raise HoldNotFound from None
    return hold


def hold_shown(hold: Hold, at: datetime) -> dict[str, Any]:
    """A hold as JSON."""
    unit = document_of(hold.version).unit(hold.account.unit)
    assert unit is not None, hold.account.unit
    return HoldOut(
        id=str(hold.public_id),
        customer=str(hold.account.customer.public_id),
        program=hold.account.program.code,
        version=hold.version.number,
        unit=hold.account.unit,
        units=shown_units(unit, hold.units),
        captured=shown_units(unit, hold.captured_units),
        state=hold_state(hold, at=at),
        made_at=hold.made_at,
        ends_at=hold.ends_at,
    ).model_dump(mode="json")


def accounts_shown(customer: Customer, at: datetime) -> list[AccountOut]:
    """What a member has, as JSON."""
    return [_account(one) for one in balances_of(customer=customer, at=at)]


def entries_shown(entries: list[Entry]) -> list[LedgerEntryOut]:
    """Entries as JSON, each with its reason."""
    return [_entry(one) for one in entries]


def _entry(entry: Entry) -> LedgerEntryOut:
    unit = document_of(entry.version).unit(entry.account.unit)
    assert unit is not None, entry.account.unit
    return LedgerEntryOut(
        act=str(entry.act),
        program=entry.account.program.code,
        version=entry.version.number,
        unit=entry.account.unit,
        number=entry.seq,
        kind=entry.kind,
        units=shown_units(unit, entry.signed),
        at=entry.at,
        booked_at=entry.booked_at,
        purchase=str(entry.purchase.public_id) if entry.purchase else None,
        reason=reason_of(entry),
        why={name: value for name, value in entry.why.items() if name not in INNER},
    )


def _account(one: Balance) -> AccountOut:
    return AccountOut(
        program=one.program.code,
        unit=one.unit.code,
        name=one.unit.name,
        kind=one.unit.kind,
        usable=shown_units(one.unit, one.usable),
        pending=shown_units(one.unit, one.pending),
        held=shown_units(one.unit, one.held),
        debt=shown_units(one.unit, one.debt),
        ends_next_at=one.ends_next_at,
        ends_next_units=shown_units(one.unit, one.ends_next_units),
    )


def _settled(hold: Hold, entries: list[Entry], at: datetime) -> dict[str, Any]:
    accounts = accounts_shown(hold.account.customer, at)
    return {
        "hold": hold_shown(hold, at),
        "entries": [one.model_dump(mode="json") for one in entries_shown(entries)],
        "accounts": [one.model_dump(mode="json") for one in accounts],
    }
