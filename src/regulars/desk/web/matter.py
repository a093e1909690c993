"""The public page where a customer sees how their matter stands. The link is the key; nothing can be changed here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.desk.web.wishes import unlinked
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound
from regulars.service.queries import matter_shown
from regulars.service.services import case_by_link


@unlinked
def matter(request: HttpRequest, token: str) -> HttpResponse:
    """How it stands, and what was promised by when."""
    case = case_by_link(token=token)
    if case is None:
        raise NotFound(_("This link is not one of ours."))
    context = {"shown": matter_shown(case=case, at=clock.now()), "brand": case.business, "business": case.business}
    return render(request, "desk/matter.html", context)
