"""The timeline as values: what one line shows, and how lines of several sources become one story."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class TimelineLine:
    """One line: when, what kind (for icon and filter), a translatable headline with its values, who, and where to read more.

    `order` breaks ties of one instant the same way on every page: "kind:id". `note` is free text, `contact_id` the public id of a logged
    contact (it has a page of its own), `tone` good, bad or empty.
    """

    at: datetime
    order: str
    kind: str
    headline: str
    headline_values: dict[str, str | int] = field(default_factory=dict)
    actor: str = ""
    amount: tuple[int, str] | None = None
    details: tuple[str, ...] = ()
    note: str = ""
    tone: str = ""
    contact_id: str = ""


@dataclass(frozen=True)
class Cursor:
    """A place in the story: lines strictly before (at, order)."""

    at: datetime
    order: str

    def text(self) -> str:
        """As it stands in an address."""
        return f"{self.at.isoformat()}~{self.order}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that `text` writes; None when it is none."""
        instant, sep, order = text.partition("~")
        try:
            at = datetime.fromisoformat(instant)
        except ValueError:
            return None
        return cls(at, order) if sep and order and at.tzinfo else None


def merged(sources: Iterable[Sequence[TimelineLine]], size: int) -> list[TimelineLine]:
    """The newest `size` lines of several lists, each sorted newest first."""
    lines = heapq.merge(*sources, key=lambda line: (line.at, line.order), reverse=True)
    return [line for line, _n in zip(lines, range(size), strict=False)]
