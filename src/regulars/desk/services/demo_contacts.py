"""The demo's contact log: loaded beside its purchases."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.business.queries import Scope
from regulars.contacts.services import ContactParticulars, ManyContact, Promise, freeze_contacts, promise_follow_up, record_contacts
from regulars.desk.rules import demo
from regulars.desk.rules.demo.contacts import demo_complainer, demo_contacts, demo_promises
from regulars.desk.rules.demo.story import DemoCustomer
from regulars.staff.queries import employee_by_email

SERVERS = ("linh@fennel-rye.example", "tom@fennel-rye.example", "zoltan@fennel-rye.example")


def load_contacts(*, business_id: int, story: list[DemoCustomer], numbers: dict[str, int], at: datetime, actor: str) -> int:
    """Write down what the bakery's people noted, promised and were told. Returns how many contacts. Joins the caller's transaction."""
    staff = [one.pk for email in SERVERS if (one := employee_by_email(email=email))]
    notes = [
        ManyContact(
            customer_id=numbers[one.number],
            key=one.key,
            particulars=ContactParticulars(
                channel=one.channel,
                direction=one.direction,
                nature=one.nature,
                outcome=one.outcome,
                topic=one.topic,
                mood_stated=one.mood,
                staff_id=staff[one.server],
                minutes=one.minutes,
                note=one.note,
                happened_at=one.at,
            ),
        )
        for one in demo_contacts(story, at)
    ]
    count = record_contacts(business_id=business_id, source=demo.SOURCE, contacts=notes, at=at, actor=actor)
    scope = Scope(business_id)
    for promise in demo_promises(story, at):
        promise_follow_up(
            scope=scope,
            customer_id=numbers[promise.number],
            promise=Promise(promise.what, promise.due_at),
            at=min(at, promise.due_at) - timedelta(days=2),
            actor=f"system:{demo.SOURCE}",
        )
    number, reason = demo_complainer(story)
    freeze_contacts(
        scope=scope,
        customer_id=numbers[number],
        reason=reason,
        source="demo:complaint",
        at=at - timedelta(days=3),
        actor=f"system:{demo.SOURCE}",
    )
    return count
