"""What an access export says about cases. Notes among us stay with us; that there are some is said."""

from __future__ import annotations

from typing import Any

from regulars.business.queries import Scope
from regulars.groundwork.kernel.money import Money
from regulars.service.models import Case, ClockRow, Entry, Gesture


def cases_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every case of this person: what it was about, what was said to and by them, what was promised and how it ended, oldest first."""
    cases = list(Case.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).order_by("opened_at", "pk"))
    said: dict[int, list[dict[str, Any]]] = {}
    notes: dict[int, int] = {}
    for entry in Entry.objects.filter(case__in=cases).order_by("at", "pk"):
        if entry.kind == "internal":
            notes[entry.case_id] = notes.get(entry.case_id, 0) + 1
        else:
            said.setdefault(entry.case_id, []).append({"at": entry.at, "kind": entry.kind, "channel": entry.channel, "text": entry.text})
    promised: dict[int, list[dict[str, Any]]] = {}
    for clock in ClockRow.objects.filter(case__in=cases).order_by("started_at", "pk"):
        row = {
            "metric": clock.metric,
            "what": clock.what,
            "due_at": clock.due_at,
            "ended_at": clock.ended_at,
            "how": clock.how,
            "broken": clock.breached,
        }
        promised.setdefault(clock.case_id, []).append(row)
    return [
        {
            "number": one.pk,
            "opened_at": one.opened_at,
            "subject": one.subject,
            "nature": one.nature,
            "topic": one.topic,
            "channel": one.channel,
            "remedy_asked": one.remedy_asked,
            "status": one.status,
            "cause": one.cause,
            "action": one.action,
            "resolved_at": one.resolved_at,
            "settled": one.settled,
            "conversation": said.get(one.pk, []),
            "notes_among_us": notes.get(one.pk, 0),
            "promises": promised.get(one.pk, []),
        }
        for one in cases
    ]


def gestures_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """What was given to this person, or asked for on their behalf, oldest first."""
    rows = Gesture.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).order_by("at", "pk")
    return [
        {
            "at": row.at,
            "case": row.case_id,
            "kind": row.kind,
            "ledger": row.ledger,
            "amount": str(Money(row.amount_minor, row.currency).major),
            "currency": row.currency,
            "words": row.words,
            "state": row.state,
        }
        for row in rows
    ]
