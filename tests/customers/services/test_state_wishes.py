"""Wishes and clocks of customers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.customers.queries import household_of, wishes_of, zone_known_of
from regulars.customers.services import WishRefused, ZoneRefused, add_contact_point, assume_zones, merge_customers, state_wishes

from tests.cast import ACTOR, NOON, Cast

pytestmark = pytest.mark.django_db


def test_the_newest_wishes_hold(cast: Cast) -> None:
    assert not wishes_of(scope=cast.scope, customer_id=cast.ada.pk).any
    week = [[(1080, 1260)]] * 5 + [[], []]
    common = {"scope": cast.scope, "customer_id": cast.ada.pk, "source": "desk", "actor": ACTOR}
    state_wishes(channels_never={"phone", "sms"}, preferred_channel="email", hours=week, at_most=(2, 30), topics={"rye"}, at=NOON, **common)  # type: ignore[arg-type]
    found = wishes_of(scope=cast.scope, customer_id=cast.ada.pk)
    assert found.channels_never == {"phone", "sms"}
    assert (found.preferred_channel, found.at_most, found.topics) == ("email", (2, 30), {"rye"})
    assert found.hours is not None
    assert (found.hours[0], found.hours[6]) == (((1080, 1260),), ())
    state_wishes(at=NOON + timedelta(days=1), **common)  # type: ignore[arg-type]
    assert not wishes_of(scope=cast.scope, customer_id=cast.ada.pk).any


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channels_never": ["pigeon"]}, "channels_never"),
        ({"preferred_channel": "pigeon"}, "preferred_channel"),
        ({"channels_never": ["email"], "preferred_channel": "email"}, "preferred_channel"),
        ({"at_most": (0, 7)}, "at_most"),
        ({"at_most": (2, 400)}, "at_most"),
        ({"topics": ["x" * 41]}, "topics"),
        ({"hours": [[]] * 7}, "hours"),
    ],
)
def test_wishes_that_cannot_be_obeyed_are_refused(cast: Cast, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(WishRefused) as refusal:
        state_wishes(scope=cast.scope, customer_id=cast.ada.pk, source="desk", at=NOON, actor=ACTOR, **wrong)  # type: ignore[arg-type]
    assert field in refusal.value.fields


def test_wishes_follow_a_merge(cast: Cast) -> None:
    state_wishes(scope=cast.scope, customer_id=cast.bo.pk, channels_never=["post"], source="desk", at=NOON, actor=ACTOR)
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON + timedelta(days=1), actor=ACTOR)
    assert wishes_of(scope=cast.scope, customer_id=cast.ada.pk).channels_never == {"post"}
    state_wishes(scope=cast.scope, customer_id=cast.bo.pk, source="desk", at=NOON + timedelta(days=2), actor=ACTOR)
    assert not wishes_of(scope=cast.scope, customer_id=cast.ada.pk).any


def test_a_customers_clock_has_a_provenance(cast: Cast) -> None:
    def known(customer: int) -> tuple[str, str]:
        found = zone_known_of(scope=cast.scope, customer_id=customer)
        return found.zone, found.provenance

    assert known(cast.ada.pk) == ("Europe/Berlin", "default")
    assume_zones(business_id=cast.business.pk, zones=["Europe/Lisbon", "Europe/Helsinki"], at=NOON, actor=ACTOR)
    assert known(cast.ada.pk) == ("", "unknown")
    assert zone_known_of(scope=cast.scope, customer_id=cast.ada.pk).plausible == ("Europe/Helsinki", "Europe/Lisbon")
    add_contact_point(customer=cast.ada, kind="phone", value="+36 30 123 4567", region="", at=NOON, actor=ACTOR)
    assert known(cast.ada.pk) == ("Europe/Budapest", "phone")
    add_contact_point(customer=cast.ada, kind="postal", value="Queen St 1\nAuckland\nNew Zealand", region="", at=NOON, actor=ACTOR)
    assert known(cast.ada.pk) == ("", "unknown"), "a country with two zones"
    cast.ada.zone = "Pacific/Auckland"
    cast.ada.save()
    assert known(cast.ada.pk) == ("Pacific/Auckland", "stated")
    with pytest.raises(ZoneRefused):
        assume_zones(business_id=cast.business.pk, zones=["Moon/Tranquility"], at=NOON, actor=ACTOR)
    assume_zones(business_id=cast.business.pk, zones=[], at=NOON, actor=ACTOR)
    assert known(cast.bo.pk) == ("Europe/Berlin", "default")


def test_who_shares_a_letter_box_is_one_household(cast: Cast) -> None:
    """Outreach 11: the key that the print cap counts by."""
    alone = household_of(scope=cast.scope, customer_id=cast.bo.pk)
    assert (alone.members, alone.basis) == ((cast.bo.pk,), "")
    for one in (cast.ada, cast.bo):
        add_contact_point(customer=one, kind="postal", value="Lindenallee 3\n10115  Berlin", region="", at=NOON, actor=ACTOR)
    found = [household_of(scope=cast.scope, customer_id=one.pk) for one in (cast.ada, cast.bo)]
    assert found[0] == found[1]
    assert (found[0].members, found[0].basis) == ((cast.ada.pk, cast.bo.pk), "address")
