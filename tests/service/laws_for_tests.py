"""A policy for the tests of cases: calendar B (Berlin, Monday to Friday, nine to five), and levels in the order of the cases' tables."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulars.policy.queries import policy_in
from regulars.service.rules.clocks import Law, Laws

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = '{ mon = [["09:00", "17:00"]], tue = [["09:00", "17:00"]], wed = [["09:00", "17:00"]], thu = [["09:00", "17:00"]], fri = [["09:00", "17:00"]] }'
TEXT = f"""
title = "For tests"
language = "en"
[calendars.b]
zone = "Europe/Berlin"
weekly = {WEEK}
[[levels]]
paragraph = "1.1"
text = "High: eight hours to the solution."
priorities = ["high"]
calendar = "b"
first_answer = "2bh"
next_answer = "1bh"
resolution = "8bh"
escalate = [{{ at = "75%", to = "supervisor" }}, {{ at = "100%", to = "manager" }}, {{ at = "+2bh", to = "executive" }}]
[[levels]]
paragraph = "1.2"
text = "Complaints are answered within two days."
natures = ["complaint"]
calendar = "b"
first_answer = "4bh"
next_answer = "1bh"
answer_unless_settled = "2bd-close"
[[levels]]
paragraph = "1.3"
text = "All else."
calendar = "b"
first_answer = "4bh"
next_answer = "1bh"
resolution = "16bh"
[[authority]]
paragraph = "2.1"
text = "Goodwill."
kind = "goodwill"
ledger = "goodwill"
roles = ["agent"]
per_gesture = "25 EUR"
per_case = "40 EUR"
per_customer = "100 EUR"
period = "month"
[[authority]]
paragraph = "2.2"
text = "More."
kind = "goodwill"
ledger = "goodwill"
roles = ["supervisor"]
per_gesture = "200 EUR"
"""


def laws(*texts: str) -> Laws:
    """A book with these versions, numbered from one; without any, with the one above."""
    known = [policy_in(text) for text in texts or (TEXT,)]
    return Laws(lambda number: Law(number, f"{number}.0", known[number - 1], str(number)))


def berlin(day: str, wall: str) -> datetime:
    """A wall time in Berlin as an instant: berlin("2026-11-23", "10:00")."""
    return datetime.fromisoformat(f"{day}T{wall}").replace(tzinfo=BERLIN).astimezone(UTC)
