"""The executable paragraphs of a policy: service levels, named persons, authority."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from regulars.groundwork.kernel.money import Money, NotMoney, minor_units
from regulars.policy.rules.targets import Target, TargetFault, target_from

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True)]
Channel = Literal["email", "phone", "sms", "post", "social", "visit", "till", "portal"]
Role = Literal["executive", "manager", "supervisor", "agent", "marketer", "cashier", "read-only"]
RANK: tuple[Role, ...] = ("cashier", "agent", "supervisor", "manager", "executive")
LEARNER: Literal["learner"] = "learner"
Holder = Literal["executive", "manager", "supervisor", "agent", "marketer", "cashier", "read-only", "learner"]
"""Whose limits a paragraph sets: those of a role, or of a learner, whom nobody is appointed: who lacks a certificate may count as one."""
HOLDERS: tuple[Holder, ...] = (LEARNER, *RANK)
Priority = Literal["low", "normal", "high", "urgent"]
Period = Literal["day", "week", "month", "quarter", "year"]


def _target(given: object) -> Target:
    if isinstance(given, Target):
        return given
    try:
        return target_from(given)
    except TargetFault as fault:
        sentences = {
            "target_of_nothing": "leaves no time at all",
            "target_too_long": "is longer than ten years",
            "close_needs_days": "only bd, d and w can end at close",
        }
        raise ValueError(f"“{fault.found}” {sentences.get(fault.code, 'is no target such as 8bh, 30bm, 3bd-close or 8w')}") from None


def _money(given: object) -> Money:
    """“25 EUR”: an amount without its currency is no limit."""
    if isinstance(given, Money):
        return given
    number, _space, currency = given.strip().partition(" ") if isinstance(given, str) else ("", "", "")
    try:
        amount = Money(minor_units(number, currency.strip()), currency.strip())
    except NotMoney:
        raise ValueError(f"“{str(given)[:40]}” is no amount with its currency, such as 25 EUR") from None
    if amount.minor < 0:
        raise ValueError("a limit is not negative")
    return amount


def _tuple(given: object) -> object:
    return tuple(given) if isinstance(given, list) else given


Duration = Annotated[Target, BeforeValidator(_target)]
Amount = Annotated[Money, BeforeValidator(_money)]


class Part(BaseModel):
    """A part of the document: unknown words are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class Paragraph(Part):
    """What every paragraph has: its number, by which deadlines and limits name it, and what it says to people."""

    paragraph: Number
    text: Words


class Step(Part):
    """An alarm: at a share of the time (“75%”), or so much working time after it ran out (“+2bh”), to the holder of a role.

    It rings in the working time of those whom it calls: `calendar`, or that of the paragraph.
    """

    at: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]?|100)%$|^\+[1-9][0-9]{0,3}b[hm]$")]
    to: Role
    calendar: Name | None = None


class Level(Paragraph):
    """What is promised for cases of a sort (empty: all). The first level by position that fits a case holds for it."""

    natures: Annotated[tuple[Name, ...], BeforeValidator(_tuple)] = ()
    priorities: Annotated[tuple[Priority, ...], BeforeValidator(_tuple)] = ()
    channels: Annotated[tuple[Channel, ...], BeforeValidator(_tuple)] = ()
    traits: dict[str, Annotated[tuple[str, ...], BeforeValidator(_tuple)]] = Field(default_factory=dict)
    calendar: Name
    first_answer: Duration | None = None
    next_answer: Duration | None = None
    resolution: Duration | None = None
    answer_unless_settled: Duration | None = None
    final_answer: Duration | None = None
    share: float = Field(1.0, gt=0.5, le=1.0)
    escalate: Annotated[tuple[Step, ...], BeforeValidator(_tuple)] = ()

    @model_validator(mode="after")
    def _promises_something(self) -> Level:
        if not any((self.first_answer, self.next_answer, self.resolution, self.answer_unless_settled, self.final_answer)):
            raise ValueError(
                "a service level promises at least one of first_answer, next_answer, resolution, answer_unless_settled, final_answer"
            )
        if self.first_answer and self.resolution and _longer(self.first_answer, self.resolution):
            raise ValueError(f"the first answer ({self.first_answer}) may take longer than the resolution ({self.resolution})")
        if len({step.at for step in self.escalate}) != len(self.escalate):
            raise ValueError("two alarms ring at the same moment")
        return self

    def covers(self, other: Level) -> bool:
        """Whether every case that fits `other` fits this level too."""
        lists = ((self.natures, other.natures), (self.priorities, other.priorities), (self.channels, other.channels))
        return all(not mine or (theirs and set(theirs) <= set(mine)) for mine, theirs in lists) and all(
            name in other.traits and set(other.traits[name]) <= set(values) for name, values in self.traits.items()
        )


class NamedPerson(Paragraph):
    """Who handles everything of a customer of this sort, and who stands in (R29)."""

    kinds: Annotated[tuple[Literal["person", "organisation"], ...], BeforeValidator(_tuple)] = ()
    traits: dict[str, Annotated[tuple[str, ...], BeforeValidator(_tuple)]] = Field(default_factory=dict)
    stand_in: Literal["deputy", "same-branch", "supervisor"]
    after: Duration | None = None


class Limits(Paragraph):
    """What holders of these roles may give without asking anyone; each amount names what it is counted over.

    Who has not the `certificate`, or no longer, has the limits of `lapsed_as` for the same kind; without it they may give nothing.
    """

    kind: Name
    ledger: Literal["entitlement", "goodwill"]
    roles: Annotated[tuple[Holder, ...], Field(min_length=1), BeforeValidator(_tuple)]
    per_gesture: Amount | None = None
    per_case: Amount | None = None
    per_customer: Amount | None = None
    per_person: Amount | None = None
    period: Period | None = None
    certificate: Name | None = None
    lapsed_as: Holder | None = None

    @model_validator(mode="after")
    def _is_a_limit(self) -> Limits:
        amounts = [one for one in (self.per_gesture, self.per_case, self.per_customer, self.per_person) if one is not None]
        if not amounts:
            raise ValueError("a limit needs an amount: per_gesture, per_case, per_customer or per_person")
        if len({one.currency for one in amounts}) > 1:
            raise ValueError("the amounts of one limit are in one currency")
        if (self.per_customer or self.per_person) and self.period is None:
            raise ValueError("an amount per customer or per person needs its period: day, week, month, quarter or year")
        if self.period and not (self.per_customer or self.per_person):
            raise ValueError("a period needs an amount per customer or per person")
        if self.per_gesture and self.per_case and self.per_gesture.minor > self.per_case.minor:
            raise ValueError("one gesture may not be worth more than all of a case")
        if self.lapsed_as and not self.certificate:
            raise ValueError("lapsed_as needs the certificate that may lapse")
        if self.lapsed_as in self.roles:
            raise ValueError(f"a lapsed certificate would change nothing: {self.lapsed_as} has the limits of this paragraph")
        if self.certificate and LEARNER in self.roles:
            raise ValueError("a learner has no certificate yet, so their limits can't need one")
        return self

    @property
    def currency(self) -> str:
        """The one currency of its amounts."""
        return next(one.currency for one in (self.per_gesture, self.per_case, self.per_customer, self.per_person) if one is not None)


class Confirmation(Part):
    """Who confirms a version, and in how many days of their presence."""

    roles: Annotated[tuple[Role, ...], BeforeValidator(_tuple)] = (*RANK, "marketer")
    days: int = Field(14, ge=1, le=365)
    remind: Annotated[tuple[Annotated[int, Field(ge=-365, le=365)], ...], Field(max_length=10), BeforeValidator(_tuple)] = (-7, 0, 3)


def _longer(one: Target, other: Target) -> bool:
    """Whether the first certainly takes longer than the second; lengths of different kinds are not compared."""
    if one.working != other.working or one.in_days or other.in_days:
        return one.in_days and one.unit == other.unit and one.count > other.count
    return one.seconds > other.seconds


def sentence_of(problem: dict[str, Any]) -> str:
    """What pydantic found, in plain words."""
    return str(problem["msg"]).removeprefix("Value error, ")
