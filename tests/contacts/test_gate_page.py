"""What docs/how-it-works/gate.md says is what the program does: its tables are executed."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from regulars.contacts.rules.gate_deciding import Ask, Person, decide
from regulars.contacts.rules.gate_document import DEFAULT_CLASSES, DEFAULT_DOCUMENT, rules_in
from regulars.contacts.rules.gate_windows import Held

pytestmark = pytest.mark.pure
PAGE = (Path(__file__).resolve().parents[2] / "docs/how-it-works/gate.md").read_text(encoding="utf-8")


def rows(title: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    part = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    found = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    assert len(found) > 2, title
    return found[2:]


def test_the_examples_of_the_sliding_window_are_what_the_gate_answers() -> None:
    rules = rules_in({"caps": [{"name": "r", "most": 2, "days": 7}], "quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}]}})
    said = re.search(r"at most (\d+) in (\d+) days, a mail on Tuesday 1 June at 10:00 and a letter on Thursday 3 June at 12:00", PAGE)
    assert said
    assert (int(said[1]), int(said[2])) == (2, 7)
    sent = [
        Held(n, "k", datetime.fromisoformat(at), channel, "offers", "promotional", 1, 5, 1)
        for n, (at, channel) in enumerate([("2027-06-01T10:00Z", "email"), ("2027-06-03T12:00Z", "post")], start=1)
    ]
    assert (sent[0].at.strftime("%A"), sent[1].at.strftime("%A")) == ("Tuesday", "Thursday")
    seen = 0
    for asked, answer, why in rows("Windows slide, and look both ways"):
        words = re.match(r"(\w+) at (\S+?)(?:, worth nothing from (\S+))?$", asked)
        assert words, asked
        at = datetime.fromisoformat(words[2])
        expires = datetime.fromisoformat(words[3]) if words[3] else None
        outcome = decide(
            Ask("email", "offers", words[1], wanted_at=at, expires_at=expires), Person((1,), True, "", "", ("UTC",)), rules, sent, at
        )
        verdict, _until, instant = answer.partition(" until ")
        assert outcome.answer == verdict, asked
        if instant:
            assert outcome.until == datetime.fromisoformat(instant), asked
        assert [one.code for one in outcome.reasons] == [one.strip() for one in why.split(",") if one.strip()], asked
        seen += 1
    assert seen == 6


def test_the_table_of_classes_is_the_default() -> None:
    told: dict[str, tuple[bool, ...]] = {}
    for names, *cells in rows("Classes"):
        told |= {name.strip(): tuple(cell == "yes" for cell in cells) for name in names.split(",")}
    assert told == {one.value: (rule.blocked, rule.counts, rule.quiet, rule.wishes) for one, rule in DEFAULT_CLASSES.items()}


def test_the_document_shown_is_the_house_s_own() -> None:
    shown = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert shown
    assert json.loads(shown[1]) == DEFAULT_DOCUMENT
    rules_in(json.loads(shown[1]))
