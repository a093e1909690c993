"""A small pure model of the books: what must be so, without lots' rows, locks or SQL. One point per whole euro, lots that end after a month,
debts that earnings repay; a stamp for each cup, a card that is full at five; vouchers for points or for a full card. Merged members share what
they have, and each pile stays where it lies. Kept so plain that it can be believed. Referrals are no part of the product yet, nor of this."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from regulars.loyalty.rules.calendars import end_of, local_day, months_after

from tests.loyalty.club import BERLIN

NEVER = datetime.max.replace(tzinfo=UTC)
GRACE = timedelta(days=30)
CUP = 300
TARGET, VISIT_MAX = 5, 3
PRICE, STOCK, EACH_MAX, VALID_DAYS = 12, 3, 2, 10


@dataclass
class Account:
    """What lies with one record."""

    who: int
    piles: list[Pile] = field(default_factory=list)
    debt: int = 0


@dataclass
class Pile:
    """Points or stamps that came together: `left` of them, until `ends`; whose purchase."""

    number: int
    account: Account
    left: int
    ends: datetime
    sale: Sale | None = None


Parts = list[tuple[Pile, int]]


@dataclass
class Sale:
    """What was bought and came back, where it earned, and what was taken back of that."""

    cents: int
    cups: int
    home: int
    back: int = 0
    points_clawed: int = 0
    stamps_clawed: int = 0


@dataclass
class Reserved:
    parts: Parts
    ends: datetime
    open: bool = True


@dataclass
class Ticket:
    """A voucher: whose, what it was had for, until when it may be used."""

    who: int
    parts: Parts
    ends: datetime
    by_card: bool = False
    used: bool = False
    void: bool = False

    def usable(self, at: datetime) -> bool:
        return not self.used and not self.void and at < self.ends


def counted(parts: Parts) -> int:
    return sum(units for _pile, units in parts)


def taken(piles: list[Pile], units: int) -> Parts:
    """As much as there is."""
    parts = []
    for pile in piles:
        part = min(pile.left, units)
        if part:
            pile.left -= part
            units -= part
            parts.append((pile, part))
    return parts


@dataclass
class Books:
    """All that two members have. `merged`: the record that survived, and the other."""

    points: list[Account] = field(default_factory=lambda: [Account(0), Account(1)])
    stamps: list[Account] = field(default_factory=lambda: [Account(0), Account(1)])
    merged: tuple[int, int] | None = None
    sales: list[Sale] = field(default_factory=list)
    spendings: list[Parts] = field(default_factory=list)
    holds: list[Reserved] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    made: int = 0

    def together(self, who: int) -> tuple[int, ...]:
        return self.merged or (who,)

    def purse(self, of: list[Account], who: int) -> list[Account]:
        return [of[one] for one in self.together(who)]

    def clean(self, at: datetime) -> None:
        """What ended is gone; what holds had is free again when they end."""
        for hold in self.holds:
            if hold.open and hold.ends <= at:
                self.release(hold)
        for account in self.points:
            for pile in account.piles:
                if pile.ends <= at:
                    pile.left = 0

    def living(self, purse: list[Account], at: datetime) -> list[Pile]:
        self.clean(at)
        return sorted((pile for account in purse for pile in account.piles if pile.left), key=lambda pile: (pile.ends, pile.number))

    def standing(self, purse: list[Account], at: datetime) -> int:
        """What may be spent; below zero: what is owed."""
        return sum(pile.left for pile in self.living(purse, at)) - sum(account.debt for account in purse)

    def usable(self, who: int, at: datetime) -> int:
        return max(self.standing(self.purse(self.points, who), at), 0)

    def held(self, who: int, at: datetime) -> int:
        self.clean(at)
        purse = self.purse(self.points, who)
        return sum(units for hold in self.holds if hold.open for pile, units in hold.parts if pile.account in purse)

    def add(self, account: Account, units: int, ends: datetime, sale: Sale | None = None) -> None:
        repaid = min(account.debt, units)
        account.debt -= repaid
        self.made += 1
        account.piles.append(Pile(self.made, account, units - repaid, ends, sale))

    def give(self, who: int, units: int, at: datetime, ends: datetime | None = None, sale: Sale | None = None) -> None:
        self.add(self.purse(self.points, who)[0], units, ends or end_of(months_after(local_day(at, BERLIN), 1), BERLIN), sale)

    def draw(self, who: int, units: int, at: datetime) -> Parts:
        assert units <= self.usable(who, at)
        return taken(self.living(self.purse(self.points, who), at), units)

    def buy(self, who: int, cents: int, cups: int, at: datetime) -> None:
        sale = Sale(cents, cups, home=self.together(who)[0])
        self.sales.append(sale)
        self.give(who, cents // 100, at, sale=sale)
        if cups:
            self.stamp(who, min(cups, VISIT_MAX), at, sale)

    def stamp(self, who: int, stamps: int, at: datetime, sale: Sale) -> None:
        purse = self.purse(self.stamps, who)
        self.add(purse[0], stamps, NEVER, sale)
        for _full in range(self.standing(purse, at) // TARGET):
            self.ticket(who, taken(self.living(purse, at), TARGET), at, by_card=True)

    def ticket(self, who: int, parts: Parts, at: datetime, *, by_card: bool) -> None:
        ends = end_of(local_day(at, BERLIN) + timedelta(days=VALID_DAYS), BERLIN)
        self.tickets.append(Ticket(self.together(who)[0] if by_card else who, parts, ends, by_card))

    def refund(self, sale: Sale, cents: int, at: datetime) -> None:
        """Cups come back whole."""
        sale.back += cents
        points = sale.cents // 100 - (sale.cents - sale.back) // 100 - sale.points_clawed
        sale.points_clawed += points
        self.claw(self.purse(self.points, sale.home), points, at, sale)
        if sale.cups:
            stamps = min(sale.cups, VISIT_MAX) - min(sale.cups - sale.back // CUP, VISIT_MAX) - sale.stamps_clawed
            sale.stamps_clawed += stamps
            purse = self.purse(self.stamps, sale.home)
            self.undo(purse, stamps - sum(pile.left for pile in self.living(purse, at)), at)
            self.claw(purse, stamps, at, sale)

    def claw(self, purse: list[Account], units: int, at: datetime, sale: Sale) -> None:
        living = self.living(purse, at)
        own = [pile for pile in living if pile.sale is sale]
        parts = taken(own + [pile for pile in living if pile.sale is not sale], units)
        purse[0].debt += units - counted(parts)

    def undo(self, purse: list[Account], missing: int, at: datetime) -> None:
        """Full cards into which stamps of these went, the newest first, as long as nobody has used what they gave."""
        for ticket in reversed(self.tickets):
            mine = counted([(pile, units) for pile, units in ticket.parts if pile.account in purse])
            if missing > 0 and mine and ticket.by_card and ticket.usable(at):
                ticket.void = True
                self.give_back(ticket.parts, at)
                missing -= mine

    def spend(self, who: int, units: int, at: datetime) -> None:
        self.spendings.append(self.draw(who, units, at))

    def give_back(self, parts: Parts, at: datetime) -> None:
        late: dict[int, int] = {}
        for pile, units in parts:
            if pile.ends > at:
                pile.left += units
            else:
                late[pile.account.who] = late.get(pile.account.who, 0) + units
        for who, units in late.items():
            self.give(who, units, at, ends=at + GRACE)

    def restore(self, number: int, at: datetime) -> None:
        self.give_back(self.spendings[number], at)
        self.spendings[number] = []

    def hold(self, who: int, units: int, at: datetime, ends: datetime) -> None:
        self.holds.append(Reserved(self.draw(who, units, at), ends))

    def capture(self, hold: Reserved, units: int) -> None:
        hold.open = False
        parts = []
        for pile, part in hold.parts:
            used = min(part, units)
            units -= used
            pile.left += part - used
            parts.append((pile, used))
        self.spendings.append([one for one in parts if one[1]])

    def release(self, hold: Reserved) -> None:
        hold.open = False
        for pile, units in hold.parts:
            pile.left += units

    def price_refusal(self, who: int, at: datetime) -> str:
        """Why a reward can't be had now; empty: it can."""
        bought = [ticket for ticket in self.tickets if not ticket.by_card and not ticket.void]
        if len(bought) >= STOCK:
            return "out_of_stock"
        if self.usable(who, at) < PRICE:
            return "insufficient"
        return "reward_limit_reached" if sum(one.who in self.together(who) for one in bought) >= EACH_MAX else ""

    def withdraw(self, ticket: Ticket, at: datetime) -> None:
        ticket.void = True
        if not ticket.by_card:
            self.give_back(ticket.parts, at)

    def give_use_back(self, ticket: Ticket, at: datetime) -> None:
        ticket.used = False
        if ticket.ends <= at:
            ticket.ends = at + GRACE

    def forget(self, who: int, at: datetime) -> None:
        self.clean(at)
        accounts = [*self.purse(self.points, who), *self.purse(self.stamps, who)]
        for hold in self.holds:
            if hold.open and any(pile.account in accounts for pile, _units in hold.parts):
                self.release(hold)
        for account in accounts:
            account.debt = 0
            for pile in account.piles:
                pile.left = 0
        for ticket in self.tickets:
            ticket.void = ticket.void or (ticket.who in self.together(who) and ticket.usable(at))
