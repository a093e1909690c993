"""The examples in the documentation are carried out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars.policy.queries import calendar_of, deadline_by, target_of

pytestmark = pytest.mark.pure
PAGE = Path(__file__).parents[2] / "docs" / "how-it-works" / "deadlines.md"
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
