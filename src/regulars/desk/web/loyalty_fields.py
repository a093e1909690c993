"""The fields of the builder: which values of a program's document have one, what they are called, and in which section they stand.

A field's name is the value's place in the document ("earning.0.points"), so a fault of the document finds its field by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from regulars.loyalty.queries import WEEKDAYS

Sort = Literal["text", "area", "number", "count", "date", "clock", "choice", "words", "days"]
Words = str | Promise

ONE_A_LINE = gettext_lazy("One a line, written as the tills write them.")


@dataclass(frozen=True)
class Spec:
    """One value: where it stands within its section, how it is entered, what it is called. `more`: shown only on demand; `needed`: never empty."""

    key: str
    sort: Sort
    label: Words
    hint: Words = ""
    choices: tuple[tuple[str, Words], ...] = ()
    more: bool = False
    needed: bool = False


@dataclass(frozen=True)
class Section:
    """Repeated rules of one kind: where they stand, what one is called, and what a new one begins as."""

    place: str
    title: Words
    note: Words
    add: Words
    specs: tuple[Spec, ...]
    blank: Callable[[Mapping[str, Any]], dict[str, Any]]


CODE = Spec(
    "code", "text", gettext_lazy("Code"), gettext_lazy("Small letters, digits and hyphens. It stays when the name changes."), more=True
)
NAME = Spec("name", "text", gettext_lazy("Name"), needed=True)
GOODS = (
    Spec("goods.categories", "words", gettext_lazy("Only these categories"), ONE_A_LINE),
    Spec("goods.products", "words", gettext_lazy("Only these products"), ONE_A_LINE),
    Spec("goods.except_categories", "words", gettext_lazy("Not these categories"), ONE_A_LINE, more=True),
    Spec("goods.except_products", "words", gettext_lazy("Not these products"), ONE_A_LINE, more=True),
)
PERIOD = (
    Spec("period.from_on", "date", gettext_lazy("First day"), gettext_lazy("Empty: from the beginning."), more=True),
    Spec("period.until_on", "date", gettext_lazy("Last day"), gettext_lazy("It counts in full. Empty: without end."), more=True),
    Spec("period.from_time", "clock", gettext_lazy("From this hour"), gettext_lazy("By the clock on the wall."), more=True),
    Spec("period.until_time", "clock", gettext_lazy("Until this hour"), gettext_lazy("“24:00” is the end of the day."), more=True),
    Spec("period.weekdays", "days", gettext_lazy("Only on"), choices=tuple(WEEKDAYS.items()), more=True),
)
WHERE = (
    Spec("where.branches", "words", gettext_lazy("Only in these branches"), gettext_lazy("Their codes, one a line."), more=True),
    Spec(
        "where.channels", "words", gettext_lazy("Only through these channels"), gettext_lazy("Such as till or shop, one a line."), more=True
    ),
    Spec("where.tiers", "words", gettext_lazy("Only for these tiers"), gettext_lazy("Their codes, one a line."), more=True),
)
TOP = (
    NAME,
    Spec("description", "area", gettext_lazy("What members read about it")),
    Spec(
        "joining",
        "choice",
        gettext_lazy("Who takes part"),
        choices=(
            ("by_purchase", gettext_lazy("Every known customer who buys")),
            ("by_request", gettext_lazy("Who asks to")),
        ),
    ),
)
# Fixed by the books from the first version on.
FOUNDING = (
    Spec("code", "text", gettext_lazy("Code"), gettext_lazy("Small letters, digits and hyphens; it can't be changed later."), needed=True),
    Spec("currency", "text", gettext_lazy("Currency"), gettext_lazy("Such as EUR; it can't be changed later."), needed=True),
    Spec("zone", "text", gettext_lazy("Time zone"), gettext_lazy("Such as Europe/Berlin; it can't be changed later."), needed=True),
)
NEVER = (
    Spec("never_earn.categories", "words", gettext_lazy("These categories never earn"), ONE_A_LINE),
    Spec("never_earn.products", "words", gettext_lazy("These products never earn"), ONE_A_LINE),
)
LIMITS = (
    Spec("hold_minutes", "count", gettext_lazy("Minutes that a reservation lasts"), gettext_lazy("Empty: 15.")),
    Spec("grace_days", "count", gettext_lazy("Days that returned units live at least"), gettext_lazy("Empty: 30.")),
    Spec("late_days_max", "count", gettext_lazy("Days by which a receipt may be late"), gettext_lazy("Empty: 7.")),
    Spec(
        "notice_days",
        "count",
        gettext_lazy("Days before which members hear of what is worse for them"),
        gettext_lazy("Empty: 30. What is better holds at once."),
    ),
    Spec("adjustment_units_max", "count", gettext_lazy("Most units of one correction by hand"), gettext_lazy("Empty: no limit.")),
    Spec("stacking.cap_percent", "number", gettext_lazy("Most per cent that offers take off an order"), gettext_lazy("Empty: no limit.")),
    Spec("stacking.max_offers", "count", gettext_lazy("Most offers in one order"), gettext_lazy("Empty: 10.")),
)
UNIT = (
    NAME,
    Spec(
        "kind",
        "choice",
        gettext_lazy("What it is for"),
        choices=(("spendable", gettext_lazy("To spend")), ("qualifying", gettext_lazy("To reach tiers, never spent"))),
    ),
    Spec("worth", "number", gettext_lazy("What one pays"), gettext_lazy("In the program's currency, such as 0.01. Empty: it doesn't pay.")),
    Spec("pending_days", "count", gettext_lazy("Days of waiting before it can be spent")),
    Spec(
        "expiry.kind",
        "choice",
        gettext_lazy("When it ends"),
        choices=(
            ("none", gettext_lazy("Never")),
            ("fixed", gettext_lazy("Some months after it was earned")),
            ("activity", gettext_lazy("Some months after the member's last visit")),
        ),
    ),
    Spec("expiry.months", "count", gettext_lazy("Months until it ends")),
    Spec("cost", "number", gettext_lazy("What one costs you"), gettext_lazy("For the books, such as 0.01."), more=True),
    Spec("expected_use_percent", "number", gettext_lazy("Per cent that is expected to be used"), gettext_lazy("Empty: 100."), more=True),
    Spec("scale", "count", gettext_lazy("Decimals"), gettext_lazy("Empty: none. It can't be changed later."), more=True),
    Spec(
        "rounding",
        "choice",
        gettext_lazy("Rounding, once a purchase"),
        choices=(("floor", gettext_lazy("Down")), ("half_up", gettext_lazy("Half up")), ("half_even", gettext_lazy("Half to even"))),
        more=True,
    ),
    Spec(
        "shortfall",
        "choice",
        gettext_lazy("If a refund takes back more than is left"),
        choices=(("debt", gettext_lazy("The member owes it")), ("write_off", gettext_lazy("It is written off"))),
        more=True,
    ),
    CODE,
)
EARNING = (
    NAME,
    Spec("unit", "choice", gettext_lazy("What is earned")),
    Spec("points", "number", gettext_lazy("How much"), needed=True),
    Spec(
        "per",
        "choice",
        gettext_lazy("For each"),
        choices=(("amount", gettext_lazy("Amount spent")), ("item", gettext_lazy("Item")), ("visit", gettext_lazy("Visit"))),
    ),
    Spec("per_amount", "number", gettext_lazy("Amount"), gettext_lazy("In the program's currency. Only for a rule per amount.")),
    Spec("minimum_amount", "number", gettext_lazy("From a purchase of"), more=True),
    *GOODS,
    *PERIOD,
    *WHERE,
    Spec(
        "mode",
        "choice",
        gettext_lazy("Beside other rules"),
        choices=(("add", gettext_lazy("On top of them")), ("best", gettext_lazy("The best one of those marked so"))),
        more=True,
    ),
    CODE,
)
TIER = (
    NAME,
    Spec("from_units", "count", gettext_lazy("Reached with"), needed=True),
    Spec("keep_units", "count", gettext_lazy("Kept with"), gettext_lazy("Empty: with as many.")),
    Spec("earning", "number", gettext_lazy("Earnings times"), gettext_lazy("Such as 1.5. Empty: 1.")),
    Spec("welcome", "choice", gettext_lazy("Welcome reward"), gettext_lazy("One of the rewards below."), more=True),
    CODE,
)
CARD = (
    NAME,
    Spec("target", "count", gettext_lazy("Stamps until it is full"), needed=True),
    Spec(
        "stamps_per",
        "choice",
        gettext_lazy("A stamp for each"),
        choices=(("item", gettext_lazy("Item")), ("visit", gettext_lazy("Visit")), ("amount", gettext_lazy("Amount spent"))),
    ),
    Spec("per_amount", "number", gettext_lazy("Amount"), gettext_lazy("Only for stamps per amount.")),
    *GOODS,
    Spec("reward.code", "choice", gettext_lazy("What a full card gives"), gettext_lazy("One of the rewards below.")),
    Spec("reward.count", "count", gettext_lazy("How many of it"), gettext_lazy("Empty: 1."), more=True),
    Spec("per_visit_max", "count", gettext_lazy("Most stamps a visit"), more=True),
    Spec("per_day_max", "count", gettext_lazy("Most stamps a day"), more=True),
    Spec("minutes_between", "count", gettext_lazy("Minutes between two visits with stamps"), more=True),
    Spec("minimum_amount", "number", gettext_lazy("From a purchase of"), more=True),
    Spec(
        "expiry.kind",
        "choice",
        gettext_lazy("When a card that is not full ends"),
        choices=(
            ("none", gettext_lazy("Never")),
            ("fixed", gettext_lazy("Some months after its first stamp")),
            ("activity", gettext_lazy("Some months after its last stamp")),
        ),
        more=True,
    ),
    Spec("expiry.months", "count", gettext_lazy("Months until it ends"), more=True),
    *PERIOD,
    *WHERE,
    CODE,
)
OFFER = (
    Spec("min_order", "number", gettext_lazy("From an order of"), more=True),
    Spec(
        "stacking",
        "choice",
        gettext_lazy("Beside other offers"),
        choices=(
            ("stack", gettext_lazy("On top of them")),
            ("best", gettext_lazy("The best one of those marked so")),
            ("exclusive", gettext_lazy("Alone")),
        ),
        more=True,
    ),
    Spec("priority", "count", gettext_lazy("Order"), gettext_lazy("The smallest number comes first. Empty: 100."), more=True),
    Spec("cap_percent", "number", gettext_lazy("At most so many per cent"), more=True),
    *PERIOD,
    *WHERE,
    CODE,
)
DISCOUNT = (
    NAME,
    Spec("every", "count", gettext_lazy("Every so many purchases"), gettext_lazy("10: each tenth one. One of these three ways.")),
    Spec("after_purchases", "count", gettext_lazy("After so many purchases")),
    Spec("after_spend", "number", gettext_lazy("After so much was spent")),
    Spec("window_days", "count", gettext_lazy("Within so many days"), gettext_lazy("Empty: all that were ever made.")),
    Spec("percent", "number", gettext_lazy("Per cent off"), gettext_lazy("Either this or an amount.")),
    Spec("amount", "number", gettext_lazy("Amount off")),
    *GOODS,
    *OFFER,
)
SPECIAL = (
    NAME,
    Spec("percent", "number", gettext_lazy("Per cent off"), gettext_lazy("One of these five ways.")),
    Spec("amount", "number", gettext_lazy("Amount off, once an order")),
    Spec("unit_price", "number", gettext_lazy("Price of one")),
    Spec("unit_amount", "number", gettext_lazy("Amount off each")),
    Spec("buy", "count", gettext_lazy("Of so many bought …")),
    Spec("free", "count", gettext_lazy("… so many more are free")),
    *GOODS,
    Spec("limit", "count", gettext_lazy("Most for one member")),
    Spec("limit_per_day", "count", gettext_lazy("Most for one member and day"), more=True),
    *OFFER,
)
REWARD = (
    NAME,
    Spec(
        "kind",
        "choice",
        gettext_lazy("What it is"),
        choices=(
            ("goods", gettext_lazy("One of the goods is free")),
            ("money_off", gettext_lazy("An amount off the goods")),
            ("percent_off", gettext_lazy("Per cent off the goods")),
            ("gift", gettext_lazy("A gift that the till doesn't sell")),
        ),
    ),
    Spec("amount", "number", gettext_lazy("Amount off"), gettext_lazy("Only for an amount off.")),
    Spec("percent", "number", gettext_lazy("Per cent off"), gettext_lazy("Only for per cent off.")),
    *GOODS,
    Spec("price.unit", "choice", gettext_lazy("Paid with"), gettext_lazy("What cards, tiers and people give needs no price.")),
    Spec("price.units", "number", gettext_lazy("How many")),
    Spec("valid_days", "count", gettext_lazy("Days until its voucher ends"), gettext_lazy("Empty: never.")),
    Spec("cost", "number", gettext_lazy("What one costs you"), gettext_lazy("For the books, such as 0.70.")),
    Spec("stock", "count", gettext_lazy("How many there are"), gettext_lazy("Of what is had for its price. Empty: no limit."), more=True),
    Spec("per_member_max", "count", gettext_lazy("Most for one member"), more=True),
    Spec("per_member_day_max", "count", gettext_lazy("Most for one member and day"), more=True),
    Spec("description", "area", gettext_lazy("What members read about it"), more=True),
    *PERIOD,
    *WHERE,
    CODE,
)


def _first(shape: Mapping[str, Any], place: str) -> str:
    return next((str(one.get("code", "")) for one in shape.get(place) or [] if isinstance(one, dict)), "")


SECTIONS = (
    Section(
        "units",
        gettext_lazy("What is counted"),
        gettext_lazy("Points and the like; punch cards count their stamps by themselves"),
        gettext_lazy("Add something to count"),
        UNIT,
        lambda _shape: {"name": "", "kind": "spendable"},
    ),
    Section(
        "earning",
        gettext_lazy("How it is earned"),
        gettext_lazy("A bonus is a rule of its own, with its hours or goods"),
        gettext_lazy("Add a rule"),
        EARNING,
        lambda shape: {"name": "", "unit": _first(shape, "units"), "points": "1", "per": "amount", "per_amount": "1"},
    ),
    Section(
        "ladder.tiers",
        gettext_lazy("Tiers"),
        gettext_lazy("Lowest first"),
        gettext_lazy("Add a tier"),
        TIER,
        lambda _shape: {"name": "", "from_units": ""},
    ),
    Section(
        "cards",
        gettext_lazy("Punch cards"),
        gettext_lazy("Surplus stamps go on to the next card"),
        gettext_lazy("Add a punch card"),
        CARD,
        lambda shape: {"name": "", "target": 10, "reward": {"code": _first(shape, "rewards")}},
    ),
    Section(
        "discounts",
        gettext_lazy("Discounts for frequent buyers"),
        gettext_lazy("Given by the till without being asked for"),
        gettext_lazy("Add a discount"),
        DISCOUNT,
        lambda _shape: {"name": "", "every": 10, "percent": "10"},
    ),
    Section(
        "specials",
        gettext_lazy("Members' specials"),
        gettext_lazy("Prices and gifts that only members get"),
        gettext_lazy("Add a special"),
        SPECIAL,
        lambda _shape: {"name": "", "percent": "10"},
    ),
    Section(
        "rewards",
        gettext_lazy("Rewards"),
        gettext_lazy("What points, full cards and tiers give; members get them as vouchers"),
        gettext_lazy("Add a reward"),
        REWARD,
        lambda _shape: {"name": "", "kind": "goods"},
    ),
)
LADDER = (
    Spec("ladder.currency", "choice", gettext_lazy("What counts for tiers"), gettext_lazy("Something counted above “to reach tiers”.")),
    Spec(
        "ladder.window",
        "choice",
        gettext_lazy("Counted over"),
        choices=(
            ("rolling", gettext_lazy("The last months")),
            ("calendar_year", gettext_lazy("The calendar year")),
            ("anniversary", gettext_lazy("The member's own year")),
        ),
    ),
    Spec("ladder.window_months", "count", gettext_lazy("How many months"), gettext_lazy("Empty: 12.")),
    Spec("ladder.guarantee_months", "count", gettext_lazy("Months that a tier is kept at least"), gettext_lazy("Empty: 12.")),
)


def label_of(place: str) -> str:
    """What a value at a place like "earning.0.period.from_on" is called; the place itself where no field has it."""
    steps = [step for step in place.split(".") if step]
    for section in SECTIONS:
        head = section.place.split(".")
        if steps[: len(head)] == head and len(steps) > len(head):
            return _in_row(section, steps[len(head) + 1 :])
    known = {spec.key: spec.label for spec in (*TOP, *FOUNDING, *NEVER, *LIMITS, *LADDER)}
    return str(known.get(place) or next((one.title for one in SECTIONS if one.place == place), place))


def _in_row(section: Section, rest: list[str]) -> str:
    while rest:
        found = next((spec.label for spec in section.specs if spec.key == ".".join(rest)), None)
        if found:
            return str(found)
        rest = rest[:-1]
    return ""
