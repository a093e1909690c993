"""What changed between two documents, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.loyalty.rules.differences import Change, differences

pytestmark = pytest.mark.pure
BASE = {"code": "base", "name": "Base", "points": "1", "period": {"from_time": "09:00"}}
BONUS = {"code": "bonus", "name": "Bonus", "points": "2"}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"name": "A"}, {"name": "A"}, []),
        ({"name": "A"}, {"name": "B"}, [Change(("name",), "A", "B")]),
        ({"effective_at": "2026-01-01"}, {"effective_at": "2026-02-01"}, []),
        ({"earning": [BASE]}, {"earning": [BASE | {"points": "2"}]}, [Change(("earning", "base", "points"), "1", "2")]),
        (
            {"earning": [BASE]},
            {"earning": [BASE | {"period": {"from_time": "10:00"}}]},
            [Change(("earning", "base", "period", "from_time"), "09:00", "10:00")],
        ),
        ({"earning": [BASE, BONUS]}, {"earning": [BONUS, BASE]}, []),
        ({"earning": [BASE]}, {"earning": [BASE, BONUS]}, [Change(("earning", "bonus"), None, "Bonus")]),
        ({"earning": [BASE, BONUS]}, {"earning": [BASE]}, [Change(("earning", "bonus"), "Bonus", None)]),
        ({}, {"earning": [BASE]}, [Change(("earning", "base"), None, "Base")]),
        ({"earning": [BASE]}, {}, [Change(("earning", "base"), "Base", None)]),
        ({}, {"never_earn": {"categories": ["Gift", "Card"]}}, [Change(("never_earn", "categories"), None, "Gift, Card")]),
        ({"hold_minutes": 5}, {}, [Change(("hold_minutes",), "5", None)]),
    ],
)
def test_a_change_is_told_with_its_place_and_both_values(before: dict[str, Any], after: dict[str, Any], changes: list[Change]) -> None:
    assert differences(before, after) == changes
