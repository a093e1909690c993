"""Reminders to confirm: around the due day, once each, then those who supervise; visible on Today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.models import FactRow
from regulars.policy.models import Reminder, Version
from regulars.policy.queries import overdue_confirmations, starting_point
from regulars.policy.services import confirm_policy, publish_policy, remind_to_confirm
from regulars.staff.queries import Role
from regulars.staff.services import plan_leave

from tests.cast import ACTOR, PASSWORD, Cast, employ, local_day

pytestmark = pytest.mark.django_db
TEXT = starting_point("small-shop", zone="Europe/Berlin") + '\n[confirmation]\nroles = ["cashier"]\ndays = 14\n'
DAY = timedelta(days=1)


@pytest.fixture
def version(cast: Cast) -> Version:
    """Published twenty days ago; cashiers had fourteen days."""
    at = now() - 20 * DAY
    return publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=TEXT, at=at, actor=ACTOR)


def told(cast: Cast) -> list[tuple[int, bool]]:
    return [(row.days, row.escalated) for row in Reminder.objects.filter(employee=cast.tom).order_by("days")]


def confirm(cast: Cast, version: Version) -> None:
    confirm_policy(
        scope=cast.scope,
        public_id=str(version.public_id),
        fingerprint=version.fingerprint,
        employee_id=cast.tom.pk,
        at=now(),
        actor=ACTOR,
    )


def test_each_reminder_once_and_then_those_who_supervise(cast: Cast, version: Version) -> None:
    due = version.published_at + 14 * DAY
    for day in range(-9, 8):
        remind_to_confirm(at=due + day * DAY)
        remind_to_confirm(at=due + day * DAY)  # the job may run twice
    assert told(cast) == [(-7, False), (0, False), (3, False), (4, True)]
    facts = FactRow.objects.filter(name="policy.ConfirmationDue").order_by("pk")
    assert [(one.body["days"], one.body["escalated"]) for one in facts] == told(cast)
    assert not Reminder.objects.exclude(employee=cast.tom).exists()  # Ines is not asked


def test_who_has_confirmed_or_is_away_hears_nothing(cast: Cast, version: Version) -> None:
    day = local_day()
    plan_leave(employee=cast.tom, from_on=day - 3 * DAY, until_on=day + 3 * DAY, at=now(), actor=ACTOR)
    assert remind_to_confirm(at=now()) == 0
    confirm(cast, version)
    assert remind_to_confirm(at=now() + 30 * DAY) == 0


def test_today_says_so_to_both_and_stops_when_it_is_done(cast: Cast, version: Version) -> None:
    def today(email: str) -> str:
        client = Client()
        client.post("/sign-in/", {"email": email, "password": PASSWORD})
        return client.get("/").content.decode()

    boss = employ(cast.business, "Sue Per", Role.SUPERVISOR, branches=[cast.market])
    elsewhere = employ(cast.business, "Sam Far", Role.SUPERVISOR, branches=[cast.station])
    assert "You were to read and confirm version 1.0 by" in today(cast.tom.email)
    assert "Not confirmed in spite of reminders" not in today(boss.email)
    assert remind_to_confirm(at=now()) == 1
    assert "Tom Baker" in today(boss.email)
    assert "Tom Baker" not in today(elsewhere.email)
    confirm(cast, version)
    assert "Not confirmed in spite of reminders" not in today(boss.email)
    assert "The policy waits for you" not in today(cast.tom.email)


def test_a_later_major_version_asks_anew_and_drops_the_old_reminders(cast: Cast, version: Version) -> None:
    remind_to_confirm(at=now())
    assert [one.employee for one in overdue_confirmations(scope=cast.scope, at=now())] == [cast.tom]
    publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="more", text=TEXT, at=now(), actor=ACTOR)
    assert overdue_confirmations(scope=cast.scope, at=now()) == []
    remind_to_confirm(at=now() + 14 * DAY)
    assert told(cast) == [(0, False), (4, True)]
