"""Programs, members' accounts, holds, and what is moved by hand, by API."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Body, Query

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, customer_of
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.queries import (
    AdjustmentRequest,
    Balance,
    Entry,
    Hold,
    Judged,
    Program,
    ProgramVersion,
    balances_of,
    change_in_words,
    document_of,
    entries_of,
    hold_state,
    hold_with_id,
    meaning_of,
    program_coded,
    programs_of,
    reason_of,
    request_shown,
    request_with_id,
    shown_units,
    units_read,
    version_at,
    versions_of,
)
from regulars.loyalty.services import (
    BadUnits,
    HoldNotFound,
    ProgramNotFound,
    RequestNotFound,
    UnknownUnit,
    adjust_units,
    apply_program,
    capture_hold,
    check_program,
    hold_units,
    release_hold,
    transfer_units,
)
from regulars.purchases.queries import purchase_of
from regulars.staff.queries import owner_of_key
from regulars.till.api.asking import REFUSALS, NotACursor, caller, opened, sealed, written
from regulars.till.api.loyalty_shapes import (
    AccountList,
    AccountOut,
    AdjustmentIn,
    AdjustmentOut,
    AppliedOut,
    CaptureIn,
    ChangeOut,
    FaultOut,
    HoldIn,
    HoldOut,
    HoldSettledOut,
    LedgerEntryList,
    LedgerEntryOut,
    MemberId,
    ProgramList,
    ProgramOut,
    ProgramWhole,
    RequestOut,
    TransferIn,
    TransferOut,
    VersionOut,
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


@api.post("/programs", response={200: AppliedOut, 201: AppliedOut, **REFUSALS}, url_name="programs", tags=TAGS, summary="Apply a program")
def new_program(
    request: HttpRequest,
    document: Annotated[dict[str, Any], Body(description="the program's document; see docs/how-it-works/loyalty.md")],
    check: Annotated[bool, Query(description="only check it: nothing is written, no Idempotency-Key is needed")] = False,
    idempotency_key: Key = None,
) -> HttpResponse:
    """201 with its new version; 200 when it was only checked or stood there already. 422 `program_refused` lists every fault with its place,
    422 `notice_too_short` what is worse for members and the first instant at which it may begin."""
    actor, scope = caller(request)
    at = clock.now()
    # The text itself is read, not what was parsed of it: keys that stand twice would be lost.
    text = bytes(request.body)
    if check:
        program, warnings = check_program(text=text, at=at)
        faults = [FaultOut(place=one.place, code=one.code, detail=one.sentence) for one in warnings]
        shape = program.model_dump(mode="json", exclude_defaults=True)
        meaning = meaning_of(scope=scope, document=program, at=at)
        checked = AppliedOut(
            code=program.code,
            made=False,
            version=None,
            document=shape,
            warnings=faults,
            changes=[_change(one) for one in meaning.changes] if meaning else [],
            earliest_at=meaning.earliest_at if meaning else None,
        )
        return JsonResponse(checked.model_dump(mode="json"))

    def act() -> tuple[int, dict[str, Any]]:
        applied = apply_program(scope=scope, text=text, at=at, actor=actor.name)
        shown = AppliedOut(
            code=applied.version.program.code,
            made=applied.made,
            version=_version(applied.version),
            document=json.loads(applied.version.document),
            warnings=[FaultOut(place=one.place, code=one.code, detail=one.sentence) for one in applied.warnings],
            changes=[_change(one) for one in applied.changes],
        )
        return 201 if applied.made else 200, shown.model_dump(mode="json")

    return written(request, route="POST /programs", at=at, act=act)


@api.get("/programs", response={200: ProgramList, **REFUSALS}, url_name="programs", tags=TAGS, summary="List programs")
def list_programs(request: HttpRequest) -> dict[str, Any]:
    """By code."""
    _actor, scope = caller(request)
    at = clock.now()
    return {"items": [_program(one, at) for one in programs_of(scope=scope)]}


@api.get("/programs/{code}", response={200: ProgramWhole, **REFUSALS}, url_name="program", tags=TAGS, summary="One program")
def one_program(request: HttpRequest, code: Identity) -> dict[str, Any]:
    """With the document in force now, and all versions, the newest first."""
    _actor, scope = caller(request)
    program = program_named(scope, code)
    at = clock.now()
    now = version_at(program=program, at=at)
    versions = [_version(one) for one in versions_of(program=program)]
    return _program(program, at) | {"document": json.loads(now.document) if now else None, "versions": versions}


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


@api.post("/transfers", response={201: TransferOut, **REFUSALS}, url_name="transfers", tags=TAGS, summary="Move points between members")
def new_transfer(request: HttpRequest, transfer: TransferIn, idempotency_key: Key = None) -> HttpResponse:
    """They keep the ends that they had."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        program = program_named(scope, transfer.program)
        units = smallest(program, transfer.unit, transfer.units, at)
        giver, getter = member(scope, transfer.giver, field="from"), member(scope, transfer.getter, field="to")
        entries = transfer_units(program=program, giver=giver, getter=getter, unit=transfer.unit, units=units, at=at, actor=actor.name)
        return 201, TransferOut(entries=entries_shown(entries)).model_dump(mode="json")

    return written(request, route="POST /transfers", at=at, act=act)


@api.post(
    "/adjustments",
    response={201: AdjustmentOut, 202: AdjustmentOut, **REFUSALS},
    url_name="adjustments",
    tags=TAGS,
    summary="Give or take by hand",
)
def new_adjustment(request: HttpRequest, adjustment: AdjustmentIn, idempotency_key: Key = None) -> HttpResponse:
    """With a reason. 201: booked. 202: more than the program lets one person do; it waits until somebody else approves of it in the desk."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        program = program_named(scope, adjustment.program)
        units = smallest(program, adjustment.unit, adjustment.units, at)
        customer = member(scope, adjustment.customer)
        owner = owner_of_key(key_id=actor.id) if actor.kind == "key" else None
        done = adjust_units(
            program=program,
            customer=customer,
            unit=adjustment.unit,
            units=units,
            reason=adjustment.reason,
            at=at,
            actor=actor.name,
            person=f"employee:{owner}" if owner else "",
        )
        shown = AdjustmentOut(
            state="asked" if done.request else "booked",
            request=_request(done.request, at) if done.request else None,
            entries=entries_shown(done.entries),
            accounts=accounts_shown(customer, at),
        )
        return 202 if done.request else 201, shown.model_dump(mode="json")

    return written(request, route="POST /adjustments", at=at, act=act)


@api.get("/adjustments/{id}", response={200: RequestOut, **REFUSALS}, url_name="adjustment", tags=TAGS, summary="An adjustment that waits")
def one_adjustment(request: HttpRequest, id: Identity) -> RequestOut:
    """What became of it. 404 `adjustment_not_found`."""
    _actor, scope = caller(request)
    found = request_with_id(scope=scope, public_id=id)
    if found is None:
        raise RequestNotFound
    return _request(found, clock.now())


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
        state=hold_state(hold, at=at),  # type: ignore[arg-type] # the query names these four only
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


def _program(program: Program, at: datetime) -> dict[str, Any]:
    version = version_at(program=program, at=at) or next(iter(versions_of(program=program)), None)
    begun = version is not None and version.effective_at <= at
    return ProgramOut(
        code=program.code,
        name=document_of(version).name if version else program.code,
        currency=program.currency,
        zone=program.zone,
        frozen=program.frozen_at is not None,
        version=version.number if version and begun else None,
    ).model_dump(mode="json")


def _request(row: AdjustmentRequest, at: datetime) -> RequestOut:
    shown = request_shown(row, at=at)
    return RequestOut(
        id=str(row.public_id),
        customer=str(row.customer.public_id),
        program=row.program.code,
        unit=row.unit,
        units=shown.units,
        reason=row.reason,
        state=shown.state,  # type: ignore[arg-type] # the query names these four only
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        decided_at=row.decided_at,
        why=row.decided_why,
    )


def _change(one: Judged) -> ChangeOut:
    return ChangeOut(place=".".join(one.change.place), bearing=one.bearing, code=one.code, detail=change_in_words(one))


def _version(version: ProgramVersion) -> VersionOut:
    return VersionOut(number=version.number, effective_at=version.effective_at, applied_at=version.applied_at, digest=version.digest)
