"""The daily statement: what moved from opening to closing, as a table, a picture and a file; closing its days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.asking import Asking
from regulars.desk.web.loyalty_fields import Words
from regulars.groundwork.design.charts import Line, LineChart
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.tables.writing import Cell, csv_lines
from regulars.loyalty.queries import (
    KINDS,
    DayLine,
    Document,
    Program,
    Unit,
    day_in_short,
    day_in_words,
    document_of,
    program_coded,
    shown_units,
    statement_of,
    versions_of,
)
from regulars.loyalty.services import close_days

DAYS_MAX = 400
DAYS_SHOWN = 31
KIND_WORDS: dict[str, Words] = {
    "issued": gettext_lazy("Issued"),
    "restored": gettext_lazy("Restored"),
    "redeemed": gettext_lazy("Redeemed"),
    "expired": gettext_lazy("Ended"),
    "clawed": gettext_lazy("Taken back"),
    "adjusted": gettext_lazy("Corrected"),
    "forfeited": gettext_lazy("Forfeited"),
    "written_off": gettext_lazy("Written off"),
    "transferred": gettext_lazy("Transferred"),
    "renewed": gettext_lazy("Renewed"),
}


@dataclass
class Asked:
    """A program, one of its units, and the days asked for; `fault` says why there is no statement."""

    program: Program
    document: Document
    unit: Unit | None
    first: date
    last: date
    typed_first: str
    typed_last: str
    fault: str = ""

    @property
    def units(self) -> tuple[Unit, ...]:
        """All that the program counts."""
        return (*self.document.units, *self.document.stamps)

    def address(self, route: str) -> str:
        """The same days and unit elsewhere."""
        query = {"from": self.typed_first, "to": self.typed_last, "unit": self.unit.code if self.unit else ""}
        return f"{reverse(f'desk:{route}', args=[self.program.code])}?{urlencode(query)}"


def statement(request: HttpRequest, code: str) -> HttpResponse:
    """The table of days and the picture of what is outstanding."""
    asking = Asking(request)
    asked = asked_of(asking, code)
    context: dict[str, Any] = {"asked": asked, "program": asked.program, "name": asked.document.name, "current_section": "loyalty"}
    if asked.unit is not None and not asked.fault:
        lines = statement_of(program=asked.program, unit=asked.unit.code, first=asked.first, last=asked.last)
        kinds = [kind for kind in KINDS if any(line.movements[kind] for line in lines)]
        context |= {
            "file_address": asked.address("loyalty_statement_file"),
            "close_address": asked.address("close_loyalty_days"),
            "kinds": [str(KIND_WORDS[kind]) for kind in kinds],
            "rows": [_row(line, asked.unit, kinds) for line in reversed(lines)],
            "sums": [(str(KIND_WORDS[kind]), shown_units(asked.unit, sum(line.movements[kind] for line in lines))) for kind in kinds],
            "moved": bool(kinds) or lines[0].opening != 0,
            "picture": _picture(lines, asked.unit) if len(lines) > 1 else None,
            "yesterday": (asking.at.astimezone(asked.document.tzinfo).date() - timedelta(days=1)).isoformat(),
        }
    return render(request, "desk/loyalty_statement.html", context, status=422 if asked.fault else 200)


def file(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The same days as CSV, each kind in its column, with no cell that a spreadsheet program would run."""
    asked = asked_of(Asking(request), code)
    if asked.unit is None or asked.fault:
        raise Http404
    lines = statement_of(program=asked.program, unit=asked.unit.code, first=asked.first, last=asked.last)
    answer = StreamingHttpResponse(csv_lines(_cells(lines, asked.unit)), content_type="text/csv; charset=utf-8")
    name = f"{asked.program.code}-{asked.unit.code}-{asked.first}-{asked.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close all days up to one."""
    asking = Asking(request)
    asked = asked_of(asking, code)
    through = day_read(request.POST.get("through", ""))
    if through is None:
        messages.error(request, _("This is no date. Write it like 2026-12-31."))
        return redirect(asked.address("loyalty_statement"))
    try:
        closed = close_days(program=asked.program, through=through, at=asking.at, actor=asking.actor.name)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(asked.address("loyalty_statement"))
    if closed:
        messages.success(request, _("The days up to and with %(day)s are closed.") % {"day": day_in_words(through)})
    else:
        messages.info(request, _("These days were closed already."))
    return redirect(asked.address("loyalty_statement"))


def asked_of(asking: Asking, code: str) -> Asked:
    """What the address asks for. Sums of the whole business are not for those who see some branches only."""
    program = program_coded(scope=asking.scope, code=code) if asking.scope.branch_ids is None else None
    if program is None:
        raise Http404
    document = document_of(versions_of(program=program)[0])
    given = asking.request.GET
    today = asking.at.astimezone(document.tzinfo).date()
    typed_first = given.get("from", "")[:20] or (today - timedelta(days=DAYS_SHOWN - 1)).isoformat()
    typed_last = given.get("to", "")[:20] or today.isoformat()
    units = (*document.units, *document.stamps)
    unit = next((one for one in units if one.code == given.get("unit", "")), units[0] if units else None)
    first, last = day_read(typed_first), day_read(typed_last)
    asked = Asked(program, document, unit, first or today, last or today, typed_first, typed_last)
    if first is None or last is None:
        asked.fault = _("This is no date. Write it like 2026-12-31.")
    elif last < first:
        asked.fault = _("The last day lies before the first.")
    elif (last - first).days + 1 > DAYS_MAX:
        asked.fault = _("A statement holds at most %(n)s days; these are %(asked)s.") % {"n": DAYS_MAX, "asked": (last - first).days + 1}
    return asked


def day_read(text: str) -> date | None:
    """A date as somebody typed it; None when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _row(line: DayLine, unit: Unit, kinds: list[str]) -> dict[str, Any]:
    moved = [(str(KIND_WORDS[kind]), shown_units(unit, line.movements[kind]), line.movements[kind]) for kind in kinds]
    return {"line": line, "opening": shown_units(unit, line.opening), "moved": moved, "closing": shown_units(unit, line.closing)}


def _cells(lines: list[DayLine], unit: Unit) -> Iterator[list[Cell]]:
    yield ["day", "unit", "opening", *KINDS, "closing", "closed"]
    for line in lines:
        moved = [shown_units(unit, line.movements[kind]) for kind in KINDS]
        ends = shown_units(unit, line.opening), shown_units(unit, line.closing)
        yield [line.day.isoformat(), line.unit, ends[0], *moved, ends[1], "yes" if line.closed else "no"]


def _picture(lines: list[DayLine], unit: Unit) -> LineChart:
    words = {
        "before": shown_units(unit, lines[0].opening),
        "after": shown_units(unit, lines[-1].closing),
        "unit": unit.name,
        "first": day_in_words(lines[0].day),
        "last": day_in_words(lines[-1].day),
    }
    return LineChart(
        title=_("Outstanding %(unit)s") % words,
        sentence=_("Members held %(before)s %(unit)s before %(first)s and hold %(after)s at the end of %(last)s.") % words,
        labels=[day_in_short(line.day) for line in lines],
        lines=[Line(name=unit.name, values=[line.closing / 10**unit.scale for line in lines])],
        x_name=_("Day"),
        y_name=unit.name,
    )
