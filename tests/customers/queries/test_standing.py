"""The gate's one statement says what the single questions say."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from regulars.customers.queries import (
    Reach,
    cluster_of,
    consent_for,
    consents_of,
    person_known_of,
    person_standing_of,
    person_standings_of,
    read_person,
    wishes_of,
    zone_known_of,
)
from regulars.customers.services import (
    add_contact_point,
    add_purpose,
    assume_zones,
    merge_customers,
    record_consent,
    state_wishes,
)

from tests.cast import ACTOR, NOON, Cast


@pytest.mark.django_db
def test_one_statement_and_the_single_questions_agree_whatever_happened(cast: Cast) -> None:
    dice = Random(3)
    add_purpose(business_id=cast.business.pk, name="tastings", label="Tastings", basis="consent", at=NOON, actor=ACTOR)
    people = [cast.ada, cast.bo, cast.cleo]
    for n in range(60):
        who = dice.choice(people)
        at = NOON + timedelta(minutes=n)
        act = dice.randrange(6)
        if act <= 2:
            given = dice.random() < 0.5
            purpose = dice.choice(["newsletter", "offers", "tastings", "service"] if given else ["newsletter", "offers", "*", "service"])
            record_consent(
                scope=cast.scope, customer_id=who.pk, channel=dice.choice(["email", "sms"]), purpose=purpose,
                address=dice.choice(["", "a@mail.example", "b@mail.example"]), given=given, text_version="v1", source="form", proof={"n": n},
                at=at, actor=ACTOR,
            )  # fmt: skip
        elif act == 3:
            state_wishes(
                scope=cast.scope, customer_id=who.pk, channels_never=dice.choice([[], ["sms"], ["phone", "post"]]),
                hours=dice.choice([None, [[(540, 660)]] * 7]), at_most=dice.choice([None, (1, 30), (100, 366)]),
                topics=dice.choice([[], ["bread"]]), source="page", at=at, actor=ACTOR,
            )  # fmt: skip
        elif act == 4:
            kind, value = dice.choice(
                [("phone", "+493012345678"), ("phone", "+12025550123"), ("postal", f"{n} Mill Lane\nBerlin\nGermany")]
            )
            add_contact_point(customer=who, kind=kind, value=value, region="", at=at, actor=ACTOR)
        elif n > 30 and act == 5:
            assume_zones(business_id=cast.business.pk, zones=dice.choice([[], ["Europe/Lisbon", "Europe/Helsinki"]]), at=NOON, actor=ACTOR)
        if n == 40:
            merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=at, actor=ACTOR)
        for one in people:
            ids = cluster_of(scope=cast.scope, customer_id=one.pk)
            known = person_known_of(scope=cast.scope, customer_id=one.pk, customer_ids=ids, channels=("email", "post"))
            assert known.consents == consents_of(scope=cast.scope, customer_id=one.pk, channels=("email", "post"))
            assert known.wishes == wishes_of(scope=cast.scope, customer_id=one.pk)
            assert known.zone == zone_known_of(scope=cast.scope, customer_id=one.pk)
            read = read_person(scope=cast.scope, customer_ids=ids, channels=("email", "phone"))
            asked_of = [Reach(one.pk, channel, "offers") for channel in ("email", "phone")]
            assert person_standings_of(scope=cast.scope, asked=asked_of, read=read) == person_standings_of(scope=cast.scope, asked=asked_of)
            # What was read tells nothing of letters: that is asked anew.
            assert person_known_of(scope=cast.scope, customer_id=one.pk, customer_ids=ids, channels=("email", "post"), read=read) == known
            for purpose in ("newsletter", "tastings", "service", "transactional", "gossip"):
                asked = {"channel": "email", "purpose": purpose, "address": dice.choice(["", "a@mail.example", "c@mail.example"])}
                found = person_standing_of(scope=cast.scope, customer_id=one.pk, **asked)
                assert found.customer_ids == cluster_of(scope=cast.scope, customer_id=one.pk)
                assert found.consent == consent_for(scope=cast.scope, customer_id=one.pk, **asked)
                assert found.wishes == wishes_of(scope=cast.scope, customer_id=one.pk)
                assert found.zone == zone_known_of(scope=cast.scope, customer_id=one.pk)


@pytest.mark.django_db
def test_somebody_unknown_has_no_standing(cast: Cast) -> None:
    found = person_standing_of(scope=cast.scope, customer_id=10**9, channel="email", purpose="service")
    assert found.customer_ids == ()
    assert not found.consent.allowed
