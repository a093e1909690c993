"""The gate before every view: who calls, and does the authorisation table allow it? Decided before anything is read or written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.checks import CheckMessage, Error, register
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import Actor, actor_of_employee, actor_of_key, proof_is_fresh, table

SEEN_EVERY = timedelta(minutes=1)


class Unauthorised(Refusal):
    code = "unauthorised"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("Send a valid key: “Authorization: Bearer …”."))


class Forbidden(Refusal):
    code = "forbidden"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Your role or key doesn't allow this."))


class MethodRefused(Refusal):
    code = "method_not_allowed"
    status = 405

    def __init__(self, allowed: set[str]) -> None:
        super().__init__(_("This address doesn't take this method."), allow=sorted(allowed))


class Authorise:
    """Puts `request.actor` in place, or answers instead of the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Look the route up; what has no row is refused."""
        try:
            return self._decide(request)
        except Refusal as refusal:
            # Django takes exceptions of views to the middleware, not those of middleware: so we ask for the answer ourselves.
            answer: HttpResponse = import_string(settings.REFUSAL_ANSWER)(request, refusal)
            return answer

    def _decide(self, request: HttpRequest) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None
        by_key = request.path.startswith("/api/")
        at = clock.now()
        actor = _key_actor(request, at) if by_key else _session_actor(request, at)
        request.actor = actor  # type: ignore[attr-defined]
        method = request.method or ""
        row = table().row(match.view_name, method)
        if row is not None and row.allows(actor):
            return None if not row.fresh or by_key or _has_proved(request, at) else _to_confirm(request)
        if actor is None and not (row and row.public):
            if by_key:
                raise Unauthorised
            return _to_sign_in(request)
        if row is None and table().methods(match.view_name):
            raise MethodRefused(table().methods(match.view_name))
        raise Forbidden


def routes() -> list[str]:
    """The names of all routes of the URL configuration, nameless ones as "(pattern)"."""
    return sorted(set(_walk(get_resolver(), "")))


def _walk(resolver: URLResolver, namespace: str) -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found += _walk(entry, inner)
        elif isinstance(entry, URLPattern):
            found.append(f"{namespace}{entry.name}" if entry.name else f"({entry.pattern})")
    return found


@register()
def every_route_has_a_row(**_options: Any) -> list[CheckMessage]:
    """Start-up stops when a route has no row, or a row no route."""
    known, rowed = set(routes()), table().routes()
    errors: list[CheckMessage] = [
        Error(f"The route {name} has no row in the authorisation table.", id="regulars.E001") for name in sorted(known - rowed)
    ]
    optional = {name for name in rowed - known if name.startswith("design:")}
    errors += [
        Error(f"The authorisation table names {name}, which is no route.", id="regulars.E002") for name in sorted(rowed - known - optional)
    ]
    return errors


def _key_actor(request: HttpRequest, at: datetime) -> Actor | None:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    return actor_of_key(text=text.strip(), at=at) if scheme.lower() == "bearer" else None


def _session_actor(request: HttpRequest, at: datetime) -> Actor | None:
    user = request.user
    if not user.is_authenticated:
        return None
    seen = request.session.get("seen")
    last = datetime.fromisoformat(seen) if seen else at
    if at - last > timedelta(minutes=settings.REGULARS.session_idle_minutes):
        logout(request)
        return None
    if seen is None or at - last > SEEN_EVERY:
        request.session["seen"] = at.isoformat()
    return actor_of_employee(user)


def _has_proved(request: HttpRequest, at: datetime) -> bool:
    noted = request.session.get("proved_at")
    return proof_is_fresh(datetime.fromisoformat(noted) if noted else None, at)


def _to_confirm(request: HttpRequest) -> HttpResponse:
    """To the page that asks anew who one is. What was typed into a form has to be sent again: it would wait in no safe place."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    own = came_from.netloc == request.get_host()
    target = request.get_full_path() if request.method in ("GET", "HEAD") else (came_from.path if own else "/")
    if request.method not in ("GET", "HEAD"):
        messages.info(request, _("Confirm first that it is you, then do it again."))
    address = f"{reverse(settings.CONFIRM_URL)}?next={quote(target)}"
    if request.headers.get("HX-Request") or request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=200, headers={"HX-Redirect": address, "X-Confirm": address})
    return HttpResponseRedirect(address)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = request.get_full_path() if request.method == "GET" else "/"
    address = f"{reverse(settings.LOGIN_URL)}?next={quote(target)}"
    if request.headers.get("HX-Request"):
        # A fragment must not be replaced by a sign-in page: let the browser go there as a whole.
        return HttpResponse(status=200, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
