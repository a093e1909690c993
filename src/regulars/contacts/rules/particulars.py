"""What is written down about one contact, and what can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from regulars.contacts.rules.words import CHANNELS, EFFORTS, MOODS

DIRECTIONS = ("in", "out")
BEGINNERS = ("customer", "business")
NOTE_MAX = 10_000
MINUTES_MAX = 24 * 60
LINKS = ("case", "purchase", "message", "follow_up")
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ContactParticulars:
    """One encounter. `mood_stated` is what the customer said or showed (−2 … 2), `mood_inferred` what a program read out of it: never mixed.

    `effort` is the customer's (1 little … 5 much). `happened_at` empty: at the instant of logging. `links` name other things by their id.
    """

    channel: str
    direction: str
    nature: str
    outcome: str = ""
    topic: str = ""
    began_by: str = ""
    mood_stated: int | None = None
    mood_inferred: int | None = None
    staff_id: int | None = None
    branch_id: int | None = None
    minutes: int | None = None
    effort: int | None = None
    note: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    happened_at: datetime | None = None

    @property
    def beginner(self) -> str:
        """Who began it; when nobody says: whoever turned to the other."""
        return self.began_by or ("customer" if self.direction == "in" else "business")


def faults_of(one: ContactParticulars, *, now: datetime) -> dict[str, str]:
    """What is wrong, as field → code; empty when it can be written down. Terms are judged by their taxonomy, not here."""
    faults = {
        "channel": "" if one.channel in CHANNELS else "unknown_channel",
        "direction": "" if one.direction in DIRECTIONS else "unknown_direction",
        "began_by": "" if one.beginner in BEGINNERS else "unknown_beginner",
        "mood_stated": "" if one.mood_stated is None or one.mood_stated in MOODS else "mood",
        "mood_inferred": "" if one.mood_inferred is None or one.mood_inferred in MOODS else "mood",
        "effort": "" if one.effort is None or one.effort in EFFORTS else "effort",
        "minutes": "" if one.minutes is None or 0 <= one.minutes <= MINUTES_MAX else "minutes",
        "note": "note_too_long" if len(one.note) > NOTE_MAX else "nul" if "\x00" in one.note else "",
        "links": "" if set(one.links) <= set(LINKS) and all(0 < len(value) <= 80 for value in one.links.values()) else "links",
        "happened_at": _moment_fault(one.happened_at, now),
    }
    return {name: code for name, code in faults.items() if code}


def _moment_fault(happened_at: datetime | None, now: datetime) -> str:
    if happened_at is None:
        return ""
    if happened_at.tzinfo is None:
        return "no_zone"
    if happened_at > now + CLOCK_SKEW:
        return "future"
    return "past" if happened_at < EARLIEST else ""
