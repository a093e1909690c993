"""The demo's certificates: kinds, who achieved what, and the reminders that went out."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.business.queries import Scope
from regulars.desk.rules import demo
from regulars.desk.rules.demo.training import CERTIFICATES, KINDS
from regulars.staff.queries import employee_by_email
from regulars.staff.services import name_certificate_kind, record_certificate, remind_of_certificates

ACTOR = f"system:{demo.SOURCE}"


def load_demo_training(*, business_id: int, at: datetime) -> None:
    """Record each certificate on its day. Joins the caller's transaction."""
    scope = Scope(business_id)
    today = at.astimezone(ZoneInfo(demo.ZONE)).date()
    for code, name, months, window_days in KINDS:
        name_certificate_kind(scope=scope, code=code, name=name, months=months, window_days=window_days, at=at, actor=ACTOR)
    for one in CERTIFICATES:
        person = employee_by_email(email=f"{one.who}@fennel-rye.example")
        assert person is not None, one.who
        record_certificate(
            scope=scope,
            employee=person,
            kind_code=one.kind,
            achieved_on=today - timedelta(days=one.days_ago),
            valid_through=today + timedelta(days=one.left),
            verifier=one.verifier,
            reference=one.reference,
            at=at - timedelta(days=min(one.days_ago, 600)),
            actor=ACTOR,
        )
    remind_of_certificates(at=at, actor=ACTOR)
