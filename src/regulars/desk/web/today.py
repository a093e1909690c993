"""Today: what matters now, by role."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.desk.queries import today_page
from regulars.desk.web.asking import Asking


def today(request: HttpRequest) -> HttpResponse:
    """The home of everybody: what to do, what is new, what is still to set up."""
    asking = Asking(request)
    page = today_page(scope=asking.scope, actor=asking.actor, at=asking.at)
    return render(request, "desk/today.html", {"page": page, "at": asking.at, "current_section": "today"})
