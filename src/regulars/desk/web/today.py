"""Today: what matters now, by role."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.desk.queries import today_page
from regulars.desk.web.asking import Asking
from regulars.staff.queries import may_open, networks_slowed_since

NOTICED_FOR = timedelta(days=1)


def today(request: HttpRequest) -> HttpResponse:
    """The home of everybody: what to do, what is new, what is still to set up."""
    asking = Asking(request)
    page = today_page(scope=asking.scope, actor=asking.actor, employee=asking.employee, at=asking.at)
    guessed = networks_slowed_since(since=asking.at - NOTICED_FOR) if may_open(asking.actor, "desk:staff") else []
    return render(request, "desk/today.html", {"page": page, "at": asking.at, "guessed": guessed, "current_section": "today"})
