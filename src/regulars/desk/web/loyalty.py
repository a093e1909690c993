"""The programs of the business: which there are, what one says, how it changed, and what members have of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.desk.web.asking import Asking
from regulars.desk.web.loyalty_changes import in_words
from regulars.desk.web.loyalty_templates import OFFERED
from regulars.groundwork.kernel.money import Money
from regulars.loyalty.queries import (
    Liability,
    Standing,
    differences,
    disputes_open,
    document_of,
    gives,
    liability_of,
    members_of,
    program_coded,
    requests_waiting,
    shown_units,
    standings_of,
    told,
    versions_of,
)
from regulars.staff.queries import employee_names

VERSIONS_SHOWN = 20


def programs(request: HttpRequest) -> HttpResponse:
    """Every program with what it gives; templates where there is none."""
    asking = Asking(request)
    whole = asking.scope.branch_ids is None
    rows = [_listed(one, whole) for one in standings_of(scope=asking.scope, at=asking.at)]
    return render(request, "desk/loyalty.html", {"rows": rows, "templates": OFFERED, "whole_business": whole, "current_section": "loyalty"})


def program(request: HttpRequest, code: str) -> HttpResponse:
    """What a program says in sentences, its versions, and what members have of it."""
    asking = Asking(request)
    found = program_coded(scope=asking.scope, code=code)
    if found is None:
        raise Http404
    versions = versions_of(program=found)
    now = next((one for one in versions if one.effective_at <= asking.at), None)
    document = document_of(now or versions[0])
    context: dict[str, Any] = {
        "program": found,
        "document": document,
        "version": now,
        "parts": told(document),
        "coming": [one for one in versions if one.effective_at > asking.at],
        "versions": _with_changes(versions[: VERSIONS_SHOWN + 1], _names(asking)),
        "more_versions": max(len(versions) - VERSIONS_SHOWN, 0),
        "waiting": requests_waiting(program=found, at=asking.at),
        "disputes": disputes_open(program=found),
        "first_of_all": versions[-1].number,
        "current_section": "loyalty",
    }
    if asking.scope.branch_ids is None:  # sums of the whole firm are not for a branch
        context |= {
            "members": members_of(program=found),
            "sums": sums_shown(liability_of(program=found, at=asking.at), found.currency),
        }
    return render(request, "desk/loyalty_program.html", context)


def _listed(standing: Standing, whole: bool) -> dict[str, Any]:
    document = standing.document
    units = [
        (unit.name, shown_units(unit, standing.outstanding.get(unit.code, 0)))
        for unit in ((*document.units, *document.stamps) if document and whole else ())
    ]
    return {
        "program": standing.program,
        "name": document.name if document else standing.program.code,
        "gives": gives(document) if document else "",
        "version": standing.version,
        "begins_next_at": standing.begins_next_at,
        "members": standing.members,
        "units": units,
    }


def sums_shown(found: Sequence[Liability], currency: str) -> list[dict[str, Any]]:
    """What members have of each unit, and what that will cost, as people write it."""
    return [_sums(one, currency) for one in found]


def _sums(one: Liability, currency: str) -> dict[str, Any]:
    language = get_language() or "en"
    shown = {name: shown_units(one.unit, getattr(one, name)) for name in ("usable", "pending", "held", "owed", "outstanding")}
    if one.expected is None:
        return {"unit": one.unit, "cost": "", **shown}
    money = {
        name: Money(minor, currency).shown(language)
        for name, minor in (
            ("liability", one.expected.liability_minor),
            ("breakage", one.expected.breakage_minor),
            ("full", one.expected.full_minor),
        )
    }
    use = one.unit.expected_use_percent
    return {"unit": one.unit, "cost": f"{one.unit.cost} {currency}", "use": f"{use.normalize():f}" if use else "100", **shown, **money}


def _names(asking: Asking) -> dict[str, str]:
    return {f"employee:{number}": name for number, _public_id, name in employee_names(scope=asking.scope)}


def _by(actor: str, names: dict[str, str]) -> str:
    kinds = {"system": _("the system"), "key": _("a program with a key")}
    return names.get(actor) or kinds.get(actor.partition(":")[0], actor)


def _with_changes(versions: Sequence[Any], names: dict[str, str]) -> list[dict[str, Any]]:
    """Each version with what it changed of the one before; the oldest shown one only serves for comparing when there are more."""
    shapes = [json.loads(one.document) for one in versions]
    found = []
    for place, one in enumerate(versions[:VERSIONS_SHOWN]):
        before = shapes[place + 1] if place + 1 < len(versions) else None
        changes = [in_words(change, shapes[place], before) for change in differences(before, shapes[place])] if before is not None else []
        found.append({"version": one, "changes": changes, "by": _by(one.actor, names)})
    return found
