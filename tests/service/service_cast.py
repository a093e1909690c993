"""The cast with a policy in force, an agent, a second one, a supervisor and a manager; and how tests open and answer cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from regulars.policy.models import Version
from regulars.policy.rules.document import fingerprint
from regulars.service.models import Case
from regulars.service.services import Answer, NewCase, answer_case, open_case
from regulars.staff.models import Employee
from regulars.staff.queries import Role

from tests.cast import Cast, employ
from tests.service.laws_for_tests import TEXT, berlin

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"
NINE = berlin(MONDAY, "09:00")


@dataclass
class Team:
    """Who works at the cast's bakery besides."""

    cast: Cast
    mira: Employee
    noor: Employee
    sven: Employee
    maud: Employee


def call_team(cast: Cast) -> Team:
    """Put the policy in force and hire the people."""
    put_in_force(cast, TEXT)
    return Team(
        cast,
        employ(cast.business, "Mira Agent", Role.AGENT),
        employ(cast.business, "Noor Helper", Role.AGENT),
        employ(cast.business, "Sven Lead", Role.SUPERVISOR),
        employ(cast.business, "Maud Boss", Role.MANAGER),
    )


def put_in_force(cast: Cast, text: str, *, major: int = 1, minor: int = 0, at: datetime = NINE - timedelta(days=100)) -> Version:
    """A version of the policy, without its weeks of comment."""
    return Version.objects.create(
        business=cast.business,
        major=major,
        minor=minor,
        language="en",
        text=text,
        fingerprint=fingerprint(text, "en"),
        effective_at=at,
        published_at=at,
        actor="test",
    )


def opened(cast: Cast, *, at: datetime = NINE, key: str = "k1", **about: Any) -> Case:
    """A case of Ada's, by e-mail unless said otherwise."""
    new = {"subject": "Stale rolls", "text": "The rolls were stale on Saturday.", "channel": "email", "nature": "question"} | about
    return open_case(scope=cast.scope, customer_id=cast.ada.pk, new=NewCase(**new), at=at, actor="employee:1", key=key).case


def answered(
    cast: Cast, case: Case, *, at: datetime, text: str = "We look into it.", key: str = "a1", version: int | None = None, **about: Any
) -> Case:
    """An answer to a case."""
    return answer_case(
        scope=cast.scope,
        public_id=str(case.public_id),
        answer=Answer(text=text, **about),
        version=version,
        key=key,
        at=at,
        actor="employee:1",
    )[0]
