"""Scorecards: what a review comes to, and a sample that the same seed draws again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ANSWERS = ("yes", "no", "na")
ITEMS_MOST = 40


@dataclass(frozen=True)
class Item:
    """One item: its code, what is asked, what it weighs; a critical one that fails makes the whole review nought."""

    code: str
    text: str
    weight: int
    critical: bool = False


# To start from: four parts, two items that must never fail.
DEFAULT = (
    Item("understood", "Was the matter understood before it was answered?", 3),
    Item("complete", "Was everything answered that was asked?", 3),
    Item("clear", "Could the customer understand the answer?", 2),
    Item("warm", "Was the tone warm and respectful?", 2),
    Item("promises", "Was it said what happens next, and by when?", 2),
    Item("true", "Is everything true that was said?", 3, critical=True),
    Item("private", "Was nothing told about anybody else?", 1, critical=True),
)


@dataclass(frozen=True)
class Score:
    """Points of those that could be had, and the critical items that failed. What does not apply counts for nothing."""

    points: int
    potential: int
    failed: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the points, whatever failed."""
        return self.points / self.potential if self.potential else 0.0

    @property
    def result(self) -> float:
        """What counts: nought when a critical item failed."""
        return 0.0 if self.failed else self.share


def scored(items: Iterable[Item], answers: Mapping[str, str]) -> Score:
    """Add a review up. Raises ValueError for an item without an answer, an unknown item or answer, and when nothing applies."""
    known = {one.code: one for one in items}
    if set(answers) != set(known) or any(one not in ANSWERS for one in answers.values()):
        raise ValueError("each item needs an answer: yes, no or na")
    applying = [one for one in known.values() if answers[one.code] != "na"]
    if not applying:
        raise ValueError("nothing applies")
    points = sum(one.weight for one in applying if answers[one.code] == "yes")
    failed = tuple(one.code for one in applying if one.critical and answers[one.code] == "no")
    return Score(points, sum(one.weight for one in applying), failed)


def drawn(numbers: Iterable[int], *, seed: str, size: int) -> list[int]:
    """A random sample that the same seed draws again, from the same numbers in any order."""
    return sorted(numbers, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())[:size]
