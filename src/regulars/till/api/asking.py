"""What every endpoint does alike: the caller's scope, cursors, idempotent writing."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from regulars.business.queries import Branch, Scope, branch_by_code
from regulars.groundwork.kernel.idempotency import Answer, once
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import Actor, scope_of
from regulars.till.api.shapes import Problem

REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 405: Problem, 409: Problem, 422: Problem, 503: Problem}


class NoSuchBranch(Refusal):
    code = "branch_not_found"
    status = 404

    def __init__(self, code: str) -> None:
        sentence = _("There is no branch with the code “%(code)s”.") % {"code": code}
        super().__init__(sentence, fields={"branch": sentence})


class NotACursor(Refusal):
    code = "not_a_cursor"
    status = 400

    def __init__(self) -> None:
        super().__init__(_("This cursor is none of ours. Leave it out to begin at the start."))


def caller(request: HttpRequest) -> tuple[Actor, Scope]:
    """Who calls and what they may see."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor, scope_of(actor)


def visible_branch(scope: Scope, code: str) -> Branch | None:
    """The branch with this code; None for no code. A foreign branch doesn't exist for the caller."""
    if not code:
        return None
    branch = branch_by_code(scope=scope, code=code)
    if branch is None:
        raise NoSuchBranch(code)
    return branch


def opened(cursor: str) -> str:
    """A cursor as the queries know it."""
    if not cursor:
        return ""
    try:
        return base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise NotACursor from None


def sealed(cursor: str) -> str | None:
    """A cursor for the answer; None at the end."""
    return base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=") if cursor else None


def written(request: HttpRequest, *, route: str, at: datetime, act: Callable[[], tuple[int, dict[str, Any]]]) -> HttpResponse:
    """Perform a write once for its Idempotency-Key and answer, or answer as the first time."""
    actor, _scope = caller(request)
    answer = once(
        credential=actor.name,
        route=route,
        key=request.headers.get("Idempotency-Key"),
        content=hashlib.sha256(request.body).digest(),
        at=at,
        act=lambda: Answer(*act()),
    )
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    response = JsonResponse(answer.body, status=answer.status, content_type=kind)
    if answer.replayed:
        response["Idempotency-Replayed"] = "true"
    return response
