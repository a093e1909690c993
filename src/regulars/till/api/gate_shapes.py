"""The shapes of the gate in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from regulars.till.api.contact_shapes import Channel, Code, Words
from regulars.till.api.shapes import Number, Strict

ClassName = Literal["promotional", "survey", "service", "reply", "transactional", "security", "legal", "recall"]
Wall = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]


class AskIn(Strict):
    """May this customer be contacted so?"""

    customer: Number = Field(description="the customer's external id, or their id here")
    channel: Channel
    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")] = Field(description="for example service, newsletter, offers")
    contact_class: ClassName = Field(alias="class")
    weight: int | None = Field(None, ge=1, le=1000, description="empty: as the rules say for the channel")
    priority: int = Field(5, ge=1, le=9, description="1 is the most urgent")
    wanted_at: AwareDatetime | None = Field(None, description="the instant wanted; empty: now")
    wanted_local: Wall | None = Field(None, description="instead of wanted_at: a time on the customer's own clock, 2027-03-14T09:00")
    expires_at: AwareDatetime | None = Field(None, description="from then on it is worth nothing any more")
    address: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=320)] = Field(
        "", description="the address it goes to; empty: any of theirs"
    )
    value: int = Field(0, ge=0, le=10**12, description="what it is worth; settles ties")
    reserve: bool = Field(False, description="hold the place in the same step; needs an Idempotency-Key")


class UsedOut(Schema):
    """A contact, or a reservation, that uses up budget."""

    reservation: str
    at: datetime
    channel: str
    purpose: str
    contact_class: str = Field(serialization_alias="class")
    weight: int
    priority: int
    state: Literal["reserved", "confirmed"]


class ReasonOut(Schema):
    code: str
    sentence: str
    contacts: list[UsedOut]


class DecisionOut(Schema):
    answer: Literal["allow", "defer", "refuse"]
    at: datetime = Field(description="the instant asked about")
    until: datetime | None = Field(description="when it could be")
    reasons: list[ReasonOut]
    reservation: str | None = Field(description="to be confirmed or released")
    weight: int
    rules: int = Field(description="the version of the rules that decided; 0 is the house's own")


class ContactSaid(Strict):
    """What to write down about the contact; left out: as the reservation says."""

    nature: Code
    outcome: Code = ""
    topic: Code = ""
    note: Words = ""


class ConfirmIn(Strict):
    counts_at: AwareDatetime | None = Field(None, description="the instant that counts, for a letter its expected arrival; empty: now")
    contact: ContactSaid | None = None


class ReleaseIn(Strict):
    reason: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)] = ""


class ReservationOut(Schema):
    id: str
    state: Literal["reserved", "confirmed", "released", "expired", "preempted"]
    customer: str
    channel: str
    purpose: str
    contact_class: str = Field(serialization_alias="class")
    weight: int
    priority: int
    at: datetime
    held_until: datetime
    expires_at: datetime | None
    reason: str
    contact: str | None


class RulesIn(Strict):
    effective_at: AwareDatetime | None = Field(None, description="from when on; empty: at once")
    rules: dict[str, Any]


class RulesOut(Schema):
    version: int = Field(description="0: the house's own rules, no others were made")
    effective_at: datetime | None
    made_at: datetime | None
    made_by: str
    rules: dict[str, Any]
