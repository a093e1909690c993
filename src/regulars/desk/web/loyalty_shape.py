"""A program's document while somebody writes it: JSON as typed, right or wrong. Nothing that was entered is lost before the check."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from django.http import QueryDict
from django.utils.text import slugify

from regulars.desk.web.loyalty_fields import FOUNDING, LADDER, LIMITS, NEVER, SECTIONS, TOP, Section, Spec

Shape = dict[str, Any]
COUNT = re.compile(r"\d{1,15}", re.ASCII)
# What a form can bear: beyond it the document is edited as text.
FIELDS_MAX = 700


def shape_of(text: str) -> Shape | None:
    """The document that a text holds, if the fields can show it: objects where objects belong, lists of objects where rules stand."""
    try:
        shape = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(shape, dict) or not all(_is_rows(_found(shape, section.place)) for section in SECTIONS):
        return None
    groups = [value_at(shape, place) for place in ("ladder", "never_earn", "stacking")]
    parts = [
        one.get(key)
        for section in SECTIONS
        for one in rows_at(shape, section)
        for key in ("goods", "period", "where", "expiry", "reward", "price")
    ]
    return shape if all(one is None or isinstance(one, dict) for one in (*groups, *parts)) else None


def text_of(shape: Mapping[str, Any]) -> str:
    """The document as people read it: codes and names first, then its sections in the order of the page."""
    heads = ("code", "name", "description", "currency", "zone", "effective_at", "joining")
    order = [*heads, *(section.place.partition(".")[0] for section in SECTIONS)]
    ranked = {key: number for number, key in enumerate(order)}
    return json.dumps(_ordered(shape, ranked), ensure_ascii=False, indent=2)


def specs_of(shape: Mapping[str, Any], *, founding: bool) -> Iterator[tuple[str, Spec]]:
    """Every field that this document needs, by the place of its value."""
    for spec in (*TOP, *(FOUNDING if founding else ()), *NEVER, *LIMITS, *(LADDER if shape.get("ladder") else ())):
        yield spec.key, spec
    for section in SECTIONS:
        for number in range(len(rows_at(shape, section))):
            for spec in section.specs:
                yield f"{section.place}.{number}.{spec.key}", spec


def too_long(shape: Mapping[str, Any]) -> bool:
    """Whether there are more fields than a form can bear."""
    return sum(len(rows_at(shape, section)) * len(section.specs) for section in SECTIONS) > FIELDS_MAX


def taken_over(shape: Mapping[str, Any], given: QueryDict, *, founding: bool) -> Shape:
    """The document with what was entered in its fields. What has no field stays as it was."""
    changed = deepcopy(dict(shape))
    for place, spec in specs_of(shape, founding=founding):
        if spec.sort == "days":
            put(changed, place, given.getlist(place) or None)
        elif place in given:
            put(changed, place, _entered(spec, str(given[place])))
    return changed


def added(shape: Mapping[str, Any], section: Section) -> Shape:
    """The document with one more rule in a section."""
    changed = deepcopy(dict(shape))
    rows = [*rows_at(changed, section), section.blank(changed)]
    if section.place.startswith("ladder.") and not changed.get("ladder"):
        units = [one for one in changed.get("units") or [] if one.get("kind") == "qualifying"]
        put(changed, "ladder.currency", str(units[0].get("code", "")) if units else None)
    put(changed, section.place, rows)
    return changed


def removed(shape: Mapping[str, Any], section: Section, number: int) -> Shape:
    """The document without one rule; a ladder without steps goes with its last one."""
    changed = deepcopy(dict(shape))
    rows = rows_at(changed, section)
    kept = [one for place, one in enumerate(rows) if place != number]
    put(changed, section.place, kept or None)
    if not kept and section.place.startswith("ladder."):
        changed.pop("ladder", None)
    return changed


def with_codes(shape: Mapping[str, Any]) -> Shape:
    """The document in which every rule that has a name has a code: made of its name, and no other rule's."""
    changed = deepcopy(dict(shape))
    if not changed.get("code") and changed.get("name"):
        put(changed, "code", slugify(str(changed["name"]))[:40].strip("-") or None)
    for section in SECTIONS:
        rows = rows_at(changed, section)
        taken = {str(one.get("code")) for one in rows if one.get("code")}
        for one in rows:
            if not one.get("code") and one.get("name"):
                one["code"] = _free(slugify(str(one["name"]))[:34].strip("-") or section.place.rpartition(".")[2], taken)
                taken.add(one["code"])
    return changed


def rows_at(shape: Mapping[str, Any], section: Section) -> list[dict[str, Any]]:
    """A section's rules."""
    found = value_at(shape, section.place)
    return found if isinstance(found, list) else []


def value_at(shape: Mapping[str, Any], place: str) -> Any:
    """What stands at a place, or None."""
    return _found(shape, place)


def put(shape: Shape, place: str, value: Any) -> None:
    """Write a value at a place; None removes it, and what is empty then."""
    head, _dot, rest = place.partition(".")
    if not rest:
        if value is None:
            shape.pop(head, None)
        else:
            shape[head] = value
        return
    inner: Any = shape.get(head)
    if isinstance(inner, list):
        number, _dot, further = rest.partition(".")
        put(inner[int(number)], further, value)
        return
    inner = inner if isinstance(inner, dict) else {}
    put(inner, rest, value)
    if inner:
        shape[head] = inner
    else:
        shape.pop(head, None)


def shown_at(shape: Mapping[str, Any], place: str, spec: Spec) -> str | list[str]:
    """A value as its field shows it."""
    value = _found(shape, place)
    if spec.sort == "days":
        return [str(one) for one in value] if isinstance(value, list) else []
    if value is None:
        return ""
    return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _ordered(value: Any, ranked: Mapping[str, int]) -> Any:
    if isinstance(value, list):
        return [_ordered(one, ranked) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {key: _ordered(value[key], ranked) for key in sorted(value, key=lambda one: ranked.get(one, len(ranked)))}


def _entered(spec: Spec, text: str) -> Any:
    text = text.replace("\r\n", "\n").strip()
    if spec.sort == "words":
        return [line.strip() for line in text.split("\n") if line.strip()] or None
    if spec.sort == "count" and COUNT.fullmatch(text):
        return int(text)
    return text or None


def _found(shape: Any, place: str) -> Any:
    for step in place.split("."):
        if isinstance(shape, dict):
            shape = shape.get(step)
        elif isinstance(shape, list) and step.isascii() and step.isdigit() and int(step) < len(shape):
            shape = shape[int(step)]
        else:
            return None
    return shape


def _is_rows(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


def _free(code: str, taken: set[str]) -> str:
    if code not in taken:
        return code
    number = 2
    while f"{code}-{number}" in taken:
        number += 1
    return f"{code}-{number}"
