"""Programs by API: applied, checked, listed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Query

from regulars.groundwork.kernel import clock
from regulars.loyalty.queries import (
    Judged,
    Program,
    ProgramVersion,
    change_in_words,
    document_of,
    meaning_of,
    programs_of,
    version_at,
    versions_of,
)
from regulars.loyalty.services import (
    apply_program,
    check_program,
)
from regulars.till.api.asking import REFUSALS, caller, written
from regulars.till.api.loyalty import program_named
from regulars.till.api.loyalty_shapes import (
    AppliedOut,
    ChangeOut,
    FaultOut,
    ProgramList,
    ProgramOut,
    ProgramWhole,
    VersionOut,
)
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key

TAGS = ["loyalty"]


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


def _change(one: Judged) -> ChangeOut:
    return ChangeOut(place=".".join(one.change.place), bearing=one.bearing, code=one.code, detail=change_in_words(one))


def _version(version: ProgramVersion) -> VersionOut:
    return VersionOut(number=version.number, effective_at=version.effective_at, applied_at=version.applied_at, digest=version.digest)
