"""Messages by API: one message to one customer through the gate."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from regulars.groundwork.kernel import clock
from regulars.messaging.queries import Message, message_of
from regulars.messaging.services import Letter, write_message
from regulars.till.api.asking import REFUSALS, caller, written
from regulars.till.api.contacts import known_customer
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key


class MessageIn(Schema):
    """A message to one customer. `subject` and `body` may hold flat placeholders such as {given_name|dear customer}."""

    customer: str = Field(max_length=120, description="their id here, or their number in another system")
    purpose: str = Field(max_length=40, examples=["transactional", "service", "offers"])
    contact_class: Literal["promotional", "survey", "service", "reply", "transactional", "security", "legal", "recall"]
    subject: str = Field(min_length=1, max_length=300)
    body: str = Field(min_length=1, max_length=50_000)
    address: str = Field(default="", max_length=320, description="one of the customer's own e-mail addresses; the first when left out")
    priority: int = Field(default=5, ge=1, le=9)
    expires_at: datetime | None = Field(default=None, description="from when on it is worth nothing any more")


class MessageOut(Schema):
    """A message and what became of it."""

    id: str
    customer: str | None
    purpose: str
    contact_class: str
    address: str
    subject: str
    state: str
    reason: str
    message_id: str
    attempts: int
    queued_at: datetime
    due_at: datetime
    settled_at: datetime | None


@api.post(
    "/messages",
    response={200: MessageOut, 201: MessageOut, **REFUSALS},
    url_name="messages",
    tags=["messages"],
    summary="Write to a customer",
)
def new_message(
    request: HttpRequest,
    message: MessageIn,
    idempotency_key: Key = None,
) -> HttpResponse:
    """201: it is queued; it goes out at `due_at`, after a last look at consent, the list of dead addresses and the gate.

    409 `gate_refused` with the reasons, 409 `address_suppressed`, 422 `address_refused` or `text_refused` when it may not or can't go out.
    """
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        letter = Letter(
            purpose=message.purpose,
            contact_class=message.contact_class,
            subject=message.subject,
            body=message.body,
            address=message.address,
            priority=message.priority,
            expires_at=message.expires_at,
            automatic=True,
        )
        key = f"api:{actor.name}:{request.headers.get('Idempotency-Key', '')}"[:200]
        done = write_message(scope=scope, customer=known_customer(scope, message.customer), letter=letter, key=key, at=at, actor=actor.name)
        return 201 if done.made else 200, shown(done.message)

    return written(request, route="POST /messages", at=at, act=act)


@api.get("/messages/{id}", response={200: MessageOut, **REFUSALS}, url_name="message", tags=["messages"], summary="One message")
def one_message(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """With its state: queued, claimed, in_flight, accepted, failed, uncertain or withheld."""
    _actor, scope = caller(request)
    return shown(message_of(scope=scope, public_id=id))


def shown(row: Message) -> dict[str, Any]:
    """A message as JSON."""
    return MessageOut(
        id=str(row.public_id),
        customer=str(row.customer.public_id) if row.customer else None,
        purpose=row.purpose,
        contact_class=row.contact_class,
        address=row.address,
        subject=row.subject,
        state=row.state,
        reason=row.reason,
        message_id=f"<{row.message_id}>",
        attempts=row.attempts,
        queued_at=row.queued_at,
        due_at=row.due_at,
        settled_at=row.settled_at,
    ).model_dump(mode="json")
