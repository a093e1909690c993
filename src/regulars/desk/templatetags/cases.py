"""Lists of cases, drawn here because a page holds many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import filesizeformat
from django.template.defaulttags import CsrfTokenNode
from django.urls import reverse
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from regulars.desk.templatetags.desk import address, moment
from regulars.groundwork.design.drawn import Drawing, drawn
from regulars.groundwork.design.icons import draw
from regulars.service.queries import Case, CaseLine, Entry, HappeningShown

register = template.Library()


@register.simple_tag(takes_context=True)
def case_rows(context: Context, rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """One line for each case: what it is about, who looks at it, how urgent it is, until when."""
    words = {"urgent": _badge(_("Urgent"), "warn", "warn"), "high": _badge(_("High"), "warn", "warn")}
    until, since = _("until %(due)s"), _("since %(due)s")
    parts = []
    for row in rows:
        case: CaseLine = row["case"]
        ends = words.get(case.priority, "")
        if case.status != "open":
            ends += _badge(str(row["status"]))
        if case.due_at:
            due = {"due": moment(context, case.due_at, "short")}
            ends += _badge(since % due, "bad", "clock") if row["late"] else _badge(until % due, "", "clock")
        icon = "warn" if row["late"] else "clock" if case.status == "waiting" else "question"
        parts.append(
            f'<li><div class="list__row">{draw(icon)}<div class="list__words">'
            f'<a class="list__title" href="{address("desk:case", case.public_id)}">{escape(case.subject or _("(forgotten)"))}</a>'
            f'<p class="list__note">{escape(row["note"])}</p>{_present(row["present"])}</div><div class="list__end row">{ends}</div></div></li>'
        )
    return mark_safe(f'<ul class="list">{"".join(parts)}</ul>')  # noqa: S308 — every value in it is escaped


@register.simple_tag(takes_context=True)
def happenings(context: Context, lines: Iterable[HappeningShown]) -> SafeString:
    """What happened in a case, line by line."""
    parts = []
    for one in lines:
        detail = f": {escape(one.detail)}" if one.detail else ""
        by = f' <span class="muted">({escape(one.by)})</span>' if one.by else ""
        when = escape(moment(context, one.at, "short"))
        parts.append(f'<li class="small"><span class="muted">{when}</span> {escape(one.words)}{detail}{by}</li>')
    return mark_safe(f'<ol class="timeline">{"".join(parts)}</ol>')  # noqa: S308 — every value in it is escaped


@register.simple_tag(takes_context=True)
def talk(context: Context, entries: Iterable[Entry]) -> SafeString:
    """What was said in a case, in order, with the files, and what can be done with a message of the customer's."""
    case: Case = context["case"]
    splits = bool(context["rights"]["split_case"])
    parts = []
    for number, one in enumerate(entries):
        split = _split(context, case, one, first=number == 0) if splits else ""
        parts.append(
            f'<li class="talk__entry talk__entry--{one.kind}" id="e-{one.public_id}"><p class="talk__head">{_head(context, case, one)}</p>'
            f'<div class="letter">{linebreaks(one.said or _("(forgotten)"), autoescape=True)}</div>{_files(case, one)}{split}</li>'
        )
    return mark_safe(f'<ol class="talk">{"".join(parts)}</ol>')  # noqa: S308 — every value in it is escaped


def _head(context: Context, case: Case, one: Entry) -> str:
    us = one.by or _("Us")  # type: ignore[attr-defined]  # put there by the query
    icon, name = {
        "in": ("person", case.customer.display_name),
        "courtesy": ("person", case.customer.display_name),
        "internal": ("lock", us),
        "automatic": ("repeat", _("By machine")),
    }.get(one.kind, ("regulars", us))
    parts = [f'{draw(icon)} <span class="bold">{escape(name)}</span>']
    if one.kind == "internal":
        parts.append(_badge(_("Only for us")))
    channel = f"{escape(str(context['channels'].get(one.channel, one.channel)))} · " if one.channel else ""
    parts.append(f'<span class="muted small">{channel}{escape(moment(context, one.at, "short"))}</span>')
    if one.kind == "courtesy":
        parts.append(_badge(_("Thank-you"), "good", "good"))
    if one.message is not None and one.message.state == "failed":
        parts.append(_badge(_("Not delivered"), "bad", "warn"))
    return " ".join(parts)


def _files(case: Case, one: Entry) -> str:
    parts = []
    if one.mail is not None:
        came = f'<a href="{reverse("desk:mail_one", args=[one.mail.public_id])}">{escape(_("The mail as it came"))}</a>'
        parts.append(
            came
            + "".join(
                f' <a href="{reverse("desk:mail_attachment", args=[one.mail.public_id, file["number"]])}">{draw("download")}{escape(file["name"])}</a>'
                for file in one.mail.attachments
            )
        )
    if one.files:  # type: ignore[attr-defined]  # put there by the query
        parts.append(
            " ".join(
                f'<a href="{reverse("desk:case_file", args=[case.public_id, one.public_id, file.number])}">{draw("download")}'
                f'{escape(file.name or _("(forgotten)"))}</a> <span class="muted">{escape(filesizeformat(file.size_bytes))}</span>'
                for file in one.files  # type: ignore[attr-defined]  # put there by the query
            )
        )
    return "".join(f'<p class="small row">{part}</p>' for part in parts)


def _split(context: Context, case: Case, one: Entry, *, first: bool) -> str:
    """A button: a thank-you that is none, or a message that is a matter of its own."""
    if one.kind == "courtesy":
        act = '<input type="hidden" name="how" value="no-courtesy">'
        icon, words = "undo", _("No thank-you: it needs an answer")
    elif one.kind == "in" and not first:
        act, icon, words = "", "", _("Make it a case of its own")
    else:
        return ""
    return (
        f'<form method="post" action="{reverse("desk:split_case", args=[case.public_id, one.public_id])}">{CsrfTokenNode().render(context)}'
        f"{act}{drawn('button', Drawing({'tone': 'plain', 'size': 'small', 'icon': icon}, inside=escape(words)))}</form>"
    )


def _badge(words: str, tone: str = "", icon: str = "") -> str:
    return drawn("badge", Drawing({"tone": tone, "icon": icon}, inside=escape(words)))


def _present(people: Iterable[tuple[str, bool]]) -> str:
    said = ", ".join((_("%(name)s is writing") if writes else _("%(name)s is looking")) % {"name": name} for name, writes in people)
    return f'<p class="list__note">{draw("edit")} {escape(said)}</p>' if said else ""
