"""Contacts by API: logging one, reading a customer's story."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from regulars.business.queries import Scope
from regulars.contacts.queries import CHANNELS, Contact, StoryFilter, TimelineLine, contact_of, story_of
from regulars.contacts.services import ContactParticulars, Promise, log_contact_once
from regulars.customers.queries import Customer, customer_by_external_id, customer_of
from regulars.groundwork.kernel import clock, ids
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import employee_of
from regulars.till.api.asking import REFUSALS, caller, opened, sealed, visible_branch, written
from regulars.till.api.contact_shapes import ContactIn, ContactOut, LineShown, Timeline
from regulars.till.api.purchases import CustomerNotFound
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key

SOURCES = ("contacts", "purchases", "facts")


class NoSuchFilter(Refusal):
    code = "filter_refused"

    def __init__(self, field: str, known: tuple[str, ...]) -> None:
        sentence = _("There is nothing of this kind. Known are: %(known)s.") % {"known": ", ".join(known)}
        super().__init__(sentence, fields={field: sentence})


@api.post(
    "/contacts",
    response={200: ContactOut, 201: ContactOut, **REFUSALS},
    url_name="contacts",
    tags=["contacts"],
    summary="Log a contact",
)
def new_contact(
    request: HttpRequest,
    contact: ContactIn,
    idempotency_key: Key = None,
) -> HttpResponse:
    """201 when it was logged; 200 when a contact with the same `source` and `key` and the same content stood there already."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        logged = log_contact_once(
            scope=scope,
            customer_id=known_customer(scope, contact.customer).pk,
            particulars=_particulars(scope, contact),
            promise=Promise(contact.promise.what, contact.promise.due_at, _staff(scope, contact.promise.staff))
            if contact.promise
            else None,
            at=at,
            actor=actor.name,
            key=contact.key,
            source=contact.source,
        )
        row = contact_of(scope=scope, public_id=str(logged.contact.public_id))
        return 201 if logged.made else 200, shown(row)

    return written(request, route="POST /contacts", at=at, act=act)


@api.get(
    "/customers/{id}/timeline",
    response={200: Timeline, **REFUSALS},
    url_name="timeline",
    tags=["contacts"],
    summary="A customer's story, newest first",
)
def timeline(
    request: HttpRequest,
    id: Identity,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=20, description="contacts, purchases or facts; empty: all")] = "",
    channel: Annotated[str, Query(max_length=10, description="only contacts by this channel")] = "",
    nature: Annotated[str, Query(max_length=40)] = "",
    outcome: Annotated[str, Query(max_length=40)] = "",
    staff: Annotated[str, Query(max_length=64, description="an employee's id")] = "",
) -> dict[str, Any]:
    """Everything that happened with them, whatever department it comes from."""
    _actor, scope = caller(request)
    customer = customer_of(scope=scope, public_id=id)
    if kind and kind not in SOURCES:
        raise NoSuchFilter("kind", SOURCES)
    if channel and channel not in CHANNELS:
        raise NoSuchFilter("channel", CHANNELS)
    chosen = StoryFilter(channel=channel, nature=nature, outcome=outcome, staff_id=_staff(scope, staff))
    story = story_of(scope=scope, customer=customer, cursor=opened(cursor), size=size, kinds=[kind] if kind else [], chosen=chosen)
    return {"items": [_line(line) for line in story.lines], "next": sealed(story.next_cursor)}


def known_customer(scope: Scope, text: str) -> Customer:
    """The visible customer by id here or external id. Raises CustomerNotFound."""
    if ids.parsed(text):
        return customer_of(scope=scope, public_id=text)
    known = customer_by_external_id(scope=scope, value=text)
    if known is None:
        raise CustomerNotFound
    return known


def _staff(scope: Scope, public_id: str) -> int | None:
    return employee_of(scope=scope, public_id=public_id).pk if public_id else None


def _particulars(scope: Scope, contact: ContactIn) -> ContactParticulars:
    branch = visible_branch(scope, contact.branch)
    return ContactParticulars(
        channel=contact.channel,
        direction=contact.direction,
        nature=contact.nature,
        outcome=contact.outcome,
        topic=contact.topic,
        began_by=contact.began_by or "",
        mood_stated=contact.mood_stated,
        mood_inferred=contact.mood_inferred,
        staff_id=_staff(scope, contact.staff),
        branch_id=branch.pk if branch else None,
        minutes=contact.minutes,
        effort=contact.effort,
        note=contact.note,
        links=contact.links.model_dump(exclude_defaults=True),
        happened_at=contact.at,
    )


def shown(row: Contact) -> dict[str, Any]:
    """A contact as JSON."""
    return ContactOut(
        id=str(row.public_id),
        customer=str(row.customer.public_id),
        at=row.at,
        channel=row.channel,
        direction=row.direction,
        began_by=row.began_by,
        nature=row.nature,
        topic=row.topic,
        outcome=row.outcome,
        mood_stated=row.mood_stated,
        mood_inferred=row.mood_inferred,
        staff=str(row.staff.public_id) if row.staff else None,
        branch=row.branch.code if row.branch else None,
        minutes=row.minutes,
        effort=row.effort,
        note=row.note,
        links=row.links,
        source=row.source,
        corrects=str(row.corrects.public_id) if row.corrects else None,
    ).model_dump(mode="json")


def _line(line: TimelineLine) -> dict[str, Any]:
    headline = _(line.headline) % line.headline_values if line.headline_values else _(line.headline)
    return LineShown(
        id=line.order,
        at=line.at,
        kind=line.kind,
        headline=headline,
        details=list(line.details),
        note=line.note,
        actor=line.actor,
        amount_minor=line.amount[0] if line.amount else None,
        currency=line.amount[1] if line.amount else None,
        contact=line.contact_id or None,
    ).model_dump(mode="json")
