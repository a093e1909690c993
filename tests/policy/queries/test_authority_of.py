"""What an employee may give at an instant: role, version and certificates of that instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from regulars.policy.models import Version
from regulars.policy.queries import authority_kinds_of, authority_of
from regulars.policy.services import PolicyRefused, publish_policy
from regulars.staff.models import Employee
from regulars.staff.queries import Role
from regulars.staff.services import appoint_employee, let_go, name_certificate_kind, record_certificate, revoke_certificate

from tests.cast import ACTOR, NOON, Cast, employ

pytestmark = pytest.mark.django_db
POLICY = """\
title = "Ours"
language = "en"

[[authority]]
paragraph = "3.1"
text = "Trained agents."
kind = "goodwill"
ledger = "goodwill"
roles = ["agent"]
per_gesture = "25 EUR"
per_case = "40 EUR"
per_customer = "100 EUR"
period = "month"
certificate = "complaints"
lapsed_as = "learner"

[[authority]]
paragraph = "3.2"
text = "Learners."
kind = "goodwill"
ledger = "goodwill"
roles = ["learner"]
per_gesture = "5 EUR"

[[authority]]
paragraph = "3.3"
text = "Managers."
kind = "goodwill"
ledger = "goodwill"
roles = ["manager"]
per_gesture = "500 EUR"
"""


@pytest.fixture
def agent(cast: Cast) -> Employee:
    """An agent with a certificate through 30 November, under the policy above."""
    person = employ(cast.business, "Lin Agent", Role.AGENT)
    name_certificate_kind(scope=cast.scope, code="complaints", name="Complaints", months=12, window_days=60, at=NOON, actor=ACTOR)
    publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=POLICY, at=NOON, actor=ACTOR)
    record_certificate(
        scope=cast.scope,
        employee=person,
        kind_code="complaints",
        achieved_on=date(2026, 6, 1),
        valid_through=date(2026, 11, 30),
        verifier="The academy",
        at=NOON,
        actor=ACTOR,
    )
    return person


def per_gesture(cast: Cast, person: Employee, at: datetime) -> tuple[int | None, bool] | None:
    found = authority_of(scope=cast.scope, employee_id=person.pk, kind="goodwill", at=at)
    return None if found is None else (found.per_gesture, found.certificate_lapsed)


def test_the_limit_falls_at_the_midnight_that_ends_the_last_day_of_the_certificate(cast: Cast, agent: Employee) -> None:
    """X5: 1 December, 00:00 in Berlin, is 23:00 UTC."""
    midnight = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert per_gesture(cast, agent, midnight - timedelta(seconds=1)) == (2500, False)
    assert per_gesture(cast, agent, midnight) == (500, True)
    assert per_gesture(cast, agent, NOON + timedelta(days=1)) == (2500, False)  # what was booked earlier was within the limits then


def test_a_renewal_gives_the_limit_back_from_its_day_on(cast: Cast, agent: Employee) -> None:
    later = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
    record_certificate(
        scope=cast.scope, employee=agent, kind_code="complaints", achieved_on=date(2026, 12, 10), verifier="Us", at=later, actor=ACTOR
    )
    assert per_gesture(cast, agent, later - timedelta(days=1)) == (500, True)
    assert per_gesture(cast, agent, later) == (2500, False)


def test_a_revoked_certificate_counts_until_it_was_revoked(cast: Cast, agent: Employee) -> None:
    at = NOON + timedelta(days=3)
    row = agent.certificates.get()
    revoke_certificate(scope=cast.scope, public_id=str(row.public_id), reason="Not hers.", at=at, actor=ACTOR)
    assert per_gesture(cast, agent, at) == (500, True)
    assert per_gesture(cast, agent, at - timedelta(seconds=1)) == (2500, False)


def test_the_role_of_the_instant_decides_and_who_has_left_may_give_nothing(cast: Cast, agent: Employee) -> None:
    at = NOON + timedelta(days=3)
    appoint_employee(employee=agent, giver=Role.EXECUTIVE, role=Role.MANAGER, branch_ids=None, at=at, actor=ACTOR)
    assert per_gesture(cast, agent, at - timedelta(seconds=1)) == (2500, False)
    assert per_gesture(cast, agent, at) == (50_000, False)
    let_go(employee=agent, giver=Role.EXECUTIVE, at=at + timedelta(days=1), actor=ACTOR)
    assert per_gesture(cast, agent, at + timedelta(days=1)) is None
    assert per_gesture(cast, agent, NOON - timedelta(days=1)) is None  # had not joined


def test_the_version_in_force_at_the_instant_decides(cast: Cast, agent: Employee) -> None:
    at = NOON + timedelta(days=3)
    text = POLICY.replace("25 EUR", "30 EUR")
    publish_policy(scope=cast.scope, grade="minor", effective_at=at, override_reason="more", text=text, at=NOON, actor=ACTOR)
    before, after = (authority_of(scope=cast.scope, employee_id=agent.pk, kind="goodwill", at=one) for one in (NOON, at))
    assert before is not None
    assert after is not None
    assert (before.per_gesture, before.version) == (2500, "1.0")
    assert (after.per_gesture, after.version) == (3000, "1.1")


def test_periods_are_labelled_in_the_readers_language(cast: Cast, agent: Employee) -> None:
    with translation.override("de"):
        found = authority_kinds_of(scope=cast.scope, employee_id=agent.pk, at=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))
    assert [(one.kind, one.period_label) for one in found] == [("goodwill", "November 2026")]


def test_no_policy_no_such_kind_no_such_person_no_authority(cast: Cast, agent: Employee) -> None:
    assert authority_of(scope=cast.scope, employee_id=agent.pk, kind="refund", at=NOON) is None
    assert per_gesture(cast, cast.tom, NOON) is None  # cashiers are not named
    assert per_gesture(cast, cast.mallory, NOON) is None  # another business
    assert authority_of(scope=cast.scope, employee_id=agent.pk, kind="goodwill", at=NOON - timedelta(days=900)) is None


def test_a_limit_that_hangs_on_an_unknown_certificate_is_not_published(cast: Cast) -> None:
    with pytest.raises(PolicyRefused) as caught:
        publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="x", text=POLICY, at=NOON, actor=ACTOR)
    assert "no kind of certificate is called “complaints”" in caught.value.fields["/authority/0/certificate"]
    assert not Version.objects.exists()
