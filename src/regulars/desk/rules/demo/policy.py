"""What the demo's people wrote, said and proposed about their policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A comment by somebody (the beginning of their address), so many days ago, and the owner's answer."""

    who: str
    paragraph: str
    days_ago: int
    text: str
    answer: str = ""


COMMENTS = (
    Said("tom", "3.2", 24, "A birthday cake costs more than 15. I had to ask Petra twice last month.", "True. It becomes 20 at a time."),
    Said(
        "linh", "1.1", 23, "Two hours is long when somebody stands in front of me. Why not say: at once at the counter?", "One hour, then."
    ),
    Said("zoltan", "1.2", 22, "Saturday orders come in on Friday night. Does the clock run then?", "No: it counts opening hours only."),
    Said("linh", "", 21, "Good that it fits on one page."),
)
VOTES = (
    ("tom", "3.2", True),
    ("linh", "3.2", True),
    ("zoltan", "3.2", True),
    ("linh", "1.1", True),
    ("tom", "1.1", False),
    ("zoltan", "4.1", True),
)
CONFIRMED = ("ines", "petra", "tom", "linh")
LEARNERS = """\
[[authority]]
paragraph = "3.3"
text = "Who is still learning, or whose certificate has lapsed, gives a coffee."
kind = "goodwill"
ledger = "goodwill"
roles = ["learner"]
per_gesture = "4 GBP"
per_case = "4 GBP"
"""
CHANGES = (
    ("within two working hours", "within one working hour"),
    ('first_answer = "2bh"', 'first_answer = "1bh"'),
    ('per_gesture = "15 GBP"', 'per_gesture = "20 GBP"'),
    ('period = "month"', 'period = "month"\ncertificate = "complaints"\nlapsed_as = "learner"'),
    ("[[promises]]", LEARNERS + "\n[[promises]]"),
)
PROPOSALS = (
    ("tom", 40, "Bigger cakes", "When we spoil a birthday, a coffee does not make it good. Let us give a cake.", ("linh", "zoltan", "petra"), "In version 2.0: 20 at a time."),
    ("linh", 6, "Call back before closing", "Whoever promises to call back should do so before the shop closes, not the next day.", ("tom", "zoltan"), ""),
)  # fmt: skip
