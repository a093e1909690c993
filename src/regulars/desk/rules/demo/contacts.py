"""What the bakery's people noted down: calls, visits, complaints, what was promised. Deterministic in seed and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from regulars.desk.rules.demo import firm
from regulars.desk.rules.demo.story import DAYS, Calendar, DemoCustomer

SEED = 41
TALKERS = 260
# How it came, what it was, about what, how it ended, mood, a note; and how often.
SCENES = (
    (("till", "in", "praise", "product", "pleased", 2, "Loves the new seeded rye."), 6),
    (("till", "in", "question", "product", "answered", 0, "Asked which loaves are made without milk."), 8),
    (("phone", "in", "request", "order", "resolved", 1, "Birthday cake for twelve, almonds left out."), 7),
    (("phone", "in", "complaint", "waiting", "unresolved", -1, "Twenty minutes in the queue on Saturday."), 4),
    (("visit", "in", "complaint", "product", "resolved", -1, "Croissants were dry; six fresh ones given."), 3),
    (("email", "in", "question", "opening-hours", "answered", 0, "Are we open on the bank holiday?"), 5),
    (("email", "out", "follow-up", "order", "answered", 0, "Wrote back with the price of the wedding cake."), 4),
    (("phone", "out", "follow-up", "delivery", "resolved", 1, "The delivery comes at seven from now on."), 5),
    (("phone", "out", "follow-up", "order", "not-reached", None, ""), 3),
    (("social", "in", "praise", "service", "pleased", 1, "Thanked Tom for carrying the bags."), 3),
    (("visit", "out", "courtesy", "service", "pleased", 1, "Brought a tray of samples to the office."), 1),
)
PROMISES = (
    ("Ada", "Ring about the almond-free recipe", 1, 10),
    ("Ada", "Say whether the seeded rye comes back", 0, 16),
    ("Bo", "Send the dates of the baking class", 0, 17),
    ("Bo", "Show the loyalty card on the next visit", 3, 17),
    ("Cleo", "Ask how the sourdough starter does", -1, 12),
)
COMPLAINT = ("Cleo", "Twice the wrong order, and nobody called back")


@dataclass(frozen=True)
class DemoContact:
    """One note: whose, when, by whom (the place of an employee in the cast of those who serve)."""

    number: str
    key: str
    at: datetime
    server: int
    channel: str
    direction: str
    nature: str
    topic: str
    outcome: str
    mood: int | None
    note: str
    minutes: int


@dataclass(frozen=True)
class DemoPromise:
    """Something promised, due so many days from now at an hour."""

    number: str
    what: str
    due_at: datetime


def demo_contacts(story: list[DemoCustomer], at: datetime) -> list[DemoContact]:
    """The notes of two years, oldest first, nothing in the future and nothing before somebody was a customer."""
    dice = Random(SEED)  # noqa: S311 - a story, not a secret
    cast = [
        one
        for one in story
        if one.name.given in {name for name, *_rest in PROMISES} and one.emails and one.emails[0].endswith("example.com")
    ][:3]
    people = cast + dice.sample([one for one in story if one not in cast], min(TALKERS, len(story) - len(cast)))
    calendar = Calendar((at - timedelta(days=DAYS + 10)).date(), at.date())
    scenes, often = [scene for scene, _n in SCENES], [n for _scene, n in SCENES]
    found = []
    for place, person in enumerate(people):
        for n in range(dice.randrange(4, 9) if place < len(cast) else dice.randrange(1, 4)):
            moment = _open_moment(dice, calendar, person, at)
            channel, direction, nature, topic, outcome, mood, note = dice.choices(scenes, often)[0]
            found.append(
                DemoContact(
                    person.number, f"{person.number}-{n}", moment, dice.randrange(3), channel, direction, nature, topic, outcome, mood, note,
                    dice.randrange(1, 15),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.at, one.key))


def _open_moment(dice: Random, calendar: Calendar, person: DemoCustomer, at: datetime) -> datetime:
    """Some moment since they are customers at which somebody stood at the counter or sat at the phone."""
    span = (at - person.joined_at).days
    day = calendar.next_open(person.branch, person.joined_at.date() + timedelta(days=dice.randrange(span + 1)))
    moment = calendar.moment(dice, person.branch, day)
    return moment if person.joined_at <= moment <= at else person.joined_at


def demo_promises(story: list[DemoCustomer], at: datetime) -> list[DemoPromise]:
    """What is still to be kept: one of them is due already, two are due today before the counter closes."""
    day = at.astimezone(ZoneInfo(firm.ZONE)).replace(minute=0, second=0, microsecond=0)
    by_name = {one.name.given: one for one in reversed(story) if one.emails}
    return [
        DemoPromise(by_name[name].number, what, day.replace(hour=hour) + timedelta(days=days))
        for name, what, days, hour in PROMISES
        if name in by_name
    ]


def demo_complainer(story: list[DemoCustomer]) -> tuple[str, str]:
    """Whose complaint is open, and what it is about."""
    name, reason = COMPLAINT
    return next(one.number for one in story if one.name.given == name and one.name.family == "Marsh"), reason
