"""The whole policy as one document: TOML (its comments are kept, because the text itself is) or JSON."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, StringConstraints, ValidationError, model_validator

from regulars.policy.rules.authority import faults_of_limits
from regulars.policy.rules.calendars import Calendar, CalendarFault, calendar_from
from regulars.policy.rules.parts import Confirmation, Level, Limits, Name, NamedPerson, Paragraph, Part, Words, sentence_of

TEXT_MAX = 400_000
FAULTS_SHOWN = 20


def _tuple(given: object) -> object:
    return tuple(given) if isinstance(given, list) else given


class NotAPolicy(Exception):
    """The document can't be obeyed. `faults`: place in the document → what is wrong there."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {text}" for place, text in faults.items()))
        self.faults = faults


class Promise(Paragraph):
    """A paragraph that people keep, without a clock or limit of its own."""


class Policy(Part):
    """Everything that is promised, and who may decide what."""

    format: Literal[1] = 1
    title: Words
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    preamble: str = Field("", max_length=20_000)
    calendars: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    levels: Annotated[tuple[Level, ...], Field(max_length=200), BeforeValidator(_tuple)] = ()
    named_persons: Annotated[tuple[NamedPerson, ...], Field(max_length=50), BeforeValidator(_tuple)] = ()
    authority: Annotated[tuple[Limits, ...], Field(max_length=200), BeforeValidator(_tuple)] = ()
    promises: Annotated[tuple[Promise, ...], Field(max_length=200), BeforeValidator(_tuple)] = ()
    comment_days: int = Field(7, ge=1, le=90)
    reopen_days: int = Field(14, ge=0, le=365)
    open_cases: Literal["keep", "move"] = "keep"
    confirmation: Confirmation = Confirmation()
    _calendars: dict[str, Calendar] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Policy:
        faults = {**self._calendar_faults(), **self._paragraph_faults(), **self._level_faults(), **faults_of_limits(self.authority)}
        if not self.confirmation.roles:
            faults["/confirmation/roles"] = "nobody may confirm this policy: name at least one role"
        if not self.paragraphs:
            faults["/"] = "a policy without a paragraph promises nothing"
        if faults:
            raise NotAPolicy(faults)
        return self

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Every paragraph, in the order of their numbers."""
        found: Iterable[Paragraph] = (*self.levels, *self.named_persons, *self.authority, *self.promises)
        return tuple(sorted(found, key=lambda one: [int(part) for part in one.paragraph.split(".")]))

    def calendar_named(self, name: str) -> Calendar:
        """One of its calendars."""
        return self._calendars[name]

    def _calendar_faults(self) -> dict[str, str]:
        faults = {}
        for name, document in self.calendars.items():
            try:
                self._calendars[name] = calendar_from(document)
            except CalendarFault as fault:
                faults[f"/calendars/{name}/{fault.place.replace('.', '/')}"] = _words_of(fault)
        return faults

    def _paragraph_faults(self) -> dict[str, str]:
        seen: set[str] = set()
        faults = {}
        for one in (*self.levels, *self.named_persons, *self.authority, *self.promises):
            if one.paragraph in seen:
                faults[f"/paragraph {one.paragraph}"] = "two paragraphs have this number"
            seen.add(one.paragraph)
        return faults

    def _level_faults(self) -> dict[str, str]:
        faults = {}
        for place, level in enumerate(self.levels):
            if level.calendar not in self.calendars:
                faults[f"/levels/{place}/calendar"] = f"there is no calendar “{level.calendar}”"
            for number, step in enumerate(level.escalate):
                if step.calendar is not None and step.calendar not in self.calendars:
                    faults[f"/levels/{place}/escalate/{number}/calendar"] = f"there is no calendar “{step.calendar}”"
            for earlier in self.levels[:place]:
                if earlier.covers(level):
                    faults[f"/levels/{place}"] = (
                        f"paragraph {level.paragraph} never holds: paragraph {earlier.paragraph} stands before it and fits all of its cases"
                    )
                    break
        return faults


def _words_of(fault: CalendarFault) -> str:
    return f"{fault.code.replace('_', ' ')}{f': “{fault.found}”' if fault.found else ''}"


def policy_in(text: str) -> Policy:
    """Read a document. Raises NotAPolicy with every fault and its place."""
    return policy_of(document_in(text))


def policy_of(document: object) -> Policy:
    """The policy of a parsed document. Raises NotAPolicy."""
    try:
        return Policy.model_validate(document)
    except NotAPolicy:
        raise
    except ValidationError as error:
        found = {"/" + "/".join(str(part) for part in one["loc"]): sentence_of(dict(one)) for one in error.errors()[:FAULTS_SHOWN]}
        raise NotAPolicy(found) from None


def document_in(text: str) -> dict[str, Any]:
    """The parsed text: JSON when it begins with a brace, else TOML. Raises NotAPolicy."""
    if len(text) > TEXT_MAX:
        raise NotAPolicy({"/": f"the document is longer than {TEXT_MAX:,} signs"})
    try:
        found = (
            json.loads(text, object_pairs_hook=_each_once)
            if text.lstrip("\ufeff \t\r\n").startswith("{")
            else tomllib.loads(text.removeprefix("\ufeff"))
        )
    except NotAPolicy:
        raise
    except (ValueError, RecursionError) as fault:
        raise NotAPolicy({"/": f"this is neither TOML nor JSON: {str(fault)[:200]}"}) from None
    if not isinstance(found, dict):
        raise NotAPolicy({"/": "a policy is one object"})
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAPolicy({"/": "a word stands twice in one object"})
    return found


def fingerprint(text: str, language: str) -> str:
    """What a confirmation is bound to: SHA-256 of language and text, line ends made one."""
    return hashlib.sha256(f"{language}\n{'\n'.join(text.splitlines())}".encode()).hexdigest()
