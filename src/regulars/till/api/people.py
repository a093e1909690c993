"""What customers allow and wish, records of one person, access exports and erasure by API."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.customers.queries import (
    ConsentEvent,
    Wishes,
    consent_story,
    customer_kept,
    customer_named,
    customer_of,
    standing_merge_of,
    wishes_of,
)
from regulars.customers.services import (
    export_of_customer,
    forget_customer,
    merge_customers,
    record_consent,
    state_wishes,
    unmerge_customers,
)
from regulars.groundwork.kernel import clock
from regulars.till.api.asking import REFUSALS, caller, written
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key, Line, Moment, Strict

Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.*-]{1,40}$")]
Channel = Literal["email", "phone", "sms", "post", "social", "visit", "till"]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", max_length=320)]
Span = Annotated[list[Annotated[int, Field(ge=0, le=1440)]], Field(min_length=2, max_length=2)]


class MergeIn(Strict):
    into: Annotated[str, StringConstraints(min_length=1, max_length=160)] = Field(
        description="the record that stays: its id here, its number, or source:number"
    )
    reason: Line = ""


class MergeOut(Schema):
    merge: str
    record: str
    into: str


class ConsentIn(Strict):
    channel: Channel
    purpose: Word = Field(description='a purpose\'s name; "*" forbids everything that needs permission')
    given: bool
    address: Text = Field("", description="empty: all addresses of the channel")
    text_version: Line = Field("", description="which wording they agreed to; needed for a yes")
    source: Word = Field(description="where it was said, for example app, shop, till")
    proof: dict[str, Text] = Field(default_factory=dict, max_length=20, description="what shows the act; needed for a yes")
    said_at: Moment | None = Field(None, description="when it was said; never in the future. Empty: now")


class ConsentOut(Schema):
    id: int
    channel: str
    purpose: str
    address: str
    given: bool
    text_version: str
    source: str
    proof: dict[str, Any]
    at: str


class ConsentList(Schema):
    items: list[ConsentOut]


class WishesShape(Strict):
    channels_never: list[Channel] = Field(default_factory=list, max_length=7)
    preferred_channel: Channel | Literal[""] = ""
    hours: Annotated[list[Annotated[list[Span], Field(max_length=10)]], Field(min_length=7, max_length=7)] | None = Field(
        None, description="Monday first: spans of local minutes, [[540, 1020]] is 9:00 to 17:00; null: no wish"
    )
    at_most: Annotated[list[Annotated[int, Field(ge=1, le=366)]], Field(min_length=2, max_length=2)] | None = Field(
        None, description="[contacts, days]"
    )
    topics: list[Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=40)]] = Field(
        default_factory=list, max_length=30
    )


class ForgetIn(Strict):
    confirm: Literal[True] = Field(description="erasure can't be undone")


class ForgetOut(Schema):
    erasure: str
    records: int


class ExportOut(Schema):
    person: str
    sections: dict[str, list[dict[str, Any]]]


@api.post(
    "/customers/{id}/merge",
    response={200: MergeOut, **REFUSALS},
    url_name="merge_customer",
    tags=["customers"],
    summary="Two records are one person",
)
def merge(request: HttpRequest, id: Identity, wish: MergeIn, idempotency_key: Key = None) -> HttpResponse:
    """This record points to another one from now on; timelines and figures are read together. Nothing moves."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        loser = customer_of(scope=scope, public_id=id)
        named = customer_named(scope=scope, text=wish.into)
        done = merge_customers(scope=scope, loser_id=loser.pk, survivor_id=named.pk, reason=wish.reason, at=at, actor=actor.name)
        return 200, {"merge": str(done.public_id), "record": str(loser.public_id), "into": str(done.survivor.public_id)}

    return written(request, route=f"POST /customers/{id}/merge", at=at, act=act)


@api.post(
    "/customers/{id}/unmerge",
    response={200: MergeOut, **REFUSALS},
    url_name="unmerge_customer",
    tags=["customers"],
    summary="Take a merge back",
)
def unmerge(request: HttpRequest, id: Identity, idempotency_key: Key = None) -> HttpResponse:
    """The record stands by itself again; what came since stays where it arrived."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        loser = customer_of(scope=scope, public_id=id)
        standing = standing_merge_of(scope=scope, loser_id=loser.pk)
        unmerge_customers(scope=scope, merge_id=standing.pk, at=at, actor=actor.name)
        return 200, {"merge": str(standing.public_id), "record": str(loser.public_id), "into": str(standing.survivor.public_id)}

    return written(request, route=f"POST /customers/{id}/unmerge", at=at, act=act)


@api.get(
    "/customers/{id}/consents",
    response={200: ConsentList, **REFUSALS},
    url_name="consents",
    tags=["customers"],
    summary="What a customer allowed and forbade",
)
def consents(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """Every event with its proof, newest first; the newest for a purpose, channel and address decides."""
    _actor, scope = caller(request)
    row = customer_of(scope=scope, public_id=id)
    return {"items": [_event(one) for one in consent_story(scope=scope, customer_id=row.pk)]}


@api.post(
    "/customers/{id}/consents",
    response={201: ConsentOut, **REFUSALS},
    url_name="consents",
    tags=["customers"],
    summary="Note what a customer allows or forbids",
)
def tell_consent(request: HttpRequest, id: Identity, said: ConsentIn, idempotency_key: Key = None) -> HttpResponse:
    """A yes needs its proof: the wording's version and what shows the act. A no needs nothing."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        row = customer_kept(scope=scope, public_id=id)
        event = record_consent(
            scope=scope,
            customer_id=row.pk,
            channel=said.channel,
            purpose=said.purpose,
            address=said.address,
            given=said.given,
            text_version=said.text_version,
            source=said.source,
            proof=dict(said.proof),
            at=min(said.said_at or at, at),
            actor=actor.name,
        )
        return 201, _event(event)

    return written(request, route=f"POST /customers/{id}/consents", at=at, act=act)


@api.get(
    "/customers/{id}/wishes",
    response={200: WishesShape, **REFUSALS},
    url_name="wishes",
    tags=["customers"],
    summary="What a customer wishes",
)
def wishes(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """How, when and how often they wish to hear from the business."""
    _actor, scope = caller(request)
    return _wishes(wishes_of(scope=scope, customer_id=customer_of(scope=scope, public_id=id).pk))


@api.post(
    "/customers/{id}/wishes",
    response={200: WishesShape, **REFUSALS},
    url_name="wishes",
    tags=["customers"],
    summary="Note what a customer wishes",
)
def tell_wishes(request: HttpRequest, id: Identity, stated: WishesShape, idempotency_key: Key = None) -> HttpResponse:
    """Replaces what they stated before."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        row = customer_kept(scope=scope, public_id=id)
        state_wishes(
            scope=scope,
            customer_id=row.pk,
            channels_never=stated.channels_never,
            preferred_channel=stated.preferred_channel,
            hours=stated.hours,
            at_most=(stated.at_most[0], stated.at_most[1]) if stated.at_most else None,
            topics=stated.topics,
            source="api",
            at=at,
            actor=actor.name,
        )
        return 200, _wishes(wishes_of(scope=scope, customer_id=row.pk))

    return written(request, route=f"POST /customers/{id}/wishes", at=at, act=act)


@api.get(
    "/customers/{id}/export",
    response={200: ExportOut, **REFUSALS},
    url_name="export_customer",
    tags=["privacy"],
    summary="Everything stored about a customer",
)
def export(request: HttpRequest, id: Identity) -> HttpResponse:
    """Leaves a line in the audit trail. The page and the command line give the same as a zip with CSV files."""
    actor, scope = caller(request)
    row = customer_of(scope=scope, public_id=id)
    made = export_of_customer(scope=scope, customer_id=row.pk, at=clock.now(), actor=actor.name)
    answer = HttpResponse(
        json.dumps({"person": id, "sections": made.sections}, default=str, ensure_ascii=False), content_type="application/json"
    )
    answer["Cache-Control"] = "no-store"
    return answer


@api.post(
    "/customers/{id}/forget",
    response={200: ForgetOut, **REFUSALS},
    url_name="forget_customer",
    tags=["privacy"],
    summary="Forget a customer",
)
def forget(request: HttpRequest, id: Identity, wish: ForgetIn, idempotency_key: Key = None) -> HttpResponse:
    """Identity goes, figures stay. Refused while a legal hold stands."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        row = customer_of(scope=scope, public_id=id)
        erasure = forget_customer(scope=scope, customer_id=row.pk, at=at, actor=actor.name)
        return 200, {"erasure": str(erasure.public_id), "records": len(erasure.records)}

    return written(request, route=f"POST /customers/{id}/forget", at=at, act=act)


def _event(row: ConsentEvent) -> dict[str, Any]:
    return {
        "id": row.pk,
        "channel": row.channel,
        "purpose": row.purpose,
        "address": row.address,
        "given": row.given,
        "text_version": row.text_version,
        "source": row.source,
        "proof": row.proof,
        "at": row.at.isoformat(),
    }


def _wishes(known: Wishes) -> dict[str, Any]:
    return {
        "channels_never": sorted(known.channels_never),
        "preferred_channel": known.preferred_channel,
        "hours": None if known.hours is None else [[list(span) for span in day] for day in known.hours],
        "at_most": list(known.at_most) if known.at_most else None,
        "topics": sorted(known.topics),
    }
