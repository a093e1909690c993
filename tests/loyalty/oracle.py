"""A small pure model of the books: what must be so, without lots' rows, locks or SQL. One point per whole euro, lots that end after a month,
debts that earnings repay. Kept so plain that it can be believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from regulars.loyalty.rules.calendars import end_of, local_day, months_after

from tests.loyalty.club import BERLIN


@dataclass
class Pile:
    """Points that came together: `left` of them, until `ends`; whose purchase."""

    number: int
    left: int
    ends: datetime
    sale: int | None = None
    gone: bool = False


@dataclass
class Sale:
    cents: int
    back: int = 0
    clawed: int = 0


@dataclass
class Reserved:
    parts: list[tuple[Pile, int]]
    ends: datetime
    open: bool = True


@dataclass
class Member:
    piles: list[Pile] = field(default_factory=list)
    debt: int = 0
    sales: list[Sale] = field(default_factory=list)
    spendings: list[list[tuple[Pile, int]]] = field(default_factory=list)
    holds: list[Reserved] = field(default_factory=list)
    made: int = 0

    def clean(self, at: datetime) -> None:
        """What ended is gone; what holds had is free again when they end."""
        for hold in self.holds:
            if hold.open and hold.ends <= at:
                hold.open = False
                for pile, units in hold.parts:
                    pile.left += units
        for pile in self.piles:
            if pile.ends <= at and pile.left:
                pile.left = 0

    def living(self, at: datetime) -> list[Pile]:
        self.clean(at)
        return sorted((pile for pile in self.piles if pile.left and pile.ends > at), key=lambda pile: (pile.ends, pile.number))

    def usable(self, at: datetime) -> int:
        return max(sum(pile.left for pile in self.living(at)) - self.debt, 0)

    def held(self, at: datetime) -> int:
        self.clean(at)
        return sum(units for hold in self.holds if hold.open for _pile, units in hold.parts)

    def add(self, units: int, at: datetime, ends: datetime | None = None, sale: int | None = None) -> None:
        repaid = min(self.debt, units)
        self.debt -= repaid
        self.made += 1
        self.piles.append(Pile(self.made, units - repaid, ends or end_of(months_after(local_day(at, BERLIN), 1), BERLIN), sale))

    def draw(self, units: int, at: datetime) -> list[tuple[Pile, int]]:
        assert units <= self.usable(at)
        return self.taken(self.living(at), units)

    def taken(self, piles: list[Pile], units: int) -> list[tuple[Pile, int]]:
        parts = []
        for pile in piles:
            part = min(pile.left, units)
            if part:
                pile.left -= part
                units -= part
                parts.append((pile, part))
        return parts

    def buy(self, cents: int, at: datetime) -> None:
        self.sales.append(Sale(cents))
        self.add(cents // 100, at, sale=len(self.sales) - 1)

    def refund(self, number: int, cents: int, at: datetime) -> None:
        sale = self.sales[number]
        sale.back += cents
        owed = sale.cents // 100 - (sale.cents - sale.back) // 100 - sale.clawed
        sale.clawed += owed
        living = self.living(at)
        own = [pile for pile in living if pile.sale == number]
        parts = self.taken(own + [pile for pile in living if pile.sale != number], owed)
        self.debt += owed - sum(units for _pile, units in parts)

    def spend(self, units: int, at: datetime) -> None:
        self.spendings.append(self.draw(units, at))

    def restore(self, number: int, at: datetime) -> None:
        late = 0
        for pile, units in self.spendings[number]:
            if pile.ends > at:
                pile.left += units
            else:
                late += units
        self.spendings[number] = []
        if late:
            from datetime import timedelta

            self.add(late, at, ends=at + timedelta(days=30))

    def hold(self, units: int, at: datetime, ends: datetime) -> None:
        self.holds.append(Reserved(self.draw(units, at), ends))

    def capture(self, number: int, units: int, at: datetime) -> None:
        hold = self.holds[number]
        hold.open = False
        parts = []
        for pile, part in hold.parts:
            used = min(part, units)
            units -= used
            pile.left += part - used
            parts.append((pile, used))
        self.spendings.append([one for one in parts if one[1]])

    def release(self, number: int) -> None:
        hold = self.holds[number]
        hold.open = False
        for pile, units in hold.parts:
            pile.left += units

    def forget(self) -> None:
        for hold in self.holds:
            hold.open = False
        for pile in self.piles:
            pile.left = 0
        self.debt = 0
