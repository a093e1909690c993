"""The gate by API: ask, reserve, confirm, release; read and write the rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Query
from pydantic import AwareDatetime

from regulars.business.queries import Scope
from regulars.contacts.queries import Ask, Decision, RulesShown, Slot, gate_rules_at, instant_on_their_clock, slot_of
from regulars.contacts.services import (
    AskRefused,
    ContactParticulars,
    apply_gate_rules,
    confirm_reservation,
    decide_contact,
    release_reservation,
)
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.idempotency import KeyMissing
from regulars.groundwork.kernel.retrying import retried
from regulars.till.api.asking import REFUSALS, caller, written
from regulars.till.api.contacts import known_customer
from regulars.till.api.gate_shapes import AskIn, ConfirmIn, DecisionOut, ReleaseIn, ReservationOut, RulesIn, RulesOut
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key

Reservation = Identity


@api.post(
    "/gate/decisions",
    response={200: DecisionOut, **REFUSALS},
    url_name="gate_decisions",
    tags=["gate"],
    summary="May we contact them, when, why not?",
    by_alias=True,
)
def new_decision(
    request: HttpRequest,
    question: AskIn,
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="names the reservation: the same key gives the same place")
    ] = None,
) -> dict[str, Any]:
    """`allow`, `defer` (`until` says when) or `refuse`, with every reason and the contacts that used up the budget.

    With `reserve` the place is held in the same step, until it is confirmed or released, or lapses.
    """
    actor, scope = caller(request)
    at = clock.now()
    if question.reserve and not (idempotency_key and len(idempotency_key) <= 150 and idempotency_key.isprintable()):
        raise KeyMissing
    customer = known_customer(scope, question.customer)
    ask = _ask(scope, question, customer.pk)
    key = f"{actor.name}:{idempotency_key}" if question.reserve else ""
    decision = retried(
        lambda: decide_contact(scope=scope, customer_id=customer.pk, ask=ask, reserve=question.reserve, key=key, at=at, actor=actor.name)
    )
    return _decision(decision)


@api.get(
    "/gate/reservations/{id}",
    response={200: ReservationOut, **REFUSALS},
    url_name="gate_reservation",
    tags=["gate"],
    summary="One reservation",
    by_alias=True,
)
def one_reservation(request: HttpRequest, id: Reservation) -> dict[str, Any]:
    """With its state."""
    _actor, scope = caller(request)
    return _reservation(slot_of(scope=scope, reservation=id))


@api.post(
    "/gate/reservations/{id}/confirm",
    response={200: ReservationOut, **REFUSALS},
    url_name="gate_confirm",
    tags=["gate"],
    summary="It went out",
    by_alias=True,
)
def confirm(request: HttpRequest, id: Reservation, said: ConfirmIn) -> dict[str, Any]:
    """Writes the contact down. A repeat changes nothing, so no Idempotency-Key is needed."""
    actor, scope = caller(request)
    slot = slot_of(scope=scope, reservation=id)
    at = clock.now()
    contact = None
    if said.contact:
        contact = ContactParticulars(channel=slot.channel, direction="out", **said.contact.model_dump())
    retried(lambda: confirm_reservation(scope=scope, reservation=id, at=at, actor=actor.name, contact=contact, counts_at=said.counts_at))
    return _reservation(slot_of(scope=scope, reservation=id))


@api.post(
    "/gate/reservations/{id}/release",
    response={200: ReservationOut, **REFUSALS},
    url_name="gate_release",
    tags=["gate"],
    summary="It didn't go out, or came back",
    by_alias=True,
)
def release(request: HttpRequest, id: Reservation, said: ReleaseIn) -> dict[str, Any]:
    """Gives the place back, also after it was confirmed. A repeat changes nothing."""
    actor, scope = caller(request)
    at = clock.now()
    slot = retried(lambda: release_reservation(scope=scope, reservation=id, reason=said.reason, at=at, actor=actor.name))
    return _reservation(slot)


@api.get("/gate/rules", response={200: RulesOut, **REFUSALS}, url_name="gate_rules", tags=["gate"], summary="The rules of the gate")
def rules(
    request: HttpRequest, at: Annotated[AwareDatetime | None, Query(description="the rules in effect then; empty: now")] = None
) -> dict[str, Any]:
    """The whole document, every default said."""
    _actor, scope = caller(request)
    return _rules(gate_rules_at(scope=scope, at=at or clock.now()))


@api.post(
    "/gate/rules",
    response={201: RulesOut, **REFUSALS},
    url_name="gate_rules",
    tags=["gate"],
    summary="New rules, with effect from an instant",
)
def new_rules(request: HttpRequest, said: RulesIn, idempotency_key: Key = None) -> HttpResponse:
    """Refused with every fault and its place in the document. Reservations are weighed anew when the rules begin."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        return 201, _rules(apply_gate_rules(scope=scope, document=said.rules, effective_at=said.effective_at, at=at, actor=actor.name))

    return written(request, route="POST /gate/rules", at=at, act=act)


def _ask(scope: Scope, question: AskIn, customer_id: int) -> Ask:
    wanted = question.wanted_at
    if question.wanted_local:
        if wanted is not None:
            raise AskRefused("wanted_local", _("Say either wanted_at or wanted_local."))
        try:
            wall = datetime.fromisoformat(question.wanted_local)
            wanted = instant_on_their_clock(scope=scope, customer_id=customer_id, wall=wall)
        except (ValueError, OverflowError):
            raise AskRefused("wanted_local", _("There is no such day or time.")) from None
    return Ask(
        channel=question.channel,
        purpose=question.purpose,
        contact_class=question.contact_class,
        weight=question.weight,
        priority=question.priority,
        wanted_at=wanted,
        expires_at=question.expires_at,
        address=question.address,
        value=question.value,
    )


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "answer": decision.answer,
        "at": decision.at,
        "until": decision.until,
        "reasons": [
            {
                "code": reason.code,
                "sentence": reason.sentence,
                "contacts": [
                    {
                        "reservation": one.id,
                        "at": one.at,
                        "channel": one.channel,
                        "purpose": one.purpose,
                        "contact_class": one.contact_class,
                        "weight": one.weight,
                        "priority": one.priority,
                        "state": one.state,
                    }
                    for one in reason.contacts
                ],
            }
            for reason in decision.reasons
        ],
        "reservation": decision.reservation,
        "weight": decision.weight,
        "rules": decision.rules_version,
    }


def _reservation(slot: Slot) -> dict[str, Any]:
    return {
        "id": str(slot.public_id),
        "state": slot.state,
        "customer": str(slot.customer.public_id),
        "channel": slot.channel,
        "purpose": slot.purpose,
        "contact_class": slot.contact_class,
        "weight": slot.weight,
        "priority": slot.priority,
        "at": slot.at,
        "held_until": slot.held_until,
        "expires_at": slot.expires_at,
        "reason": slot.settled_reason,
        "contact": str(slot.contact.public_id) if slot.contact else None,
    }


def _rules(shown: RulesShown) -> dict[str, Any]:
    return RulesOut(
        version=shown.version, effective_at=shown.effective_at, made_at=shown.made_at, made_by=shown.actor, rules=shown.document
    ).model_dump(mode="json")
