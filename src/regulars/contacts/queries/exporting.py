"""What an access export says about contacts, promises and the story."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.models import Contact, Entry, FollowUp, Freeze, Slot


def contacts_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every logged contact, corrections included. Staff are named by their part, not by name: they are other people."""
    rows = Contact.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).select_related("branch").order_by("at", "pk")
    return [
        {
            "at": row.at,
            "channel": row.channel,
            "direction": row.direction,
            "began_by": row.began_by,
            "nature": row.nature,
            "topic": row.topic,
            "outcome": row.outcome,
            "mood_stated": row.mood_stated,
            "mood_inferred": row.mood_inferred,
            "branch": row.branch.name if row.branch else "",
            "minutes": row.minutes,
            "effort": row.effort,
            "note": row.note,
            "links": row.links,
            "source": row.source,
            "void": row.void,
        }
        for row in rows
    ]


def promises_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """What was promised, and how it ended."""
    rows = FollowUp.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).select_related("ending").order_by("pk")
    found = []
    for row in rows:
        ending = getattr(row, "ending", None)
        found.append(
            {
                "promised_at": row.promised_at,
                "what": row.what,
                "due_at": row.due_at,
                "ended": ending.how if ending else "",
                "ended_at": ending.at if ending else None,
                "reason": ending.reason if ending else "",
            }
        )
    return found


def story_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """The lines that facts left on the timeline, in words."""
    rows = Entry.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).order_by("at", "pk")
    return [
        {"at": row.at, "kind": row.kind, "headline": _(row.headline) % row.headline_values if row.headline_values else _(row.headline)}
        for row in rows
    ]


def budget_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """Every place that the gate held or used for them: what went out or was to go out, and what became of it."""
    rows = Slot.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).order_by("at", "pk")
    return [
        {
            "at": row.at,
            "channel": row.channel,
            "purpose": row.purpose,
            "class": row.contact_class,
            "weight": row.weight,
            "address": row.address,
            "state": row.state,
            "asked_at": row.made_at,
            "settled_at": row.settled_at,
            "reason": row.settled_reason,
            "source": row.source,
        }
        for row in rows
    ]


def freezes_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """What held offers and surveys back from them, and until when."""
    rows = Freeze.objects.filter(business_id=scope.business_id, customer_id__in=customer_ids).order_by("since", "pk")
    return [{"since": row.since, "reason": row.reason, "source": row.source, "closed_at": row.closed_at} for row in rows]
