"""docs/how-it-works/mail.md says what the program does: its tables and examples are executed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.messaging.models import MessageState, ReceiptState
from regulars.messaging.rules.charsets import decoded
from regulars.messaging.rules.classifying import sort_mail
from regulars.messaging.rules.mail import read_mail
from regulars.messaging.rules.parts import DEPTH_MAX, HEADERS_MAX_BYTES, PARTS_MAX
from regulars.messaging.rules.placeholders import TextFault, check_text, filled
from regulars.messaging.rules.reports import verdict_of
from regulars.messaging.rules.sending import may_repeat

from tests.messaging.letters import letter

pytestmark = pytest.mark.pure
TEXT = (Path(__file__).parents[2] / "docs" / "how-it-works" / "mail.md").read_text()


def table(first: str) -> list[list[str]]:
    """The rows of the table whose first heading is this."""
    match = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    assert match is not None, first
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in match[1].strip().splitlines()]


def test_the_states_are_those_of_the_program() -> None:
    assert [row[0] for row in table("State of a receipt")] == ReceiptState.values
    assert [row[0] for row in table("State of a message")] == MessageState.values
    for name in ("State of a receipt", "State of a message"):
        known = {row[0] for row in table(name)}
        assert {one for row in table(name) for one in row[2].split(", ") if one} <= known


@pytest.mark.parametrize("row", table("Header or mark"), ids=lambda row: row[0])
def test_marks_are_sorted_as_written(row: list[str]) -> None:
    more = b"" if row[0] == "none" else row[0].encode() + b"\r\n"
    found = sort_mail(read_mail(letter(more=more)), own_addresses=[], envelope_from=None, is_ours=False)
    assert (found.is_automatic, found.may_auto_answer) == (row[1] == "yes", row[2] == "yes")


@pytest.mark.parametrize("row", table("Bytes"), ids=lambda row: row[1])
def test_letters_are_read_as_written(row: list[str]) -> None:
    found = decoded(bytes.fromhex(row[0]), row[1])
    assert (found.text, found.repaired) == (row[2], row[3] == "yes")


@pytest.mark.parametrize("row", table("Class"), ids=lambda row: row[0])
def test_what_is_repeated_is_as_written(row: list[str]) -> None:
    assert may_repeat(row[0]) == (row[1] == "repeated")


@pytest.mark.parametrize("row", table("Status"), ids=lambda row: row[0])
def test_verdicts_are_as_written(row: list[str]) -> None:
    assert verdict_of("failed", row[0]) == row[1]


def test_limits_are_as_written() -> None:
    assert (
        f"more than {PARTS_MAX} parts, parts nested deeper than {DEPTH_MAX}, or header fields over {HEADERS_MAX_BYTES // 1024} kB" in TEXT
    )


def test_the_example_text_reads_as_written() -> None:
    example = next(line.strip() for line in TEXT.splitlines() if line.startswith("    Dear {"))
    check_text(example, most=1000)
    for name in ("Ada", ""):
        shown = filled(example, {"given_name": name, "business": "Fennel & Rye"}).text
        assert f"“{shown}”" in TEXT
    with pytest.raises(TextFault):
        check_text("{{ settings.SECRET_KEY }}", most=1000)
