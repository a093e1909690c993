"""The rules of the gate as one JSON document: how often, how heavy, when not, and what always passes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, ValidationError, field_validator, model_validator

from regulars.contacts.rules.words import CHANNELS

Channel = Literal["email", "phone", "sms", "post", "social", "visit", "till"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Wall = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class ContactClass(StrEnum):
    """What sort of contact it is, whatever its channel."""

    PROMOTIONAL = "promotional"
    SURVEY = "survey"
    SERVICE = "service"
    REPLY = "reply"
    TRANSACTIONAL = "transactional"
    SECURITY = "security"
    LEGAL = "legal"
    RECALL = "recall"


class Part(BaseModel):
    """A part of the document: unknown words are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ClassRule(Part):
    """How a class passes. `blocked`: caps may hold it back. `counts`: it uses up budget. `quiet`: it waits for the quiet hours to end.
    `wishes`: the customer's own channels, hours and frequency hold for it. A class with `blocked` false and `counts` true counts but is
    never blocked."""

    blocked: bool = True
    counts: bool = True
    quiet: bool = True
    wishes: bool = True


class Cap(Part):
    """At most so much weight in any sliding window, over a set of channels, purposes and classes (empty: all).

    `for_service` of it is kept for service and replies; `household` counts the letters of all who share a letter box.
    """

    name: Name
    most: int = Field(ge=1, le=1000)
    days: int = Field(0, ge=0, le=366)
    hours: int = Field(0, ge=0, le=366 * 24)
    channels: tuple[Channel, ...] = ()
    purposes: tuple[Name, ...] = ()
    classes: tuple[ContactClass, ...] = ()
    for_service: int = Field(0, ge=0, le=1000)
    household: bool = False

    @field_validator("channels", "purposes", "classes", mode="before")
    @classmethod
    def _from_list(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("classes", mode="before")
    @classmethod
    def _known_classes(cls, given: Any) -> Any:
        return _classes(given)

    @model_validator(mode="after")
    def _one_window(self) -> Cap:
        if bool(self.days) == bool(self.hours):
            raise ValueError("a cap has either days or hours")
        if self.for_service >= self.most:
            raise ValueError("something must be left beside what is kept for service")
        return self

    @property
    def window(self) -> timedelta:
        """How far the window reaches."""
        return timedelta(days=self.days, hours=self.hours)

    def covers(self, channel: str, purpose: str, contact_class: str) -> bool:
        """Whether contacts of this sort fall under the cap."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.purposes or purpose in self.purposes)
            and (not self.classes or contact_class in self.classes)
        )


class QuietSpan(Part):
    """From one wall time to another, on these weekdays (empty: every day); over midnight when it ends before it begins."""

    days: tuple[Weekday, ...] = ()
    begins: Wall = Field(alias="from")
    ends: Wall = Field(alias="to")

    @field_validator("days", mode="before")
    @classmethod
    def _from_list(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @model_validator(mode="after")
    def _has_length(self) -> QuietSpan:
        if self.begins == self.ends or self.begins == "24:00":
            raise ValueError("a quiet time begins before 24:00 and ends at another time than it begins; the whole day is 00:00 to 24:00")
        return self


class QuietHours(Part):
    """The quiet hours of every channel, and of single channels instead (an empty list: none)."""

    default: tuple[QuietSpan, ...] = ()
    channels: dict[Channel, tuple[QuietSpan, ...]] = Field(default_factory=dict)

    @field_validator("default", mode="before")
    @classmethod
    def _from_list(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("channels", mode="before")
    @classmethod
    def _from_lists(cls, given: Any) -> Any:
        return {key: tuple(one) if isinstance(one, list) else one for key, one in given.items()} if isinstance(given, dict) else given

    def of(self, channel: str) -> tuple[QuietSpan, ...]:
        """The quiet hours of a channel."""
        return self.channels.get(channel, self.default)  # type: ignore[call-overload, no-any-return]


class FreezeRule(Part):
    """While a complaint is open, and so many days after it was closed, these classes are held back."""

    days_after: int = Field(14, ge=0, le=366)
    classes: tuple[ContactClass, ...] = (ContactClass.PROMOTIONAL, ContactClass.SURVEY)

    @field_validator("classes", mode="before")
    @classmethod
    def _known_classes(cls, given: Any) -> Any:
        return _classes(given)


class GateRules(Part):
    """The whole document. `weights`: how heavy a contact by a channel is when the asker doesn't say (1). `hold_hours`: how long after its
    instant a reservation that nobody confirms is kept."""

    format: Literal[1] = 1
    caps: tuple[Cap, ...] = Field(default=(), max_length=40)
    weights: dict[Channel, Annotated[int, Field(ge=1, le=100)]] = Field(default_factory=dict)
    classes: dict[ContactClass, ClassRule] = Field(default_factory=dict)
    quiet_hours: QuietHours = QuietHours()
    freeze: FreezeRule = FreezeRule()
    hold_hours: int = Field(24, ge=1, le=24 * 60)
    _weeks: dict[str, tuple[tuple[tuple[int, int], ...], ...]] = PrivateAttr(default_factory=dict)

    @field_validator("caps", mode="before")
    @classmethod
    def _from_list(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("classes", mode="before")
    @classmethod
    def _known_classes(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        # A rule that is said in part keeps the rest of its class's default.
        return {
            _class(key): {**DEFAULT_CLASSES[_class(key)].model_dump(), **one} if key in set(ContactClass) and isinstance(one, dict) else one
            for key, one in given.items()
        }

    @model_validator(mode="after")
    def _whole(self) -> GateRules:
        names = [cap.name for cap in self.caps]
        if len(set(names)) != len(names):
            raise ValueError("two caps have the same name")
        for channel in CHANNELS:
            if never_open(self.quiet_hours.of(channel)):
                raise ValueError(f"the quiet hours of {channel} leave no time at all in the week")
        self._weeks.update({channel: quiet_week(self.quiet_hours.of(channel)) for channel in CHANNELS})
        object.__setattr__(self, "classes", {one: self.classes.get(one, DEFAULT_CLASSES[one]) for one in ContactClass})
        return self

    def quiet_of(self, channel: str) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The quiet minutes of a channel's week."""
        return self._weeks[channel]

    @property
    def longest(self) -> timedelta:
        """The longest window: how far back and forward the ledger matters."""
        return max((cap.window for cap in self.caps), default=timedelta())


_PASSES = {"blocked": False, "counts": False, "quiet": False, "wishes": False}
DEFAULT_CLASSES: dict[ContactClass, ClassRule] = {
    ContactClass.PROMOTIONAL: ClassRule(),
    ContactClass.SURVEY: ClassRule(),
    ContactClass.SERVICE: ClassRule(),
    ContactClass.REPLY: ClassRule(blocked=False, quiet=False, wishes=False),
    ContactClass.TRANSACTIONAL: ClassRule(**_PASSES),
    ContactClass.SECURITY: ClassRule(**_PASSES),
    ContactClass.LEGAL: ClassRule(**_PASSES),
    ContactClass.RECALL: ClassRule(**_PASSES),
}
DEFAULT_DOCUMENT: dict[str, Any] = {
    "format": 1,
    "caps": [
        {"name": "weekly", "most": 3, "days": 7, "for_service": 1},
        {"name": "surveys", "most": 1, "days": 30, "classes": ["survey"]},
        {"name": "household-letters", "most": 1, "days": 30, "channels": ["post"], "classes": ["promotional"], "household": True},
    ],
    "weights": {"phone": 2, "visit": 2},
    "quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}], "channels": {"post": [], "till": []}},
    "freeze": {"days_after": 14, "classes": ["promotional", "survey"]},
    "hold_hours": 24,
}


class NotRules(ValueError):
    """The document can't be obeyed. `faults`: place in the document → what is wrong there."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {text}" for place, text in faults.items()))
        self.faults = faults


def rules_in(document: Any) -> GateRules:
    """Read a document. Raises NotRules with every fault and its place."""
    if not isinstance(document, dict):
        raise NotRules({"/": "the rules are one JSON object"})
    try:
        return GateRules.model_validate(document)
    except ValidationError as error:
        faults = {"/" + "/".join(str(part) for part in one["loc"]): _plain(one["msg"]) for one in error.errors()[:20]}
        raise NotRules(faults) from None


def written_out(rules: GateRules) -> dict[str, Any]:
    """Rules as a document with every default said."""
    return rules.model_dump(mode="json", by_alias=True)


def minutes_of(wall: str) -> int:
    """A wall time as minutes of the day."""
    hours, _sep, minutes = wall.partition(":")
    return int(hours) * 60 + int(minutes)


def quiet_week(spans: tuple[QuietSpan, ...]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Quiet minutes of each weekday, Monday first, as sorted [from, to) spans; what runs over midnight stands on both days."""
    week: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for span in spans:
        begins, ends = minutes_of(span.begins), minutes_of(span.ends)
        for day in span.days or WEEKDAYS:
            place = WEEKDAYS.index(day)
            if begins < ends:
                week[place].append((begins, ends))
            else:
                week[place].append((begins, 24 * 60))
                week[(place + 1) % 7].append((0, ends))
    return tuple(tuple(_joined(sorted(day))) for day in week)


def never_open(spans: tuple[QuietSpan, ...]) -> bool:
    """Whether quiet hours cover the whole week."""
    return all(day == ((0, 24 * 60),) for day in quiet_week(spans))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begins, ends in spans:
        if begins >= ends:
            continue
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        else:
            found.append((begins, ends))
    return found


def _class(name: Any) -> Any:
    return ContactClass(name) if isinstance(name, str) and name in set(ContactClass) else name


def _classes(given: Any) -> Any:
    return tuple(_class(one) for one in given) if isinstance(given, list | tuple) else given


def _plain(message: str) -> str:
    return re.sub(r"^Value error, ", "", message)
