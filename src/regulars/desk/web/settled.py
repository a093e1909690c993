"""The public page where a customer says whether it is settled. The link is the key; reading changes nothing, for scanners open every link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from regulars.desk.web.wishes import unlinked
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.retrying import retried
from regulars.service.services import aftercare_by_link, answer_aftercare


@csrf_exempt
@unlinked
def settled(request: HttpRequest, token: str) -> HttpResponse:
    """Is it settled? Yes, no, and a word if they like."""
    row = aftercare_by_link(token=token)
    if row is None:
        raise NotFound(_("This link is not one of ours."))
    said = ""
    if request.method == "POST":
        said = "yes" if request.POST.get("settled") == "yes" else "no" if request.POST.get("settled") == "no" else ""
        if said:
            at = clock.now()
            retried(lambda: answer_aftercare(token=token, settled=said == "yes", words=request.POST.get("words", ""), at=at))
    context = {"row": row, "token": token, "said": said, "brand": row.business, "business": row.business}
    return render(request, "desk/settled.html", context)
