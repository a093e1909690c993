"""Texts that people write, with flat placeholders: `{given_name}` or `{given_name|dear customer}`. Nothing else is ever computed.

No attributes, no calls, no loops: a name on the list or a refusal when the text is saved. A value is put in once; braces inside it are text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

NAMES = ("given_name", "family_name", "full_name", "business", "branch", "wishes_link")
SUBJECT_MAX, BODY_MAX, PLACES_MAX = 300, 50_000, 200
_PLACE = re.compile(r"\{([^{}]{0,300})\}")
_KNOWN = re.compile(r"([a-z_]{1,40})(?:\|([^|]{0,200}))?")


class TextFault(ValueError):
    """The text can't be used; `code` and `detail` say why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Filled:
    """A text with its values in it, and the names whose default was used."""

    text: str
    defaulted: tuple[str, ...]


def check_text(text: str, *, most: int) -> None:
    """Refuse what is too long, unknown or looks like the language of another program. Raises TextFault."""
    if len(text) > most:
        raise TextFault("too_long", str(most))
    places = _PLACE.findall(text)
    if len(places) > PLACES_MAX:
        raise TextFault("too_many_places", str(PLACES_MAX))
    for inner in places:
        match = _KNOWN.fullmatch(inner)
        if match is None or match[1] not in NAMES:
            raise TextFault("unknown_place", inner.strip()[:60])
    if "\x00" in text:
        raise TextFault("nul")


def filled(text: str, values: Mapping[str, str]) -> Filled:
    """Put the values in. A value that is missing or blank takes its default; without one raises TextFault("missing_value")."""
    defaulted: list[str] = []

    def value_of(match: re.Match[str]) -> str:
        known = _KNOWN.fullmatch(match[1])
        if known is None or known[1] not in NAMES:
            raise TextFault("unknown_place", match[1].strip()[:60])
        value = values.get(known[1], "")
        before = text[: match.start()]
        if value.strip():
            in_address = re.search(r"https?://[^\s<>\"]*$", before) is not None
            return quote(value, safe="") if in_address else value
        if known[2] is None:
            raise TextFault("missing_value", known[1])
        defaulted.append(known[1])
        return known[2]

    return Filled(_PLACE.sub(value_of, text), tuple(defaulted))
