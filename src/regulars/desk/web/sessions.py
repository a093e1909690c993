"""The state of one browser: signed in or half way, since when proved, which device."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from regulars.groundwork.kernel import clock
from regulars.staff.queries import HALF_WAY_LASTS, Employee, client_address, employee_signing_in, has_second_factor
from regulars.staff.services import remember_device

BACKEND = settings.AUTHENTICATION_BACKENDS[0]
DEVICE_COOKIE = "__Host-device" if settings.PRODUCTION else "regulars-device"
DEVICE_DAYS = 400


def address_of(request: HttpRequest) -> str:
    """Where the caller calls from."""
    return client_address(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""), settings.REGULARS.proxies)


def device_of(request: HttpRequest) -> str:
    """What `remember_device` once gave this browser."""
    return request.COOKIES.get(DEVICE_COOKIE, "")[:200]


def come_in(request: HttpRequest, employee: Employee, target: str) -> HttpResponse:
    """Let somebody in whose password was right, or on to the second step."""
    if not has_second_factor(employee=employee):
        return begin_session(request, employee, target)
    request.session.flush()
    request.session["half_way"] = {
        "employee": employee.pk,
        "hash": employee.get_session_auth_hash(),
        "at": clock.now().isoformat(),
        "next": target,
    }
    return redirect("desk:second_step")


def half_way(request: HttpRequest) -> tuple[Employee, str] | None:
    """Who has given their password in this browser a moment ago, and where they want to go."""
    noted = request.session.get("half_way")
    if not noted or clock.now() - datetime.fromisoformat(noted["at"]) > HALF_WAY_LASTS:
        return None
    employee = employee_signing_in(employee_id=noted["employee"])
    if employee is None or employee.get_session_auth_hash() != noted["hash"]:
        return None
    return employee, str(noted["next"])


def begin_session(request: HttpRequest, employee: Employee, target: str = "/") -> HttpResponse:
    """Sign in for good: a new session, proved this moment, in a browser that will be known again."""
    at = clock.now()
    login(request, employee, backend=BACKEND)
    request.session.pop("half_way", None)
    request.session["seen"] = at.isoformat()
    prove(request)
    response = redirect(target)
    keep_device(request, response, employee, at)
    return response


def keep_device(request: HttpRequest, response: HttpResponse, employee: Employee, at: datetime) -> None:
    """Give this browser the token by which it is known again."""
    token = remember_device(employee=employee, token=device_of(request), at=at)
    response.set_cookie(
        DEVICE_COOKIE, token, max_age=DEVICE_DAYS * 86_400, httponly=True, samesite="Lax", secure=settings.PRODUCTION, path="/"
    )


def prove(request: HttpRequest) -> None:
    """Note that the person in front of this browser has just proved who they are."""
    request.session["proved_at"] = clock.now().isoformat()


def remember(request: HttpRequest, name: str, state: dict[str, Any]) -> None:
    """Keep what a question needs until its answer comes."""
    request.session[f"asked_{name}"] = {"state": state, "at": clock.now().isoformat()}


def remembered(request: HttpRequest, name: str) -> dict[str, Any]:
    """What was kept for an answer; it can be had once, and for ten minutes."""
    kept = request.session.pop(f"asked_{name}", None)
    if not kept or clock.now() - datetime.fromisoformat(kept["at"]) > HALF_WAY_LASTS:
        return {}
    state: dict[str, Any] = kept["state"]
    return state
