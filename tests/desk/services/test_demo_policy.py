"""The demo's policy: in its second version, discussed and confirmed; and gone with the demo, unless somebody wrote their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.business.queries import Scope
from regulars.desk.services.demo import load_demo, remove_demo
from regulars.policy.models import Comment, Draft, Proposal, Version
from regulars.policy.queries import confirmation_rate, policy_of_version, proposals, version_at
from regulars.policy.services import publish_policy, save_draft

from tests.cast import ACTOR, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.desk.rules.demo.story.PEOPLE", 60)
    monkeypatch.setattr("regulars.desk.rules.demo.story.PROSPECTS", 5)


def test_the_second_version_holds_and_most_have_confirmed_it() -> None:
    scope = Scope(load_demo(at=NOON, actor=ACTOR).business_id)
    version = version_at(scope=scope, at=NOON)
    assert version is not None
    assert (str(version), version.override_reason, version.commented_days) == ("2.0", "", 10)
    assert str(policy_of_version(version).levels[0].first_answer) == "1bh"
    rate = confirmation_rate(scope=scope, version=version, at=NOON)
    assert (rate.confirmed, rate.asked) == (4, 6)
    earlier = version_at(scope=scope, at=NOON - timedelta(days=30))
    assert earlier is not None
    assert str(policy_of_version(earlier).levels[0].first_answer) == "2bh"
    cakes, call_back = sorted(proposals(scope=scope), key=lambda one: one.row.at)
    assert (cakes.votes, str(cakes.row.version)) == (3, "2.0")
    assert call_back.row.answered_at is None


def test_it_goes_with_the_demo() -> None:
    load_demo(at=NOON, actor=ACTOR)
    assert remove_demo(at=NOON, actor=ACTOR).everything
    assert [model.objects.count() for model in (Version, Draft, Comment, Proposal)] == [0, 0, 0, 0]


def test_a_policy_that_somebody_wrote_themselves_stays_with_its_history() -> None:
    scope = Scope(load_demo(at=NOON, actor=ACTOR).business_id)
    version = version_at(scope=scope, at=NOON)
    assert version is not None
    save_draft(scope=scope, text=version.text + "# ours\n", revision=None, at=NOON, actor="employee:1")
    publish_policy(scope=scope, grade="minor", effective_at=None, override_reason="ours now", at=NOON, actor="employee:1")
    assert not remove_demo(at=NOON, actor=ACTOR).everything
    assert [str(one) for one in Version.objects.order_by("pk")] == ["1.0", "2.0", "2.1"]
