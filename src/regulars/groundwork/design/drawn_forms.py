"""Fields, their errors and their controls, drawn by Python: a page with five forms would spend most of its time in templates of one line each."""
# ruff: noqa: S308 — every value is escaped below

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.groundwork.design.drawing import Drawing
from regulars.groundwork.design.icons import draw


def field_kind(field: BoundField) -> str:
    """How a form field is laid out: `check` (box before its label), `group` (fieldset) or `line`."""
    widget = field.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "line"


def control(field: BoundField, **attributes: str) -> SafeString:
    """A field's widget with the ids of its hint and its error, so that both are read out with it."""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_helptext")
    if field.errors:
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, Any] = {name.replace("_", "-"): value for name, value in attributes.items() if value}
    if described and field_kind(field) != "group":
        attrs["aria-describedby"] = " ".join(described)
    if field.errors and field_kind(field) != "group":
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def field(given: Drawing) -> str:
    """A label, a hint, a control and what is wrong with it."""
    bound = given.said.get("field")
    if not isinstance(bound, BoundField):
        return ""
    kind = field_kind(bound)
    label: str = conditional_escape(given.said.get("label") or bound.label)
    if kind != "check" and not bound.field.required:
        label += f' <span class="field__optional">{conditional_escape(_("(optional)"))}</span>'
    said = given.said.get("hint") or bound.help_text
    hint = f'<p class="field__hint" id="{bound.auto_id}_helptext">{conditional_escape(said)}</p>' if said else ""
    wrong = _wrong(bound)
    if kind == "group":
        return (
            f'<fieldset class="field"{_described(bound)}><legend>{label}</legend>{hint}'
            f'<div class="choices" id="{bound.auto_id}" tabindex="-1">{control(bound)}</div>{wrong}</fieldset>'
        )
    if kind == "check":
        return f'<div class="field"><div class="check">{control(bound)}<label for="{bound.id_for_label}">{label}</label></div>{hint}{wrong}</div>'
    further = {name: str(given.said.get(name, "")) for name in ("autocomplete", "inputmode", "placeholder")}
    reason = f'<p class="field__reason">{given.text("reason")}</p>' if given.has("reason") else ""
    head = f'<label class="field__label" for="{bound.id_for_label}">{label}</label>'
    return f'<div class="field">{head}{hint}{control(bound, **further)}{wrong}{reason}</div>'


def _wrong(bound: BoundField) -> str:
    if not bound.errors:
        return ""
    return f'<p class="field__error" id="{bound.auto_id}_error">{draw("bad")}<span>{conditional_escape(str(bound.errors[0]))}</span></p>'


def _described(bound: BoundField) -> str:
    places = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    places += [f"{bound.auto_id}_error"] if bound.errors else []
    return (' aria-invalid="true"' if bound.errors else "") + (f' aria-describedby="{" ".join(places)}"' if places else "")


def errors(given: Drawing) -> str:
    """What is wrong with a form, with links to the fields; nothing when nothing is."""
    form = given.said.get("form")
    if not form or not form.errors:
        return ""
    number = len(form.errors)
    title = given.text("title") or conditional_escape(
        ngettext("One thing needs your attention", "%(n)s things need your attention", number) % {"n": number}
    )
    lines = [f"<li>{conditional_escape(one)}</li>" for one in form.non_field_errors()]
    for bound in form:
        place = bound.id_for_label or bound.auto_id
        label = conditional_escape(bound.label)
        lines += [f'<li><a href="#{place}">{label}: {conditional_escape(one)}</a></li>' for one in bound.errors]
    head = f'<h2 class="errors__title">{draw("bad")}{title}</h2>'
    return f'<div class="errors" role="alert" tabindex="-1" data-errors>{head}<ul>{"".join(lines)}</ul></div>'


# ── controls ──


def _attributes(attrs: Mapping[str, Any]) -> str:
    """HTML attributes as Django writes them: True stands alone, False and None are left out."""
    written = []
    for name, value in attrs.items():
        if value is True:
            written.append(f" {name}")
        elif value is not False and value is not None:
            written.append(f' {name}="{conditional_escape(value)}"')
    return "".join(written)


def _input(widget: Mapping[str, Any]) -> str:
    value = f' value="{conditional_escape(widget["value"])}"' if widget["value"] is not None else ""
    return f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"{value}{_attributes(widget["attrs"])}>'


def _textarea(widget: Mapping[str, Any]) -> str:
    inside = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>\n{inside}</textarea>'


def _select(widget: Mapping[str, Any]) -> str:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        parts += [
            f'<option value="{conditional_escape(one["value"])}"{_attributes(one["attrs"])}>{conditional_escape(one["label"])}</option>'
            for one in options
        ]
        if group:
            parts.append("</optgroup>")
    return "".join((*parts, "</select>"))


_INPUTS = ("input", "text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox")
CONTROLS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}


class DrawnControls(DjangoTemplates):
    """Django's form renderer, with the plain controls drawn as above; all others by Django's own templates."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        """The markup of a widget."""
        drawing = CONTROLS.get(template_name)
        if drawing is None:
            return mark_safe(super().render(template_name, context, request))
        return mark_safe(drawing(context["widget"]))
