"""What waits for people in a program: adjustments above the limit for one, and disputes with offline tills."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.desk.web.asking import Asking
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.queries import DisputeShown, Program, RequestShown, disputes_of, document_of, program_coded, requests_of, versions_of
from regulars.loyalty.services import approve_adjustment, refuse_adjustment, settle_dispute
from regulars.staff.queries import employee_names

HOWS: dict[str, Literal["kept", "forgiven"]] = {"kept": "kept", "forgiven": "forgiven"}


def adjustments(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for a second person, and what was decided lately."""
    asking = Asking(request)
    return _page(asking, _program(asking, code))


def decide(request: HttpRequest, code: str, id: str) -> HttpResponse:
    """Approve what somebody else asked for, or refuse it with the reason."""
    asking = Asking(request)
    program = _program(asking, code)
    why, how = request.POST.get("why", ""), request.POST.get("how", "")
    words: dict[str, Any] = {"scope": asking.scope, "public_id": id, "why": why, "at": asking.at, "actor": asking.actor.name}
    try:
        if how == "approve":
            retried(lambda: approve_adjustment(**words))
            messages.success(request, _("Approved and booked."))
        elif how == "refuse":
            retried(lambda: refuse_adjustment(**words))
            messages.success(request, _("Refused. The reason stays beside it."))
        else:
            raise Http404
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(asking, program, fault=(id, refusal.sentence, why))
    return redirect("desk:loyalty_adjustments", code=code)


def settle(request: HttpRequest, code: str, id: str) -> HttpResponse:
    """A dispute was looked at: what is owed stays, or is forgiven."""
    asking = Asking(request)
    program = _program(asking, code)
    why, chosen = request.POST.get("why", ""), request.POST.get("how", "")
    if chosen not in HOWS:
        raise Http404
    how = HOWS[chosen]
    try:
        retried(lambda: settle_dispute(scope=asking.scope, public_id=id, how=how, why=why, at=asking.at, actor=asking.actor.name))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(asking, program, fault=(id, refusal.sentence, why))
    messages.success(request, _("Settled."))
    return redirect("desk:loyalty_adjustments", code=code)


def _program(asking: Asking, code: str) -> Program:
    found = program_coded(scope=asking.scope, code=code)
    if found is None:
        raise Http404
    return found


def _page(asking: Asking, program: Program, *, fault: tuple[str, str, str] = ("", "", "")) -> HttpResponse:
    waiting, settled = requests_of(scope=asking.scope, program=program, at=asking.at)
    disputes, looked_at = disputes_of(scope=asking.scope, program=program, at=asking.at)
    names = {f"employee:{number}": name for number, _public_id, name in employee_names(scope=asking.scope)}
    context: dict[str, Any] = {
        "program": program,
        "name": document_of(versions_of(program=program)[0]).name,
        "waiting": [_listed(one, asking, names) | _fault_of(one, fault) for one in waiting],
        "settled": [_listed(one, asking, names) for one in settled],
        "disputes": [{"shown": one, **_fault_of(one, fault)} for one in disputes],
        "looked_at": [{"shown": one, "by": names.get(one.row.settled_by, "")} for one in looked_at],
        "fault": fault[1],
        "current_section": "loyalty",
    }
    return render(asking.request, "desk/loyalty_adjustments.html", context, status=422 if fault[1] else 200)


def _listed(one: RequestShown, asking: Asking, names: dict[str, str]) -> dict[str, Any]:
    row = one.row
    return {
        "row": row,
        "gives": row.units > 0,
        "units": one.units.lstrip("-"),
        "unit": one.unit_name,
        "state": one.state,
        "asked_by": names.get(row.asked_for_by) or _("A program"),
        "decided_by": names.get(row.decided_by, ""),
        "own": asking.actor.name in (row.asked_by, row.asked_for_by),
    }


def _fault_of(one: RequestShown | DisputeShown, fault: tuple[str, str, str]) -> dict[str, str]:
    id, sentence, why = fault
    return {"fault": sentence, "why": why} if str(one.row.public_id) == id else {"fault": "", "why": ""}
