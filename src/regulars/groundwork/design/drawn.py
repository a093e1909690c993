"""Components that stand on every page many times, drawn by Python: what they look like is said here, not in a template of their own.

A component is either a template in `templates/cotton/` or a drawing here. Its markup is the same wherever it is used: `<c-badge tone="good">…`.
"""
# ruff: noqa: S308 — every value is escaped below, slots and further attributes arrive as markup

from __future__ import annotations

from collections.abc import Callable

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from regulars.groundwork.design import drawn_forms
from regulars.groundwork.design.drawing import Component, Drawing
from regulars.groundwork.design.icons import draw


def badge(given: Drawing) -> str:
    """A word with a colour and an icon."""
    tone = given.text("tone")
    icon = given.icon("icon", tone)
    return f'<span class="badge{f" badge--{tone}" if tone else ""}"{given.more}>{icon}<span>{given.inside}</span></span>'


def button(given: Drawing) -> str:
    """Something to press; with `href` a link that looks like it."""
    classes = "button" + "".join(f" button--{given.text(name)}" for name in ("tone", "size") if given.has(name))
    classes += "".join(f" button--{name}" for name in ("wide", "square") if given.has(name))
    classes += f" {given.text('css')}" if given.has("css") else ""
    key = f'<kbd class="key key--hint" aria-hidden="true">{given.text("key")}</kbd>' if given.has("key") else ""
    busy, disabled = given.has("busy"), given.has("disabled")
    icon = "" if busy and not given.has("href") else given.icon("icon")
    words = f"{icon}{given.inside}{key}"
    if given.has("href"):
        drawn = f'<a href="{given.text("href")}" class="{classes}"{given.more}>{words}</a>'
    else:
        states = (' aria-busy="true"' if busy else "") + (" disabled" if disabled else "")
        drawn = f'<button type="{given.text("type", "submit")}" class="{classes}"{states}{given.more}>{words}</button>'
    reason = f' <span class="button-reason">{given.text("reason")}</span>' if disabled and given.has("reason") else ""
    return drawn + reason


def panel(given: Drawing) -> str:
    """A part of a page with a heading of its own."""
    tone, mark, level = given.text("tone"), given.text("id"), given.text("level", "2")
    title, acts, foot = given.text("title"), given.slot("actions"), given.slot("foot")
    note = f"<small>{given.text('note')}</small>" if given.has("note") else ""
    head = f'<header class="panel__head"><h{level} class="panel__title">{title}{note}</h{level}>{acts}</header>' if title or acts else ""
    flush = " panel__body--flush" if given.has("flush") else ""
    return (
        f'<section class="panel{f" panel--{tone}" if tone else ""}"{f' id="{mark}"' if mark else ""}{given.more}>{head}'
        f'<div class="panel__body{flush}">{given.inside}</div>{f'<footer class="panel__foot">{foot}</footer>' if foot else ""}</section>'
    )


def notice(given: Drawing) -> str:
    """A message of the page to its reader."""
    tone, acts = given.text("tone", "info"), given.slot("actions")
    role = f' role="{given.text("role")}"' if given.has("role") else ""
    title = f'<p class="notice__title">{given.text("title")}</p>' if given.has("title") else ""
    return (
        f'<div class="notice notice--{tone}"{role}{given.more}>{given.icon("icon", "info" if tone == "plain" else tone)}'
        f'<div class="notice__words">{title}<div>{given.inside}</div>{f'<div class="notice__acts">{acts}</div>' if acts else ""}</div></div>'
    )


PICTURES = {"no-match": "search", "all-done": "cup", "failed": "warn"}


def empty(given: Drawing) -> str:
    """What stands where there is nothing: why, and what to do about it."""
    voice, level, acts = given.text("voice", "first-use"), given.text("level", "2"), given.slot("actions")
    small = " empty--small" if given.has("small") else ""
    alert = ' role="alert"' if voice == "failed" else ""
    return (
        f'<div class="empty empty--{voice}{small}"{alert}{given.more}>'
        f'<div class="empty__picture">{given.icon("icon", PICTURES.get(voice, "leaf"))}</div>'
        f'<h{level} class="empty__title">{given.text("title")}</h{level}><div class="empty__text">{given.inside}</div>'
        f"{f'<div class="empty__acts">{acts}</div>' if acts else ''}</div>"
    )


def figure(given: Drawing) -> str:
    """A number with its name, how sure it is, and why it is so."""
    label, between, n = given.text("label"), given.text("interval"), given.text("n")
    unit = f' <span class="figure__unit">{given.text("unit")}</span>' if given.has("unit") else ""
    sure = " · ".join([*([between] if between else []), *([f"n = {n}"] if n else [])])
    tone = given.text("verdict_tone") or given.text("verdict-tone")
    verdict = ""
    if given.has("verdict"):
        shade = f" badge--{tone}" if tone else ""
        verdict = f'<p><span class="badge{shade}">{draw(tone or "scale")}<span>{given.text("verdict")}</span></span></p>'
    why = ""
    if given.inside:
        why = (
            f'<details class="reveal figure__why"><summary>{conditional_escape(_("Why this figure"))}<span class="sr-only">: {label}</span>'
            f"</summary><div>{given.inside}</div></details>"
        )
    return (
        f'<div class="figure"{given.more}><p class="figure__label">{label}</p><p class="figure__value">{given.text("value")}{unit}</p>'
        f"{f'<p class="figure__between">{sure}</p>' if sure else ''}{verdict}{why}</div>"
    )


def search(given: Drawing) -> str:
    """A form of one line that finds something."""
    mark, label = given.text("id", "search"), given.text("label")
    wide = " search--wide" if given.has("wide") else ""
    return (
        f'<form class="search{wide}" role="search" action="{given.text("action")}" method="get"{given.more}>{draw("search")}'
        f'<label class="sr-only" for="{mark}">{label}</label><input type="search" id="{mark}" name="{given.text("name", "q")}"'
        f' value="{given.text("value")}" placeholder="{label}" autocomplete="off" spellcheck="false">{given.inside}'
        f'<button class="button" type="submit">{conditional_escape(_("Search"))}</button></form>'
    )


def tabs(given: Drawing) -> str:
    """Views of one thing beside each other, with how much is in them."""
    drawn_tabs = []
    for tab in given.said.get("tabs") or ():
        current = ' aria-current="page"' if tab.get("current") else ""
        count = tab.get("count")
        number = f' <span class="tabs__count">{conditional_escape(count)}</span>' if count not in (None, "") else ""
        drawn_tabs.append(f'<a href="{conditional_escape(tab["url"])}"{current}>{conditional_escape(tab["label"])}{number}</a>')
    return f'<nav class="tabs" aria-label="{given.text("label")}"{given.more}>{"".join(drawn_tabs)}{given.inside}</nav>'


def reveal(given: Drawing) -> str:
    """A part of a page that is drawn when somebody asks for it: a link that brings it, until it is there."""
    name, label, place = given.text("name"), given.text("label"), given.text("href")
    if given.inside.strip():
        return f'<details class="reveal" id="{name}" open{given.more}><summary>{label}</summary>{given.inside}</details>'
    brings = f'hx-get="{place}?do={name}" hx-select="#{name}" hx-target="#{name}" hx-swap="outerHTML"'
    return f'<p class="reveal" id="{name}"{given.more}><a href="{place}?do={name}#{name}" {brings}>{label}</a></p>'


def _component(drawing: Callable[[Drawing], str], names: str) -> Component:
    return Component(frozenset(names.split()), drawing)


COMPONENTS = {
    "badge": _component(badge, "tone icon"),
    "button": _component(button, "tone size icon href type key busy disabled reason wide square css"),
    "panel": _component(panel, "title note flush tone level id actions foot"),
    "notice": _component(notice, "tone title icon role actions"),
    "empty": _component(empty, "voice title icon small level actions"),
    "search": _component(search, "action name value label id wide"),
    "tabs": _component(tabs, "label tabs"),
    "field": _component(drawn_forms.field, "field label hint reason autocomplete inputmode placeholder"),
    "errors": _component(drawn_forms.errors, "form title"),
    "reveal": _component(reveal, "name label href"),
    "figure": _component(figure, "label value unit n interval verdict verdict_tone verdict-tone"),
}


def drawn(name: str, given: Drawing) -> SafeString:
    """The markup of a component of this file."""
    return mark_safe(COMPONENTS[name].draw(given))


__all__ = ["COMPONENTS", "Component", "Drawing", "drawn"]
