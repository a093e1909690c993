"""The shapes of cases in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from regulars.till.api.shapes import Amount, Currency, Moment, Number, Strict

Channel = Literal["email", "phone", "sms", "post", "social", "visit", "till", "portal"]


class CaseIn(Strict):
    """A matter of one customer. The policy in force when it happened holds for it."""

    customer: Number = Field(description="the customer's external id, or their id here")
    subject: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=50_000, description="what the customer said")
    channel: Channel
    nature: str = Field(min_length=1, max_length=40, description="a nature of contact of the business, for example complaint")
    topic: str = Field("", max_length=40)
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    branch: str = Field("", max_length=40, description="the branch's code")
    remedy_asked: str = Field("", max_length=500, description="what the customer asks for (ISO 10002)")
    no_complaint: str = Field("", max_length=500, description="why it is no complaint although it sounds like one")
    owner: str = Field("", max_length=64, description="an employee's id")
    at: Moment | None = Field(None, description="when it happened; now when left out")
    source: str = Field("api", max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    key: str = Field(
        "", max_length=160, description="its number in the source: the same again is the same case; the Idempotency-Key when left out"
    )


class AnswerIn(Strict):
    """What is said to the customer, or (`internal`) among us."""

    text: str = Field(min_length=1, max_length=50_000)
    channel: Literal["email", "phone", "sms", "post", "social", "visit", "till"] = "email"
    internal: bool = False
    decides: bool = Field(False, description="our decision, not only news on the way to it")
    reached: bool = Field(True, description="false: nobody picked up; an attempt, no answer")
    then: Literal["", "waiting"] = ""
    staff: str = Field("", max_length=64, description="an employee's id")
    version: int | None = Field(None, description="the case as the writer read it: 409 when somebody wrote meanwhile")


class CasePromiseIn(Strict):
    """“I'll call by noon.”"""

    what: str = Field(min_length=1, max_length=200)
    due_at: Moment
    staff: str = Field("", max_length=64, description="an employee's id")


class PromiseEndIn(Strict):
    """How a promise ended: kept, tried without reaching anybody, or withdrawn with a reason."""

    how: Literal["kept", "attempt", "withdrawn"]
    why: str = Field("", max_length=200)


class GestureIn(Strict):
    """Something given to make it good. Within the authority of the key's owner it is booked at once, else it waits for approval."""

    kind: str = Field(min_length=1, max_length=40, description="as the policy names it")
    amount: Amount
    currency: Currency
    words: str = Field("", max_length=300)


class ResolutionIn(Strict):
    """How it was settled; a complaint needs cause and action."""

    cause: str = Field("", max_length=40, description="a topic of the business")
    action: str = Field("", max_length=500)
    told: bool = Field(False, description="the customer knows")
    version: int | None = None


class PieceOut(Schema):
    """An interval of a deadline's account."""

    start: datetime
    end: datetime
    counted: bool
    why: str
    sentence: str


class CasePromiseOut(Schema):
    """One promise: a cycle with start, end, pauses, due instant; the paragraph that it comes from; its events; its account."""

    key: str
    metric: str
    instance: int
    what: str
    state: str
    breached: bool
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    pauses: list[tuple[datetime, datetime]]
    paragraph: str
    policy_version: str
    target: str
    events: list[dict[str, Any]]
    explanation: list[PieceOut]


class CaseOut(Schema):
    """A case as it stands."""

    id: str
    number: int
    version: int
    customer: str
    subject: str
    status: str
    nature: str
    topic: str
    channel: str
    priority: str
    branch: str | None
    owner: str | None
    queue: str | None
    paragraph: str
    remedy_asked: str
    cause: str
    action: str
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    first_answered_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopened: int
    settled: bool | None


class HappeningOut(Schema):
    """One line of the stream."""

    seq: int
    at: datetime
    what: str
    actor: str
    body: dict[str, Any]


class CaseWhole(CaseOut):
    """A case with its stream and its promises, each explained."""

    events: list[HappeningOut]
    promises: list[CasePromiseOut]


class EntryOut(Schema):
    """One entry of the conversation. `internal` ones are not for the customer."""

    id: str
    at: datetime
    kind: str
    channel: str
    text: str
    staff: str | None
    message: str | None


class GestureOut(Schema):
    """A gesture and what became of it; `why` names the limit that sent it for approval."""

    id: str
    kind: str
    ledger: str
    amount: str
    currency: str
    state: str
    why: str
    paragraph: str
    words: str
    at: datetime
    decided_at: datetime | None
    decided_why: str


class CaseList(Schema):
    items: list[CaseOut]
    next: str | None


class EntryList(Schema):
    items: list[EntryOut]


class PromiseList(Schema):
    items: list[CasePromiseOut]


class GestureList(Schema):
    items: list[GestureOut]


class ResolutionOut(Schema):
    """How the case was settled so far, and what the customer said afterwards."""

    status: str
    cause: str
    action: str
    resolved_at: datetime | None
    reopened: int
    settled: bool | None
