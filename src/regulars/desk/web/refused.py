"""The one place that turns refusals into answers: a page for people, a problem document (RFC 9457) for programs."""

from __future__ import annotations

import json
from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal

log = structlog.get_logger("web")


class Unavailable(Refusal):
    code = "database_away"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("The database can't be reached at the moment. Nothing was lost; try again shortly."))


class RefusalPages:
    """Middleware: catches refusals that no view answered itself, and a database that is away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer a refusal; let bugs travel."""
        if isinstance(fault, OperationalError):
            log.warning("database away", fault=type(fault).__name__)
            fault = Unavailable()
        if not isinstance(fault, Refusal):
            return None
        return answer(request, fault)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as its asker reads it."""
    return problem(refusal, request) if request.path.startswith("/api/") else page(refusal, request)


def problem(refusal: Refusal, request: HttpRequest) -> HttpResponse:
    """The problem document."""
    response = HttpResponse(json.dumps(refusal.as_problem(request.path)), status=refusal.status, content_type="application/problem+json")
    return _with_headers(response, refusal)


def page(refusal: Refusal, request: HttpRequest) -> HttpResponse:
    """The page that says it in words."""
    headings = {
        403: _("This is not yours to do"),
        404: _("Not found"),
        405: _("Not this way"),
        429: _("A moment, please"),
        503: _("Back in a moment"),
    }
    context = {"refusal": refusal, "heading": headings.get(refusal.status, _("That was not possible"))}
    return _with_headers(render(request, "desk/refused.html", context, status=refusal.status), refusal)


def _with_headers(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    if "retry_after" in refusal.extra:
        response["Retry-After"] = str(refusal.extra["retry_after"])
    elif refusal.status == 503:
        response["Retry-After"] = "10"
    if "allow" in refusal.extra:
        response["Allow"] = ", ".join(refusal.extra["allow"])
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Regulars"'
    return response
