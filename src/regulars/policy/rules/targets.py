"""How long something may take, as people write it: “8bh”, “30bm”, “24h”, “3bd-close”, “8w-close”.

| unit | counts | pauses |
|---|---|---|
| bh, bm | hours, minutes of working time | move it |
| h, m | hours, minutes by the clock | move it |
| bd | to the same time of day on the nth working day after, or the next working moment | do not move it |
| d, w | to the same time of day so many days or weeks later, whatever is open | do not move it |

With “-close”, bd, d and w end with the day: at the end of its working time, or with its last second when it has none. The day of receipt
does not count (as in “the third business day following receipt”, FCA DISP 1.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

Unit = Literal["bh", "bm", "h", "m", "bd", "d", "w"]
DAYS: tuple[Unit, ...] = ("bd", "d", "w")
SECONDS: dict[Unit, int] = {"bh": 3600, "bm": 60, "h": 3600, "m": 60}
_TARGET = re.compile(r"^(\d{1,6})(bh|bm|bd|h|m|d|w)(-close)?$", re.ASCII)
# Whoever promises more than ten years promises nothing.
MOST: dict[Unit, int] = {"bh": 87_600, "bm": 999_999, "h": 87_600, "m": 999_999, "bd": 3_660, "d": 3_660, "w": 520}


class TargetFault(ValueError):
    """No target: a stable code and what stood there."""

    def __init__(self, code: str, found: object) -> None:
        super().__init__(f"{code}: {found}")
        self.code, self.found = code, str(found)[:40]


@dataclass(frozen=True, slots=True)
class Target:
    """So many of a unit; `close`: at the end of that day."""

    count: int
    unit: Unit
    close: bool = False

    @property
    def in_days(self) -> bool:
        """Whether a day is promised, not a length of time."""
        return self.unit in DAYS

    @property
    def working(self) -> bool:
        """Whether only working time counts."""
        return self.unit in ("bh", "bm")

    @property
    def seconds(self) -> int:
        """The length of a target that is not in days."""
        return self.count * SECONDS[self.unit]

    def __str__(self) -> str:
        return f"{self.count}{self.unit}{'-close' if self.close else ''}"


def target_from(text: object) -> Target:
    """Read a target. Raises TargetFault."""
    match = _TARGET.match(text) if isinstance(text, str) else None
    if match is None:
        raise TargetFault("not_a_target", text)
    count, unit, close = int(match[1]), cast(Unit, match[2]), bool(match[3])
    if count == 0:
        raise TargetFault("target_of_nothing", text)
    if count > MOST[unit]:
        raise TargetFault("target_too_long", text)
    if close and unit not in DAYS:
        raise TargetFault("close_needs_days", text)
    return Target(count, unit, close)
