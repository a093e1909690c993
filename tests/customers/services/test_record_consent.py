"""Consent as events: proof, withdrawal, addresses, and what nobody may do to them afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from regulars.business.queries import Scope
from regulars.customers.models import ConsentEvent
from regulars.customers.queries import consent_for, consent_story
from regulars.customers.services import (
    ProofMissing,
    UnknownChannel,
    UnknownPurpose,
    add_purpose,
    merge_customers,
    record_consent,
    unmerge_customers,
    withdraw_consent,
)
from regulars.groundwork.kernel.refusals import NotFound

from tests.cast import ACTOR, NOON, Cast

pytestmark = pytest.mark.django_db
ADDRESS = "ada@mail.example"


def allow(cast: Cast, purpose: str = "offers", days: int = 0, address: str = ADDRESS, customer: int = 0) -> ConsentEvent:
    return record_consent(
        scope=cast.scope,
        customer_id=customer or cast.ada.pk,
        channel="email",
        purpose=purpose,
        address=address,
        given=True,
        text_version="till-2026-01",
        source="till",
        proof={"said": "yes, at the till", "branch": "market"},
        at=NOON + timedelta(days=days),
        actor=ACTOR,
    )


def may(cast: Cast, purpose: str, address: str = ADDRESS, customer: int = 0) -> str:
    return consent_for(scope=cast.scope, customer_id=customer or cast.ada.pk, channel="email", purpose=purpose, address=address).code


def test_nothing_is_allowed_that_nobody_allowed(cast: Cast) -> None:
    assert may(cast, "offers") == "never_allowed"
    assert may(cast, "transactional") == "no_opt_in_needed"
    event = allow(cast)
    found = consent_for(scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers", address="ADA@mail.example")
    assert found.allowed
    assert (found.basis, found.event_id) == ("consent", event.pk)
    assert may(cast, "newsletter") == "never_allowed"


def test_leaving_one_purpose_leaves_the_others(cast: Cast) -> None:
    """Outreach 31, first half."""
    allow(cast, "offers")
    allow(cast, "newsletter")
    withdraw_consent(
        scope=cast.scope,
        customer_id=cast.ada.pk,
        channel="email",
        purpose="offers",
        source="link",
        at=NOON + timedelta(days=1),
        actor=ACTOR,
    )
    assert may(cast, "offers") == "withdrawn"
    assert may(cast, "newsletter") == "allowed"
    allow(cast, "offers", days=2)
    assert may(cast, "offers") == "allowed"


def test_stop_silences_all_that_needs_permission_and_nothing_else(cast: Cast) -> None:
    """Outreach 33: order mails continue."""
    allow(cast, "offers")
    allow(cast, "newsletter")
    withdraw_consent(
        scope=cast.scope, customer_id=cast.ada.pk, channel="email", source="reply", at=NOON + timedelta(seconds=1), actor=ACTOR
    )
    assert [may(cast, one) for one in ("offers", "newsletter", "survey")] == ["withdrawn"] * 3
    assert [may(cast, one) for one in ("transactional", "service")] == ["no_opt_in_needed"] * 2


@pytest.mark.parametrize("lack", ["text_version", "source", "proof"])
def test_a_permission_without_proof_is_refused(cast: Cast, lack: str) -> None:
    """Reliability M6."""
    parts = {"text_version": "v1", "source": "till", "proof": {"seen": "yes"}} | {lack: {} if lack == "proof" else " "}
    with pytest.raises(ProofMissing):
        record_consent(
            scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers", given=True, at=NOON, actor=ACTOR, **parts
        )  # type: ignore[arg-type]
    assert not ConsentEvent.objects.exists()


def test_unknown_words_are_refused(cast: Cast) -> None:
    common = {"scope": cast.scope, "customer_id": cast.ada.pk, "given": False, "source": "x", "at": NOON, "actor": ACTOR}
    with pytest.raises(UnknownChannel):
        record_consent(channel="pigeon", purpose="offers", **common)  # type: ignore[arg-type]
    with pytest.raises(UnknownPurpose):
        record_consent(channel="email", purpose="gossip", **common)  # type: ignore[arg-type]
    with pytest.raises(UnknownPurpose):
        record_consent(channel="email", purpose="*", text_version="v", proof={"a": 1}, **common | {"given": True})  # type: ignore[arg-type]
    assert may(cast, "gossip") == "purpose_unknown"
    add_purpose(business_id=cast.business.pk, name="baking-class", label="Baking classes", basis="consent", at=NOON, actor=ACTOR)
    assert may(cast, "baking-class") == "never_allowed"


def test_another_business_neither_sees_nor_records(cast: Cast) -> None:
    allow(cast)
    theirs = Scope(cast.other.pk)
    assert consent_for(scope=theirs, customer_id=cast.ada.pk, channel="email", purpose="offers").code == "customer_unknown"
    assert consent_story(scope=theirs, customer_id=cast.ada.pk) == []
    with pytest.raises(NotFound):
        withdraw_consent(scope=theirs, customer_id=cast.ada.pk, channel="email", source="x", at=NOON, actor=ACTOR)


def test_an_event_is_never_changed(cast: Cast) -> None:
    event = allow(cast)
    event.given = False
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        event.save()
    assert ConsentEvent.objects.get().given


def test_consent_follows_a_merge_and_returns_with_its_undoing(cast: Cast) -> None:
    allow(cast, address="ada@mail.example", customer=cast.bo.pk)
    assert may(cast, "offers") == "never_allowed"
    merge = merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON, actor=ACTOR)
    assert may(cast, "offers") == "allowed"
    withdraw_consent(scope=cast.scope, customer_id=cast.ada.pk, channel="email", source="link", at=NOON + timedelta(days=1), actor=ACTOR)
    assert may(cast, "offers", customer=cast.bo.pk) == "withdrawn"
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=NOON + timedelta(days=2), actor=ACTOR)
    assert may(cast, "offers", customer=cast.bo.pk) == "allowed"
    assert may(cast, "offers") == "withdrawn"
