"""Warnings per relationship: plain points, each with its evidence, added up. No model: who is warned can see why.

| sign | points |
|---|---|
| a second similar complaint within 90 days | 3 |
| three contacts or more on one topic within 14 days | 2 |
| a promise broken within 30 days | 2 |
| passed between three people or more | 2 |
| an open bill and an open complaint | 2 |
| the mood falls below nought | 2 |
| an unsettled complaint, silence for 14 days after our last word | 1 |

From three points on somebody should look. After a second failure no recovery makes it good (Maxham and Netemeyer 2002), so that sign alone is enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

THRESHOLD = 3
SIMILAR_WITHIN = timedelta(days=90)
POINTS = {"second_similar": 3, "often": 2, "broken": 2, "hands": 2, "bill": 2, "mood": 2, "silence": 1}


@dataclass(frozen=True)
class Evidence:
    """Why points were given: the sign, when, which cases (public ids), about what, how often."""

    code: str
    at: datetime
    cases: tuple[str, ...] = ()
    topic: str = ""
    count: int = 0

    @property
    def points(self) -> int:
        """What it adds."""
        return POINTS[self.code]

    @property
    def key(self) -> str:
        """The same sign of the same thing again has the same key."""
        return f"{self.code}:{','.join(self.cases)}:{self.topic}"


@dataclass(frozen=True)
class Complaint:
    """A complaint as the rule looks at it."""

    case: str
    topic: str
    at: datetime
    is_open: bool


def second_similar(complaints: Iterable[Complaint], at: datetime) -> list[Evidence]:
    """The latest complaint of each topic that another on this topic came before within 90 days; both are the evidence (K4)."""
    by_topic: dict[str, list[Complaint]] = {}
    for one in sorted(complaints, key=lambda row: row.at):
        if one.topic:
            by_topic.setdefault(one.topic, []).append(one)
    found = []
    for topic, rows in by_topic.items():
        if len(rows) > 1 and rows[-1].at - rows[-2].at <= SIMILAR_WITHIN and at - rows[-1].at <= SIMILAR_WITHIN:
            found.append(Evidence("second_similar", rows[-1].at, (rows[-2].case, rows[-1].case), topic, len(rows)))
    return found


def weighed(evidence: Iterable[Evidence]) -> tuple[int, list[Evidence]]:
    """The points, each sort of sign once (two broken promises are one sign), and the evidence, weightiest first."""
    rows = sorted(evidence, key=lambda one: (-one.points, one.at, one.key))
    return sum({one.code: one.points for one in rows}.values()), rows
