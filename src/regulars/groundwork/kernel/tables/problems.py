"""What can be the matter with one row: a stable code, and one sentence for people.

A capability adds its own codes with `know_problems`; the sentence is built when it is shown, in the reader's language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.groundwork.kernel.tables.writing import restored

SHOWN_MAX = 60
_SENTENCES: dict[str, str | Promise] = {
    "missing": _("A value is missing."),
    "missing_field": _("“%(value)s” is missing."),
    "not_a_number": _("“%(value)s” is no number."),
    "too_many_decimals": _("“%(value)s” has more decimals than the currency; amounts are not rounded silently."),
    "number_too_large": _("“%(value)s” is too large."),
    "other_currency": _("“%(value)s” is in another currency."),
    "not_a_date": _("“%(value)s” is no date."),
    "impossible_date": _("“%(value)s” does not exist in the calendar."),
    "year_out_of_range": _("The year of “%(value)s” is before 1900 or after 2199."),
    "too_long": _("A cell is too long: %(value)s."),
    "unprintable": _("A cell holds control signs or broken letters: “%(value)s”."),
    "too_many_cells": _("The row has more cells than the header: %(value)s."),
    "quote_not_closed": _("From here on a quotation mark is opened and never closed; what follows was not read as rows."),
}


class BadCell(Exception):
    """A cell, or a row, that can't be taken. `code` is stable; `value` is what stood there, shortened."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = shortened(value)

    @property
    def note(self) -> str:
        """Code and value in one text, as staged."""
        return f"{self.code}:{self.value}" if self.value else self.code


def know_problems(sentences: Mapping[str, str | Promise]) -> None:
    """Add the codes of a capability. A code that means something else already is a fault of the program."""
    for code, sentence in sentences.items():
        if _SENTENCES.setdefault(code, sentence) is not sentence:
            raise RuntimeError(f"two problems are called {code!r}")


def sentence_of(note: str) -> str:
    """The sentence for a code, or for a `BadCell.note`."""
    code, _colon, value = note.partition(":")
    sentence = _SENTENCES.get(code)
    if sentence is None:
        return note
    return str(sentence) % {"value": value}


def code_of(note: str) -> str:
    """The code of a `BadCell.note`."""
    return note.partition(":")[0]


def shortened(value: str) -> str:
    """A cell as a person can recognise it: one line, printable, short."""
    text = "".join(sign if sign.isprintable() else "�" for sign in value[: SHOWN_MAX + 1].strip())
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 1] + "…"


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_text(cell: str, *, limit: int) -> str:
    """A text cell as it is stored: without our own quote marks, in composed form, trimmed. Raises BadCell."""
    text = restored(cell.strip()).strip()
    if len(text) > limit:
        raise BadCell("too_long", f"{len(text):,} > {limit:,}")
    if _UNPRINTABLE.search(text):
        raise BadCell("unprintable", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)
