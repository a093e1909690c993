"""Numbers as people write them, read into integer units of a fixed number of decimals.

Whether “1.234” is a thousand or one and a bit is never guessed from one cell: a column's sample decides, and when it does not,
whoever imports is asked. A number with more decimals than the currency has is refused, not rounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from regulars.groundwork.kernel.tables.problems import BadCell

Mark = Literal[".", ","]
DIGITS_MAX = 15

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’`_]")
_SIGNED = re.compile(r"^(?P<open>\()?(?P<sign>[+\-−])?(?P<body>[0-9.,]+)(?P<behind>-)?(?P<close>\))?$")
_SHAPES = {
    ".": re.compile(r"^(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)?(?:\.[0-9]*)?$"),
    ",": re.compile(r"^(?:[0-9]{1,3}(?:\.[0-9]{2,3})*\.[0-9]{3}|[0-9]+)?(?:,[0-9]*)?$"),
}
_SYMBOLS = {
    "€": {"EUR"},
    "£": {"GBP", "EGP", "GIP", "FKP", "SHP", "LBP", "SYP"},
    "¥": {"JPY", "CNY"},
    "₫": {"VND"},
    "₽": {"RUB"},
    "₺": {"TRY"},
    "₹": {"INR"},
    "₩": {"KRW"},
    "₴": {"UAH"},
    "zł": {"PLN"},
    "Kč": {"CZK"},
    "Ft": {"HUF"},
    "kr.": {"DKK", "SEK", "NOK", "ISK"},
    "kr": {"DKK", "SEK", "NOK", "ISK"},
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD", "BBD", "BSD", "BZD", "FJD", "JMD", "TTD", "XCD"},
}
_CODE = re.compile(r"^(?:([A-Za-z]{3})\s*)?([^A-Za-z]*?)(?:\s*([A-Za-z]{3}))?$")


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """Which sign is the decimal mark of a column, whether that is beyond doubt, and a cell that shows the doubt."""

    decimal: Mark
    sure: bool
    example: str = ""


def find_decimal_mark(cells: Iterable[str], *, likely: Mark = ".", decimals: int = 2) -> NumberFinding:
    """Decide the decimal mark of a column by its sample.

    | cells | mark | sure |
    |---|---|---|
    | 12.5 · 1,234.50 · 1,234,567 | point | yes |
    | 12,5 · 1.234,50 | comma | yes |
    | 1.234 · 500 (2 decimals) | comma | yes: a number without a group stands beside it |
    | 1.234 · 2.500 | `likely` | no: ask |
    | 12 · 500 | `likely` | yes: it makes no difference |
    | 12.5 · 12,5 | the commoner | no: ask |
    """
    votes: dict[str, int] = {".": 0, ",": 0}
    threes: dict[str, int] = {".": 0, ",": 0}
    plain, example = 0, ""
    for cell in cells:
        body = _body_of(cell)
        if body is None:
            continue
        verdict, mark = _evidence(body)
        if verdict == "decimal":
            votes[mark] += 1
        elif verdict == "three":
            threes[mark] += 1
            example = example or cell.strip()[:40]
        else:
            plain += 1
    return _weigh(votes, threes, plain=plain, example=example, likely=likely, decimals=decimals)


def _weigh(votes: dict[str, int], threes: dict[str, int], *, plain: int, example: str, likely: Mark, decimals: int) -> NumberFinding:
    point, comma = votes["."], votes[","]
    if point and comma:
        return NumberFinding("." if point >= comma else ",", sure=False, example=example)
    if point or comma:
        return NumberFinding("." if point else ",", sure=True)
    if not example:
        return NumberFinding(likely, sure=True)
    if threes["."] and threes[","]:
        return NumberFinding(likely, sure=False, example=example)
    grouping = "." if threes["."] else ","
    if plain and decimals < 3:
        return NumberFinding("," if grouping == "." else ".", sure=True)
    return NumberFinding(likely, sure=False, example=example)


def _evidence(body: str) -> tuple[Literal["decimal", "three", "plain"], str]:
    """What one number says: its decimal mark, or that three digits behind a mark leave it open, or nothing."""
    points, commas = body.count("."), body.count(",")
    if points and commas:
        return "decimal", "." if body.rfind(".") > body.rfind(",") else ","
    if points + commas == 0:
        return "plain", ""
    mark = "." if points else ","
    if points + commas > 1:
        return "decimal", "," if mark == "." else "."
    before, after = body.split(mark)
    if len(after) != 3 or len(before) > 3 or before in ("", "0"):
        return "decimal", mark
    return "three", mark


def number_reader(*, decimal: Mark, decimals: int, currency: str = "") -> Callable[[str], int]:
    """A function that reads a cell into units of 10^-decimals. It raises BadCell; an empty cell is “missing”."""

    def read(cell: str) -> int:
        # The commonest shapes, without ceremony.
        whole, mark, rest = cell.partition(decimal)
        if len(rest) <= decimals and len(whole) < 10 and whole.isdigit() and (rest.isdigit() or not mark) and cell.isascii():
            return int(whole + rest.ljust(decimals, "0"))
        return _read_carefully(cell, decimal, decimals, currency)

    return read


def _read_carefully(cell: str, decimal: Mark, decimals: int, currency: str) -> int:
    text = _SPACES.sub("", _without_currency(cell.strip(), currency))
    if not text:
        raise BadCell("missing")
    found = _SIGNED.match(text)
    if found is None or not _SHAPES[decimal].match(found["body"]) or not _one_sign(found):
        raise BadCell("not_a_number", cell)
    whole, _mark, rest = found["body"].replace("," if decimal == "." else ".", "").partition(decimal)
    if not whole and not rest:
        raise BadCell("not_a_number", cell)
    rest = rest.rstrip("0")
    if len(rest) > decimals:
        raise BadCell("too_many_decimals", cell)
    if len(whole.lstrip("0")) + decimals > DIGITS_MAX:
        raise BadCell("number_too_large", cell)
    units = int((whole or "0") + rest.ljust(decimals, "0"))
    return -units if found["open"] or found["behind"] or found["sign"] in ("-", "−") else units


def _one_sign(found: re.Match[str]) -> bool:
    return bool(found["open"]) == bool(found["close"]) and sum(bool(found[name]) for name in ("open", "sign", "behind")) <= 1


def _body_of(cell: str) -> str | None:
    text = _without_currency(cell.strip(), "")
    found = _SIGNED.match(_SPACES.sub("", text)) if text else None
    if found is None or not any(sign.isdigit() for sign in found["body"]):
        return None
    return str(found["body"])


def _without_currency(text: str, currency: str) -> str:
    """Take a currency's sign or code off a number. Raises BadCell when it names another currency than `currency`."""
    if text[:1].isdigit() and text[-1:].isdigit():
        return text
    for symbol, meant in _SYMBOLS.items():
        if text.startswith(symbol) or text.endswith(symbol) or text[:2] == f"-{symbol}":
            if currency and currency not in meant:
                raise BadCell("other_currency", text)
            return text.replace(symbol, "", 1).strip()
    found = _CODE.match(text)
    if found is None or not (found[1] or found[3]) or not any(sign.isdigit() for sign in found[2]):
        return text
    if currency and {code.upper() for code in (found[1], found[3]) if code} != {currency}:
        raise BadCell("other_currency", text)
    return found[2].strip()
