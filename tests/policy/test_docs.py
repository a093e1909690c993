"""The examples in the documentation are carried out."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from regulars.policy.queries import calendar_of, deadline_by, policy_in, target_of
from regulars.policy.rules.authority import authority_in
from regulars.staff.rules.certificates import good_through

pytestmark = pytest.mark.pure
DOCS = Path(__file__).parents[2] / "docs" / "how-it-works"
PAGE = DOCS / "deadlines.md"
ROW = re.compile(r"^\| `([^`]+)` \| (\d{4}[^|]+) \|([^|]*)\| (\d{4}[^|]+) \|$", re.MULTILINE)


def test_each_deadline_of_the_page_comes_out_as_it_says() -> None:
    text = PAGE.read_text()
    block = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert block
    calendar = calendar_of(json.loads(block[1]))

    def instant(wall: str) -> datetime:
        return datetime.fromisoformat(wall.strip()).replace(tzinfo=calendar.zone).astimezone(UTC)

    rows = ROW.findall(text)
    assert len(rows) == 9
    for target, start, waiting, due in rows:
        pauses = [(instant(waiting.split(" to ")[0]), instant(waiting.split(" to ")[1]))] if waiting.strip() else []
        found = deadline_by(calendar=calendar, target=target_of(target), start=instant(start), pauses=pauses)
        assert found.due_at == instant(due), (target, start, found.due_at.astimezone(calendar.zone))


def lines_of(table: str) -> list[list[str]]:
    """The rows of the table under this head."""
    found = (DOCS / "authority.md").read_text().split(table + "\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()[1:]]


def test_each_limit_of_the_page_comes_out_as_it_says() -> None:
    block = re.search(r"```toml\n(.*?)```", (DOCS / "authority.md").read_text(), re.DOTALL)
    assert block
    berlin = ZoneInfo("Europe/Berlin")
    rows = lines_of("| who | kind | when | a gesture | a case | a customer | counted from | until before | paragraph |")
    assert len(rows) == 8
    for who, kind, when, gesture, case, customer, start, end, paragraph in rows:
        at = datetime.fromisoformat(when).replace(tzinfo=berlin)
        held = {"complaints"} if who == "agent" and at.date() <= date(2026, 11, 30) else set()
        found = authority_in(policy_in(block[1]).authority, role=who, kind=kind, certificates=held, at=at, zone=berlin, version="1.0")
        if gesture == "none":
            assert found is None
            continue
        assert found is not None
        amounts = [found.per_gesture, found.per_case, found.per_customer]
        assert [None if one == "–" else int(one) * 100 for one in (gesture, case, customer)] == amounts, (who, kind, when)
        days = ["–" if one is None else one.astimezone(berlin).date().isoformat() for one in (found.period_start, found.period_end)]
        assert (days, found.paragraph) == ([start, end], paragraph)


def test_each_last_day_of_the_page_comes_out_as_it_says() -> None:
    rows = lines_of("| achieved | months | the old one through | last day |")
    assert len(rows) == 7
    for achieved, months, old, last in rows:
        found = good_through(
            achieved_on=date.fromisoformat(achieved),
            months=int(months),
            previous=date.fromisoformat(old) if old else None,
            window_days=60,
        )
        assert found == date.fromisoformat(last)
