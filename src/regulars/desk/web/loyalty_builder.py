"""The builder: a program's document by plain fields, or as JSON for those who want it; checked, tried out, put in force."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.business.queries import business_of
from regulars.desk.web.asking import Asking
from regulars.desk.web.loyalty_changes import in_words
from regulars.desk.web.loyalty_faults import place_in_words, sentence_of
from regulars.desk.web.loyalty_fields import SECTIONS
from regulars.desk.web.loyalty_form import DocumentForm
from regulars.desk.web.loyalty_shape import Shape, added, put, removed, shape_of, taken_over, text_of, too_long, with_codes
from regulars.desk.web.loyalty_templates import begun_as
from regulars.groundwork.kernel.money import Money, NotMoney, minor_units
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.queries import (
    Document,
    Fault,
    Meaning,
    Program,
    day_in_words,
    document_of,
    earning_preview,
    meaning_of,
    program_coded,
    reason_in_words,
    shown_units,
    start_of,
    versions_of,
)
from regulars.loyalty.services import DocumentRefused, NoticeTooShort, apply_program, check_program

EXAMPLE = "12.40"
BEARINGS = ("worse", "better", "neutral")


@dataclass
class Desk:
    """The document on the desk: as typed, whether as text or by fields, and what became of it."""

    asking: Asking
    program: Program | None
    shape: Shape | None
    text: str
    faults: list[Fault]
    warnings: list[Fault]
    document: Document | None = None
    begin_on: str = ""
    begin_fault: str = ""
    refused: str = ""
    amount: str = EXAMPLE
    based_on: str = ""
    meaning: Meaning | None = None

    @property
    def by_fields(self) -> bool:
        """Whether the fields show it; else its text does."""
        return self.shape is not None

    @property
    def wrong(self) -> bool:
        """Whether it can't be taken as it is."""
        return bool(self.faults or self.refused or self.begin_fault)


def new(request: HttpRequest) -> HttpResponse:
    """Write a new program, from a template or from nothing."""
    asking = Asking(request)
    if request.method == "POST":
        return _posted(asking, None)
    firm = business_of(scope=asking.scope)
    on = asking.at.date()
    text = begun_as(request.GET.get("template", ""), currency=firm.currency or "EUR", zone=firm.zone, today=on)
    return _page(asking, Desk(asking, None, shape_of(text), text, [], []))


def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Write a program's next version, from its newest one."""
    asking = Asking(request)
    program = program_coded(scope=asking.scope, code=code)
    if program is None:
        raise Http404
    if request.method == "POST":
        return _posted(asking, program)
    newest = versions_of(program=program)[0]
    shape = shape_of(newest.document) or {}
    shape.pop("effective_at", None)
    desk = Desk(asking, program, shape, text_of(shape), [], [], based_on=str(newest.number))
    if too_long(shape):
        desk.shape = None
    return _page(asking, desk)


def _posted(asking: Asking, program: Program | None) -> HttpResponse:
    given = asking.request.POST
    desk = _taken(asking, program)
    act, _colon, rest = given.get("do", "check").partition(":")
    if act == "as_json":
        desk.shape = None
    elif act == "as_fields":
        desk.shape = shape_of(desk.text)
        desk.faults = [] if desk.shape is not None else [Fault("", "not_for_fields" if _is_json(desk.text) else "no_json")]
    elif act in ("add", "remove") and desk.shape is not None:
        desk.shape = _with_rows(desk.shape, act, rest)
    elif act == "apply":
        _check(desk)
        version = None if desk.wrong else _apply(desk)
        if version is not None:
            return redirect("desk:loyalty_program", code=version)
    else:
        _check(desk)
    if desk.shape is not None:
        desk.text = text_of(desk.shape)
        if too_long(desk.shape):
            desk.shape = None
    return _page(asking, desk)


def _taken(asking: Asking, program: Program | None) -> Desk:
    """What was posted: the text that was typed, or the document with the values of its fields."""
    given = asking.request.POST
    text = given.get("text", "")
    begin, amount = given.get("begin_on", "").strip()[:20], given.get("amount", EXAMPLE).strip()[:20]
    shape = shape_of(given.get("document", "")) if given.get("mode") != "json" else None
    if shape is not None:
        shape = with_codes(taken_over(shape, given, founding=program is None))
        text = text_of(shape)
    return Desk(asking, program, shape, text, [], [], begin_on=begin, amount=amount, based_on=given.get("based_on", "")[:12])


def _with_rows(shape: Shape, act: str, rest: str) -> Shape:
    place, _colon, number = rest.partition(":")
    section = next((one for one in SECTIONS if one.place == place), None)
    if section is None:
        return shape
    if act == "add":
        return added(shape, section)
    return removed(shape, section, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else shape


def _check(desk: Desk) -> None:
    """Every fault, what deserves a look, and the document if there is one."""
    try:
        desk.document, desk.warnings = check_program(text=desk.text, at=desk.asking.at)
    except DocumentRefused as refused:
        desk.faults = [Fault(one["place"], one["code"], one["detail"]) for one in refused.extra["faults"]]
        return
    if desk.program is not None and desk.document.code != desk.program.code:
        desk.faults = [Fault("code", "other_code")]
    elif desk.program is None and program_coded(scope=desk.asking.scope, code=desk.document.code) is not None:
        desk.faults = [Fault("code", "program_exists")]
    elif desk.program is not None:
        desk.meaning = meaning_of(scope=desk.asking.scope, document=desk.document, at=desk.asking.at)


def _apply(desk: Desk) -> str | None:
    """Make it a version; the program's code, or None with the reason kept beside what was typed."""
    assert desk.document is not None
    text = desk.text
    if desk.program is not None and (newest := versions_of(program=desk.program)[0].number) != _number(desk.based_on):
        desk.refused = _("Somebody made version %(number)s meanwhile. Look at it first: what you typed is kept here.") % {"number": newest}
        return None
    if desk.begin_on:
        try:
            begins = start_of(date.fromisoformat(desk.begin_on), desk.document.tzinfo)
        except (ValueError, OverflowError):
            desk.begin_fault = _("This is no date. Write it like 2026-12-31.")
            return None
        shape = shape_of(text) or {}
        put(shape, "effective_at", begins.isoformat())
        text = text_of(shape)
    asking = desk.asking
    try:
        applied = retried(lambda: apply_program(scope=asking.scope, text=text, at=asking.at, actor=asking.actor.name))
    except NoticeTooShort as short:
        words = {"days": short.extra["notice_days"], "day": day_in_words(date.fromisoformat(short.extra["earliest_on"]))}
        desk.begin_fault = _("Members hear %(days)s days before of what is worse for them: it may begin on %(day)s.") % words
        return None
    except Refusal as refusal:
        desk.refused, desk.begin_fault = ("", refusal.sentence) if "effective_at" in refusal.fields else (refusal.sentence, "")
        return None
    words = {"number": applied.version.number}
    said = _("Version %(number)s is in the books.") if applied.made else _("Nothing has changed: version %(number)s stands.")
    messages.success(asking.request, said % words)
    return applied.version.program.code


def _page(asking: Asking, desk: Desk) -> HttpResponse:
    shape = desk.shape or {}
    form = DocumentForm(shape, founding=desk.program is None) if desk.by_fields else None
    if form is not None and desk.faults:
        form.take(desk.faults)
    if form is not None and desk.refused:
        form.is_valid()
        form.add_error(None, desk.refused)
    told = [(place_in_words(one.place, shape) if form else one.place, sentence_of(one)) for one in desk.faults]
    context: dict[str, Any] = {
        "desk": desk,
        "form": form,
        "faults": told,
        "warnings": [(place_in_words(one.place, shape_of(desk.text) or {}), sentence_of(one)) for one in desk.warnings],
        "meaning": _meant(desk) if desk.meaning else None,
        "program": desk.program,
        "name": document_of(versions_of(program=desk.program)[0]).name if desk.program else "",
        "first_day": (asking.at + timedelta(days=1)).date().isoformat(),
        "current_section": "loyalty",
    } | _tried(desk)
    return render(asking.request, "desk/loyalty_builder.html", context, status=422 if desk.wrong else 200)


def _meant(desk: Desk) -> dict[str, Any]:
    """What it means for members: the changes that are worse first, and the first day on which it may begin."""
    meaning = desk.meaning
    assert meaning is not None
    assert desk.program is not None
    assert desk.document is not None
    before = json.loads(versions_of(program=desk.program)[0].document)
    after = desk.document.model_dump(mode="json")
    ordered = sorted(meaning.changes, key=lambda one: BEARINGS.index(one.bearing))
    rows = [{"change": in_words(one.change, after, before), "bearing": one.bearing, "why": reason_in_words(one.code)} for one in ordered]
    return {
        "bearing": meaning.bearing,
        "days": meaning.notice_days,
        "first_day": day_in_words(meaning.first_day) if meaning.first_day else "",
        "changes": rows,
    }


def _tried(desk: Desk) -> dict[str, Any]:
    """What a purchase would earn, by the real rule: of the checked document, or of what is on the desk if it can be taken."""
    document = desk.document
    if document is None and not desk.wrong:
        try:
            document, _warnings = check_program(text=desk.text, at=desk.asking.at)
        except DocumentRefused:
            return {"preview": None}
    if document is None:
        return {"preview": None}
    try:
        minor = minor_units(desk.amount, document.currency)
    except NotMoney:
        return {"preview": None, "amount_fault": _("Write an amount like %(example)s.") % {"example": EXAMPLE}}
    if minor < 0:
        return {"preview": None, "amount_fault": _("Write an amount like %(example)s.") % {"example": EXAMPLE}}
    earned = earning_preview(document=document, amount_minor=minor, at=desk.asking.at)
    shown = Money(minor, document.currency).shown(get_language() or "en")
    words = [{"amount": shown, "units": shown_units(one.unit, one.units), "unit": one.unit.name} for one in earned]
    return {"preview": [_("A purchase of %(amount)s now earns %(units)s %(unit)s.") % one for one in words], "earns_nothing": not words}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
