"""The shapes of contacts in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from regulars.till.api.shapes import Number, Strict

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,40}$")]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=10_000)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_:.-]{0,80}$")]
Channel = Literal["email", "phone", "sms", "post", "social", "visit", "till"]


class PromiseIn(Strict):
    what: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", min_length=1, max_length=200)]
    due_at: AwareDatetime
    staff: Id = ""


class LinksIn(Strict):
    """Other things that this contact belongs to, by their id."""

    case: Id = ""
    purchase: Id = ""
    message: Id = ""


class ContactIn(Strict):
    """One encounter with a customer or prospect."""

    customer: Number = Field(description="the customer's external id, or their id here")
    channel: Channel
    direction: Literal["in", "out"] = Field(description="in: they turned to us; out: we to them")
    nature: Code = Field(description="one of the business's natures, for example question or complaint")
    outcome: Code = ""
    topic: Code = ""
    began_by: Literal["customer", "business"] | None = Field(None, description="empty: whoever turned to the other")
    mood_stated: int | None = Field(None, ge=-2, le=2, description="as the customer said or showed it")
    mood_inferred: int | None = Field(None, ge=-2, le=2, description="as a program read it out of the words; kept apart")
    staff: Id = Field("", description="an employee's id")
    branch: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=40)] = Field("", description="the branch's code")
    minutes: int | None = Field(None, ge=0, le=1440)
    effort: int | None = Field(None, ge=1, le=5, description="the customer's trouble, 1 little to 5 much")
    note: Words = ""
    links: LinksIn = Field(default_factory=LinksIn)
    at: AwareDatetime | None = Field(None, description="when it happened; empty: now")
    promise: PromiseIn | None = Field(None, description="a follow-up promised at this contact")
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,40}$")] = "api"
    key: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)] = Field(
        "", description="your own number of it: unique for ever within the source"
    )


class ContactOut(Schema):
    id: str
    customer: str
    at: datetime
    channel: str
    direction: str
    began_by: str
    nature: str
    topic: str
    outcome: str
    mood_stated: int | None
    mood_inferred: int | None
    staff: str | None
    branch: str | None
    minutes: int | None
    effort: int | None
    note: str
    links: dict[str, str]
    source: str
    corrects: str | None


class LineShown(Schema):
    """One line of a story; `contact` is the id of a logged contact."""

    id: str
    at: datetime
    kind: str
    headline: str
    details: list[str]
    note: str
    actor: str
    amount_minor: int | None
    currency: str | None
    contact: str | None


class Timeline(Schema):
    items: list[LineShown]
    next: str | None = None
