"""The bakery itself: branches, hours, holidays, and the people who work there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

NAME = "Fennel & Rye"
ZONE = "Europe/London"
CURRENCY = "GBP"
ACCENT = "#2f5d3a"
LANGUAGES = ["en", "hu", "vi", "pt", "cs", "lv"]
PASSWORD = "fennel-and-rye"  # noqa: S105 - the demo's word, printed at every start
SOURCE = "demo"


@dataclass(frozen=True)
class DemoBranch:
    code: str
    name: str
    address: str
    share: int
    hours: dict[int, tuple[time, time]]


@dataclass(frozen=True)
class DemoEmployee:
    """`branch` empty: all branches. `role` as the staff room spells it."""

    name: str
    email: str
    role: str
    branch: str = ""


def _week(opens: time, closes: time, *, saturday: time, sunday: tuple[time, time] | None) -> dict[int, tuple[time, time]]:
    week = dict.fromkeys(range(5), (opens, closes)) | {5: (time(8), saturday)}
    return week | ({6: sunday} if sunday else {})


BRANCHES = (
    DemoBranch(
        "market",
        "Market Row",
        "12 Market Row",
        46,
        _week(time(7), time(18), saturday=time(17), sunday=(time(9), time(15))),
    ),
    DemoBranch(
        "canal",
        "Canal Street",
        "3 Canal Street",
        33,
        _week(time(7, 30), time(17, 30), saturday=time(16), sunday=None),
    ),
    DemoBranch(
        "old-mill",
        "Old Mill",
        "The Old Mill, Wharf Lane",
        21,
        _week(time(8), time(17), saturday=time(16), sunday=(time(9), time(14))),
    ),
)

STAFF = (
    DemoEmployee("Ines Duarte", "ines@fennel-rye.example", "executive"),
    DemoEmployee("Petra Nováková", "petra@fennel-rye.example", "manager"),
    DemoEmployee("Zoltán Kiss", "zoltan@fennel-rye.example", "supervisor", "market"),
    DemoEmployee("Trần Thị Linh", "linh@fennel-rye.example", "agent"),
    DemoEmployee("Rui Carvalho", "rui@fennel-rye.example", "marketer"),
    DemoEmployee("Tom Webb", "tom@fennel-rye.example", "cashier", "market"),
    DemoEmployee("Dace Ozola", "dace@fennel-rye.example", "read-only"),
)


def holidays_between(first: date, last: date) -> dict[date, str]:
    """Return the days on which the bakery is closed, with their names."""
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        easter = easter_of(year)
        found |= {
            date(year, 1, 1): "New Year’s Day",
            easter - timedelta(days=2): "Good Friday",
            easter: "Easter Sunday",
            easter + timedelta(days=1): "Easter Monday",
            date(year, 12, 25): "Christmas Day",
            date(year, 12, 26): "Boxing Day",
        }
    return {day: name for day, name in found.items() if first <= day <= last}


def easter_of(year: int) -> date:
    """Return Easter Sunday, by the method of Meeus, Jones and Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    length = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * length) // 451
    month, day = divmod(h + length - 7 * m + 114, 31)
    return date(year, month, day + 1)
