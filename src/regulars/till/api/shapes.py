"""The shapes of requests and answers: what the OpenAPI document shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Header, Path, Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

Amount = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,13}(\.[0-9]{1,4})?$")]
Quantity = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,3})?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# Control characters have no business in names and numbers; PostgreSQL can't even keep NUL.
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=120)]
Number = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=80)]
Identity = Annotated[str, Path(max_length=64)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="any text of your own, new for each act; required")]
Moment = Annotated[AwareDatetime, Field(description="ISO 8601 with an offset, for example 2026-11-21T10:30:00+01:00")]


class Strict(Schema):
    """Unknown fields are refused, never ignored."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    errors: list[dict[str, Any]] | None = None


class LineIn(Strict):
    amount: Amount
    product: Line = ""
    category: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)] = ""
    quantity: Quantity = "1"


class PurchaseIn(Strict):
    """A sale, or a refund that names the receipt of its sale."""

    customer: Number = Field(description="the customer's external id, or their id here")
    at: Moment
    amount: Amount = Field(description="what was paid; below zero for a refund")
    currency: Currency
    kind: Literal["sale", "refund"] = "sale"
    receipt: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)] = ""
    original: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)] = Field(
        "", description="a refund's sale: its receipt"
    )
    branch: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=40)] = Field("", description="the branch's code")
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,40}$")] = Field("api", description="which till or shop says so")
    create_customer: bool = Field(True, description="register an unknown external id as a new customer")
    lines: list[LineIn] = Field(default_factory=list, max_length=1000)


class LineOut(Schema):
    product: str
    category: str
    quantity: str
    amount: str


class PurchaseOut(Schema):
    id: str
    customer: str
    at: datetime
    kind: str
    amount: str
    currency: str
    receipt: str
    branch: str | None
    source: str
    original: str | None = Field(description="a refund's sale: its id here")
    lines: list[LineOut]


class PurchaseList(Schema):
    items: list[PurchaseOut]
    next: str | None = None


class ContactPointShape(Strict):
    kind: Literal["email", "phone", "postal"]
    value: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=320)]


class CustomerIn(Strict):
    kind: Literal["person", "organisation"] = "person"
    given_name: Line = ""
    family_name: Line = ""
    organisation_name: Line = ""
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=10)] = ""
    zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+\-/]*$", max_length=64)] = ""
    external_id: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=120)] = ""
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,40}$")] = "api"
    branch: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=40)] = ""
    contact_points: list[ContactPointShape] = Field(default_factory=list, max_length=20)


class ExternalIdOut(Schema):
    source: str
    value: str


class TraitOut(Schema):
    name: str
    value: str
    published_at: datetime


class CustomerOut(Schema):
    id: str
    name: str
    kind: str
    given_name: str
    family_name: str
    organisation_name: str
    language: str
    zone: str
    branch: str | None
    prospect: bool


class CustomerWhole(CustomerOut):
    contact_points: list[ContactPointShape]
    external_ids: list[ExternalIdOut]
    traits: list[TraitOut]


class CustomerList(Schema):
    items: list[CustomerOut]
    next: str | None = None
