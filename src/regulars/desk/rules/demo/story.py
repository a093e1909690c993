"""Two years of a bakery chain: who came, how often, what they bought, who stopped. Deterministic in `seed` and day.

The people differ by their own rhythm (the gap between visits) and by how likely they are to stop. Some regulars have
been silent for several of their own gaps: those are the ones that Regulars must find.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from regulars.desk.rules.demo import firm
from regulars.desk.rules.demo.goods import BasketLine, Product, basket_of, favourites_of
from regulars.desk.rules.demo.names import ORGANISATIONS, Name, address_of, number_of, pick_name

SEED = 20
DAYS = 730
PEOPLE, PROSPECTS = 1_420, 60
# Kind of visitor: share, shortest and longest usual gap in days, days until they stop on average.
KINDS = (
    (6, 2.0, 4.0, 900),
    (24, 5.5, 9.0, 800),
    (25, 11.0, 20.0, 700),
    (25, 24.0, 45.0, 700),
    (20, 55.0, 140.0, 500),
)
SLIPPING_SHARE = 0.075
SEASON = {1: 1.15, 7: 1.1, 8: 1.25, 11: 0.95, 12: 0.85}


@dataclass(frozen=True)
class DemoVisit:
    """One receipt. A refund has negative amounts and names the receipt that it takes back."""

    at: datetime
    branch: str
    receipt: str
    lines: list[BasketLine]
    original: str = ""

    @property
    def amount_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass
class DemoCustomer:
    number: str
    name: Name
    organisation: str
    branch: str
    joined_at: datetime
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    visits: list[DemoVisit] = field(default_factory=list)


@dataclass(frozen=True)
class Rhythm:
    """How somebody comes: usual gap, first and last possible day, what they like and for how many."""

    gap_days: float
    first: date
    last: date
    favourites: list[Product]
    size: float = 1.0


class Calendar:
    """When each branch is open, and the hour at which people tend to come."""

    def __init__(self, first: date, last: date) -> None:
        self._zone = ZoneInfo(firm.ZONE)
        self._hours = {branch.code: branch.hours for branch in firm.BRANCHES}
        self.closed = firm.holidays_between(first, last + timedelta(days=370))

    def next_open(self, branch: str, day: date) -> date:
        while day in self.closed or day.weekday() not in self._hours[branch]:
            day += timedelta(days=1)
        return day

    def moment(self, dice: Random, branch: str, day: date) -> datetime:
        """Return an instant of that day within the opening hours: mornings are fuller."""
        opens, closes = self._hours[branch][day.weekday()]
        start, end = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute - 5
        minute = int(dice.triangular(start, end, start + 75))
        wall = datetime.combine(day, time(minute // 60, minute % 60, dice.randrange(60)), self._zone)
        return wall.astimezone(UTC)


def demo_story(at: datetime, *, seed: int = SEED) -> list[DemoCustomer]:
    """Return all customers with their visits up to `at`, oldest first. Nothing lies in the future."""
    dice = Random(seed)  # noqa: S311 - a story, not a secret
    today = at.astimezone(ZoneInfo(firm.ZONE)).date()
    start = today - timedelta(days=DAYS)
    calendar = Calendar(start, today)
    customers = _cast(dice, calendar, today) + [_person(dice, order, start, today, calendar) for order in range(PEOPLE)]
    customers += [_organisation(dice, order, name, start, today, calendar) for order, name in enumerate(ORGANISATIONS)]
    customers += [_prospect(dice, order, today, calendar) for order in range(PROSPECTS)]
    for customer in customers:
        customer.visits = [visit for visit in customer.visits if visit.at <= at]
    customers.sort(key=lambda customer: customer.joined_at)
    for order, customer in enumerate(customers):
        customer.number = f"7001{order + 1:05d}"
    _number_receipts(dice, customers, at)
    return customers


def _cast(dice: Random, calendar: Calendar, today: date) -> list[DemoCustomer]:
    """The standing cast: Ada comes all the time, Bo is new, Cleo is nearly lost."""
    parts = (
        ("Ada", "Okafor", 2.6, 700, 1, 999),
        ("Bo", "Lindqvist", 2.5, 20, 6, 2),
        ("Cleo", "Marsh", 6.0, 560, 41, 999),
    )
    found = []
    for given, family, gap, since, silent, most in parts:
        rhythm = Rhythm(gap, today - timedelta(days=since), today - timedelta(days=silent), favourites_of(dice))
        person = _customer(
            Name(given, family, "en"),
            "market",
            calendar.moment(dice, "market", calendar.next_open("market", rhythm.first)),
        )
        person.emails = [f"{given.lower()}.{family.lower()}@example.com"]
        person.visits = _visits(dice, "market", rhythm, calendar, today)[:most]
        found.append(person)
    return found


def _person(dice: Random, order: int, start: date, today: date, calendar: Calendar) -> DemoCustomer:
    _, shortest, longest, lasting = dice.choices(KINDS, [kind[0] for kind in KINDS])[0]
    gap = dice.uniform(shortest, longest)
    joined = start + timedelta(days=dice.randrange(30 if dice.random() < 0.3 else DAYS - 5))
    last = min(today, joined + timedelta(days=int(dice.expovariate(1 / lasting)) + 1))
    if gap < 20 and last == today and dice.random() < SLIPPING_SHARE * 2:
        last = max(joined, today - timedelta(days=int(gap * dice.uniform(3.5, 9))))
    branch = dice.choices([one.code for one in firm.BRANCHES], [one.share for one in firm.BRANCHES])[0]
    name = pick_name(dice)
    person = _customer(name, branch, calendar.moment(dice, branch, calendar.next_open(branch, joined)))
    if dice.random() < 0.72:
        person.emails = [address_of(name, order)]
    if dice.random() < 0.6:
        person.phones = [number_of(order)]
    person.visits = _visits(dice, branch, Rhythm(gap, joined, last, favourites_of(dice)), calendar, today)
    return person


def _organisation(dice: Random, order: int, name: str, start: date, today: date, calendar: Calendar) -> DemoCustomer:
    branch = firm.BRANCHES[order % len(firm.BRANCHES)].code
    joined = start + timedelta(days=dice.randrange(DAYS - 120))
    rhythm = Rhythm(dice.uniform(6, 16), joined, today, favourites_of(dice), size=dice.uniform(6, 20))
    firm_customer = _customer(Name("", "", "en"), branch, calendar.moment(dice, branch, calendar.next_open(branch, joined)))
    firm_customer.organisation = name
    firm_customer.emails = [f"orders{order}@example.org"]
    firm_customer.phones = [number_of(PEOPLE + PROSPECTS + order)]
    firm_customer.visits = _visits(dice, branch, rhythm, calendar, today)
    return firm_customer


def _prospect(dice: Random, order: int, today: date, calendar: Calendar) -> DemoCustomer:
    branch = dice.choice(firm.BRANCHES).code
    day = calendar.next_open(branch, today - timedelta(days=dice.randrange(8, 200)))
    name = pick_name(dice)
    person = _customer(name, branch, calendar.moment(dice, branch, day))
    person.emails = [address_of(name, PEOPLE + order)]
    return person


def _customer(name: Name, branch: str, joined_at: datetime) -> DemoCustomer:
    return DemoCustomer("", name, "", branch, joined_at)


def _visits(dice: Random, branch: str, rhythm: Rhythm, calendar: Calendar, today: date) -> list[DemoVisit]:
    """Return the visits of one customer: gaps scatter around their own rhythm, seasons stretch them."""
    visits: list[DemoVisit] = []
    prices_rose_on = date(today.year - 1, 9, 1) if today.month > 3 else date(today.year - 1, 4, 1)
    place, day = float(rhythm.first.toordinal()), rhythm.first
    while day <= rhythm.last:
        where = branch if dice.random() < 0.92 else dice.choice(firm.BRANCHES).code
        open_day = calendar.next_open(where, day)
        if open_day > rhythm.last:
            break
        lines = basket_of(dice, rhythm.favourites, open_day, prices_rose_on=prices_rose_on, size=rhythm.size)
        visits.append(DemoVisit(calendar.moment(dice, where, open_day), where, "", lines))
        season = SEASON.get(open_day.month, 1.0)
        place = max(place, float(open_day.toordinal())) + max(1.0, dice.gammavariate(2.6, rhythm.gap_days * season / 2.6))
        day = date.fromordinal(int(place))
    return visits


def _number_receipts(dice: Random, customers: list[DemoCustomer], at: datetime) -> None:
    """Number the receipts per branch in the order of time, and take a few things back some days later."""
    every = sorted(((visit.at, order, place) for order, customer in enumerate(customers) for place, visit in enumerate(customer.visits)))
    counters = dict.fromkeys((branch.code for branch in firm.BRANCHES), 0)
    for _, order, place in every:
        visit = customers[order].visits[place]
        counters[visit.branch] += 1
        receipt = f"{visit.branch[0].upper()}{counters[visit.branch]:06d}"
        customers[order].visits[place] = DemoVisit(visit.at, visit.branch, receipt, visit.lines)
    for customer in customers:
        backs = [_taken_back(dice, visit, at) for visit in customer.visits if dice.random() < 0.006]
        customer.visits = sorted([*customer.visits, *filter(None, backs)], key=lambda visit: visit.at)


def _taken_back(dice: Random, visit: DemoVisit, at: datetime) -> DemoVisit | None:
    """Return the refund of one line of a visit, up to three hours later, or nothing if that lies ahead."""
    when = visit.at + timedelta(minutes=dice.randrange(30, 180))
    if when > at:
        return None
    line = dice.choice(visit.lines)
    back = BasketLine(line.product, line.category, -line.quantity, -line.amount_minor)
    return DemoVisit(when, visit.branch, f"{visit.receipt}-R", [back], original=visit.receipt)
