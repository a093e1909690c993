"""Rewards and vouchers of a program: given, kept, used, ended, withdrawn, by reward, place and period, with what they cost (R15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from regulars.business.queries import branches
from regulars.desk.web.asking import Asking
from regulars.desk.web.loyalty import sums_shown
from regulars.desk.web.loyalty_pictures import by_step, step_in_words, uptakes_drawn
from regulars.desk.web.loyalty_statement import day_read
from regulars.groundwork.kernel.money import Money
from regulars.groundwork.kernel.tables.writing import Cell, csv_lines
from regulars.loyalty.queries import (
    HAPPENINGS,
    SOON_DAYS,
    Document,
    Figure,
    Program,
    RewardFigures,
    RewardsTracked,
    Tally,
    Uptake,
    day_in_words,
    document_of,
    figures_by,
    liability_of,
    program_coded,
    program_names,
    reward_tallies,
    rewards_tracked,
    version_at,
    versions_of,
)
from regulars.service.queries import Rate

DAYS_MAX = 1100
MONTHS_SHOWN, WEEKS_SHOWN = 12, 12
LEAST_DRAWN = 5  # shares of fewer say nothing beside each other


@dataclass
class Asked:
    """A program, the days asked for, and whether they are cut into months or weeks; `fault` says why there is nothing to see."""

    program: Program
    document: Document
    first: date
    last: date
    typed_first: str
    typed_last: str
    step: Literal["month", "week"]
    fault: str = ""

    @property
    def file_address(self) -> str:
        """The same days as a file."""
        query = {"from": self.typed_first, "to": self.typed_last, "step": self.step}
        return f"{reverse('desk:loyalty_rewards_file', args=[self.program.code])}?{urlencode(query)}"

    @property
    def begins(self) -> list[date]:
        """The first day of each month or week that the days touch."""
        found = []
        day = _begin(self.first, self.step)
        while day <= self.last:
            found.append(day)
            day = _begin(day + timedelta(days=32 if self.step == "month" else 7), self.step)
        return found


def rewards(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of the days, their pictures and tables."""
    asking = Asking(request)
    asked = asked_of(asking, code)
    context: dict[str, Any] = {
        "asked": asked,
        "program": asked.program,
        "name": asked.document.name,
        "programs": _tabs(asking, asked.program),
        "current_section": "loyalty",
    }
    if not asked.fault:
        found = rewards_tracked(program=asked.program, first=asked.first, last=asked.last, step=asked.step, at=asking.at)
        sums = sums_shown(liability_of(program=asked.program, at=asking.at), asked.program.currency)
        context |= _figures(asked, found) | _tables(asking, asked, found) | {"sums": [one for one in sums if one["cost"]]}
    return render(request, "desk/loyalty_rewards.html", context, status=422 if asked.fault else 200)


def file(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The same days as CSV: one line for each month or week, reward and place."""
    asking = Asking(request)
    asked = asked_of(asking, code)
    if asked.fault:
        raise Http404
    tallies = reward_tallies(program=asked.program, first=asked.first, last=asked.last, step=asked.step)
    answer = StreamingHttpResponse(csv_lines(_cells(asked, tallies)), content_type="text/csv; charset=utf-8")
    name = f"{asked.program.code}-rewards-{asked.first}-{asked.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def asked_of(asking: Asking, code: str) -> Asked:
    """What the address asks for. Sums of the whole business are not for those who see some branches only."""
    program = program_coded(scope=asking.scope, code=code) if asking.scope.branch_ids is None else None
    if program is None:
        raise Http404
    version = version_at(program=program, at=asking.at) or versions_of(program=program)[0]
    document = document_of(version)
    given = asking.request.GET
    today = asking.at.astimezone(document.tzinfo).date()
    step: Literal["month", "week"] = "week" if given.get("step") == "week" else "month"
    typed_last = given.get("to", "")[:20] or today.isoformat()
    last = day_read(typed_last)
    typed_first = given.get("from", "")[:20] or _back(last or today, step).isoformat()
    first = day_read(typed_first)
    asked = Asked(program, document, first or today, last or today, typed_first, typed_last, step)
    if first is None or last is None:
        asked.fault = _("This is no date. Write it like 2026-12-31.")
    elif last < first:
        asked.fault = _("The last day lies before the first.")
    elif (last - first).days + 1 > DAYS_MAX:
        asked.fault = _("Ask for at most %(n)s days; these are %(asked)s.") % {"n": DAYS_MAX, "asked": (last - first).days + 1}
    return asked


def _back(last: date, step: str) -> date:
    """Where a year of months, or a dozen weeks, up to a day begins."""
    if step == "week":
        return _begin(last, step) - timedelta(weeks=WEEKS_SHOWN - 1)
    months = last.year * 12 + last.month - MONTHS_SHOWN
    return date(months // 12, months % 12 + 1, 1)


def _begin(day: date, step: str) -> date:
    return day.replace(day=1) if step == "month" else day - timedelta(days=day.weekday())


def _tabs(asking: Asking, current: Program) -> list[dict[str, Any]]:
    """The same page of every program, when there are several."""
    known = program_names(scope=asking.scope, at=asking.at)
    if len(known) < 2:
        return []
    return [
        {"label": name, "url": reverse("desk:loyalty_rewards", args=[one.code]), "current": one.pk == current.pk} for one, name in known
    ]


def _figures(asked: Asked, found: RewardsTracked) -> dict[str, Any]:
    """The sums of all days, and how soon vouchers are used."""
    whole = next(iter(figures_by(tallies=found.tallies, name=lambda _one: "")), RewardFigures(name=""))
    still = sum(found.left.values(), Figure())
    return {
        "file_address": asked.file_address,
        "whole": whole,
        "still": still,
        "rate": _rate(found.uptakes),
        "soon_days": SOON_DAYS,
        "happened": bool(found.tallies),
        "anything": bool(found.tallies or found.left or asked.document.rewards),
        "sentence": _in_a_sentence(asked, whole, still),
    }


def _rate(uptakes: Sequence[Uptake]) -> Rate:
    return Rate(
        sum(one.soon for one in uptakes),
        sum(one.n for one in uptakes),
        sum(one.before_soon for one in uptakes),
        sum(one.before_n for one in uptakes),
    )


def _in_a_sentence(asked: Asked, whole: RewardFigures, still: Figure) -> str:
    """What the page says, before all figures."""
    words = {
        "program": asked.document.name,
        "first": day_in_words(asked.first),
        "last": day_in_words(asked.last),
        "n": whole.redeemed.uses,
        "cost": Money(whole.redeemed.cost_minor, asked.program.currency).shown(get_language() or "en"),
        "open": still.uses,
    }
    return (
        ngettext(
            "From %(first)s to %(last)s members of “%(program)s” used %(n)s reward, which cost %(cost)s; %(open)s can still be used.",
            "From %(first)s to %(last)s members of “%(program)s” used %(n)s rewards, which cost %(cost)s; %(open)s can still be used.",
            whole.redeemed.uses,
        )
        % words
    )


def _tables(asking: Asking, asked: Asked, found: RewardsTracked) -> dict[str, Any]:
    """By month or week, by reward with its stock, by place."""
    places = {one.code: one.name for one in branches(scope=asking.scope)}
    by_begin = {one.name: one for one in figures_by(tallies=found.tallies, name=lambda one: one.begins_on.isoformat())}
    steps = [(begin, by_begin.get(begin.isoformat(), RewardFigures(name=""))) for begin in asked.begins]
    rows = _by_reward(asked, found)
    rates = [(row["name"], row["rate"]) for row in rows if row["rate"].n]
    used = [one for one in found.tallies if one.happening in ("reserved", "redeemed")]
    return {
        "steps": [(step_in_words(begin, asked.step), one) for begin, one in reversed(steps)],
        "by_reward": rows,
        "by_place": [(places.get(one.name, one.name), one) for one in figures_by(tallies=used, name=lambda one: one.branch)],
        "picture": by_step(steps, asked.step) if found.tallies and len(steps) > 1 else None,
        "rates_picture": uptakes_drawn(rates) if len(rates) > 1 and max(rate.n for _name, rate in rates) >= LEAST_DRAWN else None,
    }


def _by_reward(asked: Asked, found: RewardsTracked) -> list[dict[str, Any]]:
    """Every reward of the program in its order, then those that it has no more and that something is told of."""
    names = {one.code: one.name for one in asked.document.rewards}
    uptakes = {one.reward: _rate([one]) for one in found.uptakes}
    figures = {one.name: one for one in figures_by(tallies=found.tallies, name=lambda one: one.reward)}
    codes = [*names, *sorted({*figures, *found.left} - set(names))]
    return [
        {
            "name": names.get(code, code),
            "gone": code not in names,
            "figures": figures.get(code, RewardFigures(name=code)),
            "left": found.left.get(code, Figure()),
            "stock": found.stock.get(code),
            "rate": uptakes.get(code, Rate(0, 0)),
        }
        for code in codes
    ]


def _cells(asked: Asked, tallies: Sequence[Tally]) -> Iterator[list[Cell]]:
    names = {one.code: one.name for one in asked.document.rewards}
    columns = [f"{happening}{what}" for happening in HAPPENINGS for what in ("", "_cost")]
    yield [f"{asked.step}_begins_on", "program", "reward", "name", "branch", *columns, "currency"]
    keys = sorted({(one.begins_on, one.reward, one.branch) for one in tallies})
    sums: dict[tuple[date, str, str, str], Figure] = {}
    for one in tallies:
        key = (one.begins_on, one.reward, one.branch, one.happening)
        sums[key] = sums.get(key, Figure()) + one.figure
    for begins_on, reward, branch in keys:
        found = [sums.get((begins_on, reward, branch, happening), Figure()) for happening in HAPPENINGS]
        figures = [cell for one in found for cell in (str(one.uses), str(Money(one.cost_minor, asked.program.currency).major))]
        yield [begins_on.isoformat(), asked.program.code, reward, names.get(reward, reward), branch, *figures, asked.program.currency]
