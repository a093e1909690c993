"""docs/how-it-works/promises.md and warnings.md say what the program does: their tables are executed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.insight.rules.warning_points import POINTS, THRESHOLD, Evidence, weighed
from regulars.policy.queries import policy_in
from regulars.service.rules.clocks import Law, Laws, Standing, standing_of
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import replay
from regulars.service.rules.silences import silence_at
from regulars.service.rules.states import timings_of

DOCS = Path(__file__).parents[2] / "docs" / "how-it-works"
BERLIN = ZoneInfo("Europe/Berlin")


def rows_of(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    lines = text[text.index(head) :].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2 : lines.index("")]]


def moment(text: str) -> datetime:
    day, wall = text.split()
    return datetime.fromisoformat(f"2026-11-{day}T{wall}").replace(tzinfo=BERLIN).astimezone(UTC)


def test_the_example_of_promises_is_true_line_by_line() -> None:
    text = (DOCS / "promises.md").read_text(encoding="utf-8")
    match = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert match
    laws = Laws(lambda number: Law(number, "1.0", policy_in(match[1]), "docs"))
    head = next(line for line in text.splitlines() if line.startswith("| when | what |"))
    keys = [cell.strip() for cell in head.strip("|").split("|")][2:]
    stream: list[Happening] = []
    for number, (when, what, *cells) in enumerate(rows_of(text, head), 1):
        at = moment(when)
        body = {"nature": "question", "channel": "email", "policy": 1} if what == "opened" else {"told": True}
        stream.append(Happening(number, at, What(what), "x", body))
        state = replay(stream, laws)
        timings = timings_of(state, laws)
        for key, cell in zip(keys, cells, strict=True):
            clock = state.clock(key)
            if not cell:
                assert clock is None, (when, key)
                continue
            assert clock is not None, (when, key)
            due = timings[key].due_at
            standing = standing_of(clock, due, at)
            said = standing.value
            if standing is Standing.RUNNING and due is not None:
                said = f"running until {due.astimezone(BERLIN):%d %H:%M}"
            assert said == cell, (when, key)


def test_the_silences_of_the_example_are_true() -> None:
    text = (DOCS / "promises.md").read_text(encoding="utf-8")
    match = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert match
    policy = policy_in(match[1].replace('resolution = "8bh"', 'answer_unless_settled = "5bd-close"'))
    laws = Laws(lambda number: Law(number, "1.0", policy, "docs"))
    rows = rows_of(text, "| last step | warned |")
    assert len(rows) == 3
    for step, warned in rows:
        opened = Happening(1, moment("23 10:00"), What.OPENED, "x", {"nature": "complaint", "channel": "email", "policy": 1})
        state = replay([opened, Happening(2, moment(step), What.NOTED, "employee:1", {})], laws)
        silent = silence_at(state, laws)
        assert silent is not None
        assert f"{silent.astimezone(BERLIN):%d %H:%M}" == warned, step


def test_the_points_of_warnings_are_true() -> None:
    text = (DOCS / "warnings.md").read_text(encoding="utf-8")
    table = rows_of(text, "| sign | points | looked at |")
    assert {row[0].strip("`"): int(row[1]) for row in table} == POINTS
    examples = rows_of(text, "| signs | points | warned |")
    assert len(examples) == 6
    for signs, points, warned in examples:
        evidence = [Evidence(one.strip("`"), datetime(2026, 11, 23, tzinfo=UTC), (str(n),)) for n, one in enumerate(signs.split())]
        total = weighed(evidence)[0]
        assert (total, total >= THRESHOLD) == (int(points), warned == "yes"), signs
