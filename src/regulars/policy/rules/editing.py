"""Changing a few values of a policy's text and nothing else: comments, order and layout stay as somebody wrote them.

The text is changed line by line, then read again: unless it says exactly what was wanted, nothing is changed at all. Texts that are laid out
in another way (inline tables, values over several lines) are left to the one who wrote them.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

from regulars.policy.rules.document import NotAPolicy, document_in

Section = Literal["levels", "authority"]
Place = tuple[Section, int, str]
"""Which list, which of its paragraphs, which word."""
FIELDS: dict[Section, tuple[str, ...]] = {
    "levels": ("first_answer", "next_answer", "resolution", "answer_unless_settled", "final_answer"),
    "authority": ("per_gesture", "per_case", "per_customer", "per_person", "period"),
}
_HEAD = re.compile(r"^\s*(\[{1,2})\s*([A-Za-z0-9_.-]+)\s*\]{1,2}\s*(#.*)?$")
_VALUE = re.compile(r"""^(?P<before>\s*(?P<key>[A-Za-z_]+)\s*=\s*)(?P<value>"[^"\\]*"|'[^']*')(?P<after>\s*(#.*)?)$""")
_SIGNS = re.compile(r"""[\\"\x00-\x1f\x7f]""")


class CantEdit(Exception):
    """The text is laid out so that single values can't be changed safely."""


def values_in(text: str) -> dict[Place, str]:
    """What stands now at every place that can be changed; "" where nothing does. Raises NotAPolicy."""
    document = document_in(text)
    found: dict[Place, str] = {}
    for section, names in FIELDS.items():
        rows = document.get(section, [])
        for number, row in enumerate(rows if isinstance(rows, list) else []):
            found |= {(section, number, name): str(row.get(name, "")) for name in names if isinstance(row, dict)}
    return found


def edited(text: str, changes: Mapping[Place, str]) -> str:
    """The text with these values; "" takes a word away. Raises NotAPolicy when it was none, CantEdit when it can't be done safely."""
    now = values_in(text)
    wanted = {place: value.strip() for place, value in changes.items() if value.strip() != now.get(place)}
    if any(place not in now or _SIGNS.search(value) for place, value in wanted.items()):
        raise CantEdit
    target = _changed(document_in(text), wanted)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return json.dumps(target, ensure_ascii=False, indent=2) + "\n"
    lines = text.split("\n")
    for place, value in wanted.items():
        _change_line(lines, place, value)
    result = "\n".join(lines)
    try:
        same = tomllib.loads(result.removeprefix("\ufeff")) == target
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise CantEdit
    return result


def _changed(document: dict[str, Any], wanted: Mapping[Place, str]) -> dict[str, Any]:
    found = copy.deepcopy(document)
    for (section, number, name), value in wanted.items():
        row = found[section][number]
        if value:
            row[name] = value
        else:
            row.pop(name, None)
    return found


def _change_line(lines: list[str], place: Place, value: str) -> None:
    section, number, name = place
    first, last = _stretch_of(lines, section, number)
    for at in range(first, last):
        match = _VALUE.match(lines[at].rstrip("\r"))
        if match and match["key"] == name:
            if value:
                lines[at] = f'{match["before"]}"{value}"{match["after"]}'
            else:
                del lines[at]
            return
    keys = [at for at in range(first, last) if _VALUE.match(lines[at].rstrip("\r"))]
    lines.insert((keys[-1] if keys else first - 1) + 1, f'{name} = "{value}"')


def _stretch_of(lines: list[str], section: Section, number: int) -> tuple[int, int]:
    """The lines of one paragraph: from after its head to the next head."""
    heads = [(at, match) for at, line in enumerate(lines) if (match := _HEAD.match(line.rstrip("\r")))]
    mine = [place for place, (_at, match) in enumerate(heads) if match[1] == "[[" and match[2] == section]
    if number >= len(mine):
        raise CantEdit
    head = mine[number]
    return heads[head][0] + 1, heads[head + 1][0] if head + 1 < len(heads) else len(lines)


__all__ = ["FIELDS", "CantEdit", "NotAPolicy", "Place", "Section", "edited", "values_in"]
