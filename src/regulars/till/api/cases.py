"""Cases by API: opened once for their key, answered, promised, made good, resolved; each with its stream and its explanation."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query

from regulars.business.queries import Scope
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.money import Money, NotMoney, minor_units
from regulars.service.queries import Case, Entry, Gesture, PromiseShown, case_of, cases_in, entries_of, gestures_of, promises_by_stream
from regulars.service.services import (
    Answer,
    GestureRefused,
    NewCase,
    NewGesture,
    Resolution,
    answer_case,
    give,
    keep_promise,
    note_case,
    open_case,
    promise_in_case,
    resolve_case,
    withdraw_promise,
)
from regulars.staff.queries import Actor, employee_of, owner_of_key
from regulars.till.api.asking import REFUSALS, caller, opened, sealed, visible_branch, written
from regulars.till.api.case_shapes import (
    AnswerIn,
    CaseIn,
    CaseList,
    CaseOut,
    CasePromiseIn,
    CasePromiseOut,
    CaseWhole,
    EntryList,
    EntryOut,
    GestureIn,
    GestureList,
    GestureOut,
    HappeningOut,
    PieceOut,
    PromiseEndIn,
    PromiseList,
    ResolutionIn,
    ResolutionOut,
)
from regulars.till.api.contacts import known_customer
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key


@api.post("/cases", response={200: CaseOut, 201: CaseOut, **REFUSALS}, url_name="cases", tags=["cases"], summary="Open a case")
def new_case(request: HttpRequest, case: CaseIn, idempotency_key: Key = None) -> HttpResponse:
    """201 when it was opened; 200 when the same `source` and `key` had opened it. 422 `sounds_like_complaint` proposes to make it one."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        branch = visible_branch(scope, case.branch)
        done = open_case(
            scope=scope,
            customer_id=known_customer(scope, case.customer).pk,
            new=NewCase(
                subject=case.subject,
                text=case.text,
                channel=case.channel,
                nature=case.nature,
                topic=case.topic,
                priority=case.priority,
                branch_id=branch.pk if branch else None,
                owner_id=_staff(scope, case.owner),
                remedy_asked=case.remedy_asked,
                no_complaint=case.no_complaint,
                happened_at=case.at,
            ),
            at=at,
            actor=actor.name,
            source=case.source,
            key=case.key or f"{actor.name}:{idempotency_key}"[:200],
        )
        return 201 if done.made else 200, shown(case_of(scope=scope, public_id=str(done.case.public_id)))

    return written(request, route="POST /cases", at=at, act=act)


@api.get(
    "/cases", response={200: CaseList, **REFUSALS}, url_name="cases", tags=["cases"], summary="Open cases, the earliest deadline first"
)
def cases(
    request: HttpRequest,
    view: Annotated[str, Query(max_length=20, description="all, nobody, overdue, waiting, snoozed or resolved")] = "all",
    size: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, Any]:
    """Keyset paging: the cursor of the last page is null."""
    _actor, scope = caller(request)
    page = cases_in(scope=scope, view=view, employee_id=None, at=clock.now(), cursor=opened(cursor), size=size)
    return {"items": [shown(row) for row in page.rows], "next": sealed(page.next_cursor)}


@api.get("/cases/{id}", response={200: CaseWhole, **REFUSALS}, url_name="case", tags=["cases"], summary="One case, explained")
def one_case(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """With its stream of events, and each promise with the account of its deadline."""
    _actor, scope = caller(request)
    row = case_of(scope=scope, public_id=id)
    stream, promises = promises_by_stream(case=row, at=clock.now())
    events = [HappeningOut(seq=one.seq, at=one.at, what=one.what.value, actor=one.actor, body=dict(one.body)) for one in stream]
    return {
        **shown(row),
        "events": [one.model_dump(mode="json") for one in events],
        "promises": [promise_shown(one) for one in promises],
    }


@api.post(
    "/cases/{id}/messages",
    response={200: CaseOut, 201: CaseOut, **REFUSALS},
    url_name="case_messages",
    tags=["cases"],
    summary="Answer, or note something for colleagues",
)
def say(request: HttpRequest, id: Identity, message: AnswerIn, idempotency_key: Key = None) -> HttpResponse:
    """An e-mail is queued in the same transaction. 409 `case_changed` when the case is no longer as `version` says."""
    actor, scope = caller(request)
    at = clock.now()
    key = f"{actor.name}:{idempotency_key}"[:200]

    def act() -> tuple[int, dict[str, Any]]:
        staff_id = _staff(scope, message.staff)
        if message.internal:
            note_case(
                scope=scope, public_id=_known(scope, id), text=message.text, staff_id=staff_id, key=_short(key), at=at, actor=actor.name
            )
        else:
            answer = Answer(
                text=message.text,
                channel=message.channel,
                decides=message.decides,
                then=message.then,
                reached=message.reached,
                staff_id=staff_id,
            )
            answer_case(
                scope=scope, public_id=_known(scope, id), answer=answer, version=message.version, key=_short(key), at=at, actor=actor.name
            )
        return 201, shown(case_of(scope=scope, public_id=id))

    return written(request, route=f"POST /cases/{id}/messages", at=at, act=act)


@api.get(
    "/cases/{id}/messages", response={200: EntryList, **REFUSALS}, url_name="case_messages", tags=["cases"], summary="The conversation"
)
def conversation(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """In the order in which it was said; `kind` internal is not for the customer."""
    _actor, scope = caller(request)
    return {"items": [_entry(row) for row in entries_of(case=case_of(scope=scope, public_id=id))]}


@api.post(
    "/cases/{id}/promises",
    response={201: CasePromiseOut, **REFUSALS},
    url_name="case_promises",
    tags=["cases"],
    summary="Promise something",
)
def new_promise(request: HttpRequest, id: Identity, promise: CasePromiseIn, idempotency_key: Key = None) -> HttpResponse:
    """The same key again answers the same promise."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        case, number = promise_in_case(
            scope=scope,
            public_id=_known(scope, id),
            what=promise.what,
            due_at=promise.due_at,
            staff_id=_staff(scope, promise.staff),
            at=at,
            actor=actor.name,
            key=f"{actor.name}:{idempotency_key}",
        )
        return 201, _one_promise(case, number)

    return written(request, route=f"POST /cases/{id}/promises", at=at, act=act)


@api.get("/cases/{id}/promises", response={200: PromiseList, **REFUSALS}, url_name="case_promises", tags=["cases"], summary="All promises")
def all_promises(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """Those of the policy and those of people; each with its events and its account."""
    _actor, scope = caller(request)
    _stream, promises = promises_by_stream(case=case_of(scope=scope, public_id=id), at=clock.now())
    return {"items": [promise_shown(one) for one in promises]}


@api.post(
    "/cases/{id}/promises/{promise}/end",
    response={200: CasePromiseOut, **REFUSALS},
    url_name="case_promise_end",
    tags=["cases"],
    summary="A promise was kept, tried or withdrawn",
)
def end_promise(request: HttpRequest, id: Identity, promise: Identity, end: PromiseEndIn, idempotency_key: Key = None) -> HttpResponse:
    """An attempt leaves it open; after its due instant it is kept late."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        known = _known(scope, id)
        if end.how == "withdrawn":
            case = withdraw_promise(scope=scope, public_id=known, promise=promise, why=end.why, at=at, actor=actor.name)
        else:
            case = keep_promise(scope=scope, public_id=known, promise=promise, reached=end.how == "kept", at=at, actor=actor.name)
        return 200, _one_promise(case, promise)

    return written(request, route=f"POST /cases/{id}/promises/{promise}/end", at=at, act=act)


@api.post("/cases/{id}/gestures", response={201: GestureOut, **REFUSALS}, url_name="case_gestures", tags=["cases"], summary="Make it good")
def new_gesture(request: HttpRequest, id: Identity, gesture: GestureIn, idempotency_key: Key = None) -> HttpResponse:
    """`booked` at once within the authority of the key's owner, else `awaiting` approval; a key without an owner has no authority."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        try:
            amount = minor_units(gesture.amount, gesture.currency)
        except NotMoney as fault:
            raise GestureRefused("amount", str(fault)) from None
        row = give(
            scope=scope,
            public_id=_known(scope, id),
            new=NewGesture(kind=gesture.kind, amount_minor=amount, currency=gesture.currency, words=gesture.words),
            employee_id=_owner(actor),
            key=f"api:{actor.name}:{idempotency_key}"[:200],
            at=at,
            actor=actor.name,
        )
        return 201, _gesture(row)

    return written(request, route=f"POST /cases/{id}/gestures", at=at, act=act)


@api.get(
    "/cases/{id}/gestures", response={200: GestureList, **REFUSALS}, url_name="case_gestures", tags=["cases"], summary="What was given"
)
def all_gestures(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """Booked, waiting, refused and taken back."""
    _actor, scope = caller(request)
    return {"items": [_gesture(row) for row in gestures_of(case=case_of(scope=scope, public_id=id))]}


@api.post(
    "/cases/{id}/resolution", response={200: ResolutionOut, **REFUSALS}, url_name="case_resolution", tags=["cases"], summary="It is settled"
)
def resolve(request: HttpRequest, id: Identity, resolution: ResolutionIn, idempotency_key: Key = None) -> HttpResponse:
    """A complaint needs `cause` and `action`: 422 `resolution_refused` names what is missing."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        row = resolve_case(
            scope=scope,
            public_id=_known(scope, id),
            resolution=Resolution(cause=resolution.cause, action=resolution.action, told=resolution.told),
            version=resolution.version,
            key=_short(f"{actor.name}:{idempotency_key}"),
            at=at,
            actor=actor.name,
        )
        return 200, _resolution(row)

    return written(request, route=f"POST /cases/{id}/resolution", at=at, act=act)


@api.get(
    "/cases/{id}/resolution", response={200: ResolutionOut, **REFUSALS}, url_name="case_resolution", tags=["cases"], summary="How it ended"
)
def one_resolution(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """With what the customer said when they were asked afterwards."""
    _actor, scope = caller(request)
    return _resolution(case_of(scope=scope, public_id=id))


def _known(scope: Scope, text: str) -> str:
    """The id of a visible case named by id or number."""
    return str(case_of(scope=scope, public_id=text).public_id)


def _short(key: str) -> str:
    return key[:100]


def _staff(scope: Scope, public_id: str) -> int | None:
    return employee_of(scope=scope, public_id=public_id).pk if public_id else None


def _owner(actor: Actor) -> int | None:
    return owner_of_key(key_id=actor.id) if actor.kind == "key" else actor.id


def _one_promise(case: Case, number: str) -> dict[str, Any]:
    _stream, promises = promises_by_stream(case=case, at=clock.now())
    return promise_shown(next(one for one in promises if one.clock.own == number))


def shown(row: Case) -> dict[str, Any]:
    """A case as JSON."""
    return CaseOut(
        id=str(row.public_id),
        number=row.pk,
        version=row.version,
        customer=str(row.customer.public_id),
        subject=row.subject,
        status=row.status,
        nature=row.nature,
        topic=row.topic,
        channel=row.channel,
        priority=row.priority,
        branch=row.branch.code if row.branch else None,
        owner=str(row.owner.public_id) if row.owner else None,
        queue=row.queue.name if row.queue else None,
        paragraph=row.paragraph,
        remedy_asked=row.remedy_asked,
        cause=row.cause,
        action=row.action,
        opened_at=row.opened_at,
        due_at=row.due_at,
        overdue=row.overdue,
        first_answered_at=row.first_answered_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        reopened=row.reopened,
        settled=row.settled,
    ).model_dump(mode="json")


def promise_shown(one: PromiseShown) -> dict[str, Any]:
    """A promise as JSON."""
    return CasePromiseOut(
        key=one.key,
        metric=one.clock.metric.value,
        instance=one.clock.instance,
        what=one.what,
        state=one.standing.value,
        breached=one.breached,
        started_at=one.clock.started_at,
        due_at=one.due_at,
        ended_at=one.clock.ended_at,
        pauses=list(one.clock.pauses),
        paragraph=one.paragraph,
        policy_version=one.version,
        target=str(one.clock.target or ""),
        events=[{"at": mark.at.isoformat(), "event": mark.what, "seq": mark.seq} for mark in one.clock.marks],
        explanation=[
            PieceOut(start=piece.start, end=piece.end, counted=piece.counted, why=piece.why.value, sentence=words)
            for piece, words in one.account
        ],
    ).model_dump(mode="json")


def _entry(row: Entry) -> dict[str, Any]:
    return EntryOut(
        id=str(row.public_id),
        at=row.at,
        kind=row.kind,
        channel=row.channel,
        text=row.text,
        staff=str(row.staff.public_id) if row.staff else None,
        message=str(row.message.public_id) if row.message else None,
    ).model_dump(mode="json")


def _gesture(row: Gesture) -> dict[str, Any]:
    return GestureOut(
        id=str(row.public_id),
        kind=row.kind,
        ledger=row.ledger,
        amount=str(Money(row.amount_minor, row.currency).major),
        currency=row.currency,
        state=row.state,
        why=row.why,
        paragraph=row.paragraph,
        words=row.words,
        at=row.at,
        decided_at=row.decided_at,
        decided_why=row.decided_why,
    ).model_dump(mode="json")


def _resolution(row: Case) -> dict[str, Any]:
    return ResolutionOut(
        status=row.status, cause=row.cause, action=row.action, resolved_at=row.resolved_at, reopened=row.reopened, settled=row.settled
    ).model_dump(mode="json")
