"""Questions to the gate as tests ask them: of Ada at noon, unless they say otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from regulars.contacts.queries import ask_gate
from regulars.contacts.services import (
    Ask,
    Decision,
    apply_gate_rules,
    confirm_reservation,
    decide_contact,
)
from regulars.customers.models import Customer
from regulars.customers.services import (
    record_consent,
)

from tests.cast import ACTOR, NOON, Cast

R: dict[str, Any] = {"caps": [{"name": "r", "most": 2, "days": 7}], "quiet_hours": {"default": []}, "classes": {}}
SERVICE = Ask(channel="email", purpose="service", contact_class="service")
OFFER = Ask(channel="email", purpose="offers", contact_class="promotional")


def apply(cast: Cast, document: dict[str, Any] = R, *, at: datetime = NOON, effective_at: datetime | None = None) -> None:
    apply_gate_rules(scope=cast.scope, document=document, effective_at=effective_at, at=at, actor=ACTOR)


def reserve(
    cast: Cast, ask: Ask = SERVICE, *, at: datetime = NOON, key: str = "", customer: Customer | None = None, **about: Any
) -> Decision:
    return decide_contact(
        scope=cast.scope, customer_id=(customer or cast.ada).pk, ask=replace(ask, **about), reserve=True, key=key, at=at, actor=ACTOR
    )


def send(cast: Cast, ask: Ask = SERVICE, *, at: datetime = NOON, **about: Any) -> str:
    decision = reserve(cast, ask, at=at, **about)
    assert decision.reservation, decision
    confirm_reservation(scope=cast.scope, reservation=decision.reservation, at=at, actor=ACTOR)
    return decision.reservation


def question(cast: Cast, ask: Ask = SERVICE, *, at: datetime = NOON, customer: Customer | None = None, **about: Any) -> Decision:
    return ask_gate(scope=cast.scope, customer_id=(customer or cast.ada).pk, ask=replace(ask, **about), at=at)


def consent(cast: Cast, customer: Customer | None = None) -> None:
    record_consent(
        scope=cast.scope,
        customer_id=(customer or cast.ada).pk,
        channel="email",
        purpose="offers",
        given=True,
        text_version="v1",
        source="form",
        proof={"ip": "192.0.2.1"},
        at=NOON - timedelta(days=30),
        actor=ACTOR,
    )
