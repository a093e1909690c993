"""What the demo's people have shown that they can. Days count back from the day on which the demo is loaded; `left` to the last day."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    ("food-hygiene", "Food hygiene, level 2", 36, 60),
    ("complaints", "Settling complaints", 12, 60),
    ("first-aid", "First aid at work", 36, 90),
)


@dataclass(frozen=True)
class Achieved:
    """Who (the beginning of their address), which kind, how many days ago, how many days until the last one."""

    who: str
    kind: str
    days_ago: int
    left: int
    verifier: str
    reference: str = ""


CERTIFICATES = (
    Achieved("tom", "complaints", 610, -240, "Petra Nováková"),
    Achieved("tom", "complaints", 248, 24, "Petra Nováková"),
    Achieved("tom", "food-hygiene", 400, 695, "Thames Valley Food Academy", "TVFA-20431"),
    Achieved("linh", "complaints", 240, 125, "Petra Nováková"),
    Achieved("linh", "food-hygiene", 1_080, 16, "Thames Valley Food Academy", "TVFA-17722"),
    Achieved("zoltan", "complaints", 120, 245, "Petra Nováková"),
    Achieved("zoltan", "first-aid", 1_108, -13, "St John’s First Aiders", "FA-8812"),
    Achieved("petra", "first-aid", 300, 795, "St John’s First Aiders", "FA-9930"),
    Achieved("rui", "food-hygiene", 1_200, -105, "Thames Valley Food Academy", "TVFA-16001"),
)


@dataclass(frozen=True)
class Coached:
    """Coach and coached person, so many days ago; when they talk again (days from today); the answer, and what came of it."""

    coach: str
    coachee: str
    days_ago: int
    evidence: str
    actions: str
    again: int
    reply: str = ""
    outcome: str = ""


COACHING = (
    Coached(
        "zoltan",
        "tom",
        19,
        "The birthday cake that came a day late: the customer told her story three times before anybody wrote it down.",
        "Whoever hears of a problem writes the first line at once, while the customer still stands there.",
        1,
        "I will keep the tablet at the counter.",
    ),
    Coached(
        "petra",
        "linh",
        62,
        "Two calls on the same wrong invoice, each answered kindly and each without a date.",
        "Name a day when you promise to call back, and enter it as a follow-up.",
        -20,
        "",
        "Every promise of the last month had a date, and all but one were kept.",
    ),
)
