"""The demo's loyalty program: two years of history in books that agree, and gone with the demo."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.desk.services.demo import load_demo, remove_demo
from regulars.loyalty.models import Account, Entry, Program, TierStanding
from regulars.loyalty.queries import account_faults

from tests.cast import ACTOR, NOON

pytestmark = pytest.mark.django_db


def test_members_have_points_cards_and_tiers_of_two_years_which_go_with_the_demo() -> None:
    load_demo(at=NOON, actor=ACTOR)
    assert list(account_faults()) == []
    assert {"issued", "redeemed"} <= set(Entry.objects.values_list("kind", flat=True))
    assert Entry.objects.order_by("at").values_list("at", flat=True)[0] < NOON - timedelta(days=600)
    assert set(Account.objects.values_list("unit", flat=True)) == {"crumbs", "status", "coffee-card"}
    assert Account.objects.filter(balance__gt=0).count() > 7
    assert TierStanding.objects.exclude(tier="").exists()
    remove_demo(at=NOON + timedelta(hours=1), actor=ACTOR)
    assert not Program.objects.exists()
    assert not Entry.objects.exists()
