"""Everything that is stored about one person, section by section; every floor adds its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q

from regulars.business.queries import Scope
from regulars.customers.models import (
    ConsentEvent,
    ContactPoint,
    Customer,
    ExternalId,
    HouseholdMember,
    LegalHold,
    Membership,
    Merge,
    Trait,
    WishStatement,
)
from regulars.groundwork.kernel.forgetting import facts_about

Rows = list[dict[str, Any]]
# (scope, all ids of the person) → rows of plain values. Everything of theirs, nothing of anybody else.
ExportSection = Callable[[Scope, tuple[int, ...]], Rows]
_SECTIONS: dict[str, ExportSection] = {}


def add_export_section(name: str, section: ExportSection) -> None:
    """Let a capability hand out what it stores about a person (called once, when it starts up). `name` becomes a file name."""
    _SECTIONS[name] = section


def section_names() -> list[str]:
    """What an export consists of."""
    return sorted(_SECTIONS)


def sections_for(*, scope: Scope, customer_ids: tuple[int, ...]) -> dict[str, Rows]:
    """Every section of a person's export by name, empty ones included."""
    return {name: section(scope, customer_ids) for name, section in _SECTIONS.items()}


def _records(scope: Scope, ids: tuple[int, ...]) -> Rows:
    return [
        {
            "id": row.public_id,
            "kind": row.kind,
            "name": row.display_name,
            "given_name": row.given_name,
            "family_name": row.family_name,
            "organisation_name": row.organisation_name,
            "language": row.language,
            "zone": row.zone,
            "home_branch": row.home_branch.name if row.home_branch else "",
            "note": row.note,
            "has_bought": not row.prospect,
            "known_since": row.created_at,
        }
        for row in Customer.objects.filter(pk__in=ids, business_id=scope.business_id).select_related("home_branch").order_by("pk")
    ]


def _contact_points(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    rows = ContactPoint.objects.filter(customer_id__in=ids).order_by("pk")
    return [{"kind": row.kind, "value": row.value, "label": row.label, "added_at": row.added_at} for row in rows]


def _numbers(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    return [{"source": row.source, "number": row.value} for row in ExternalId.objects.filter(customer_id__in=ids).order_by("pk")]


def _traits(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    rows = Trait.objects.filter(customer_id__in=ids).order_by("name", "pk")
    return [
        {"name": row.name, "value": row.value, "explanation": row.explanation, "source": row.source, "published_at": row.published_at}
        for row in rows
    ]


def _consents(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    return [
        {
            "at": row.at,
            "channel": row.channel,
            "purpose": row.purpose,
            "address": row.address,
            "given": row.given,
            "text_version": row.text_version,
            "source": row.source,
            "proof": row.proof,
            "recorded_by": row.actor.partition(":")[0],
            "recorded_at": row.recorded_at,
        }
        for row in ConsentEvent.objects.filter(customer_id__in=ids).order_by("at", "pk")
    ]


def _wishes(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    return [
        {
            "at": row.at,
            "channels_never": row.channels_never,
            "preferred_channel": row.preferred_channel,
            "hours": row.hours,
            "at_most_count": row.at_most_count,
            "at_most_days": row.at_most_days,
            "topics": row.topics,
            "source": row.source,
        }
        for row in WishStatement.objects.filter(customer_id__in=ids).order_by("at", "pk")
    ]


def _merges(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    rows = Merge.objects.filter(Q(loser_id__in=ids) | Q(survivor_id__in=ids)).select_related("loser", "survivor").order_by("pk")
    return [
        {
            "at": row.at,
            "record": row.loser.public_id if row.loser_id in ids else "another record",
            "merged_into": row.survivor.public_id if row.survivor_id in ids else "another record",
            "reason": row.reason,
            "undone_at": row.undone_at,
        }
        for row in rows
    ]


def _together(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    """Households and organisations by name; the other people in them are not ours to hand out."""
    households = HouseholdMember.objects.filter(customer_id__in=ids).select_related("household").order_by("pk")
    found: Rows = [
        {"kind": "household", "name": row.household.name, "role": "", "since": row.since, "until": row.until} for row in households
    ]
    memberships = Membership.objects.filter(person_id__in=ids).select_related("organisation").order_by("pk")
    found += [
        {"kind": "organisation", "name": row.organisation.display_name, "role": row.role, "since": row.since, "until": row.until}
        for row in memberships
    ]
    return found


def _holds(_scope: Scope, ids: tuple[int, ...]) -> Rows:
    rows = LegalHold.objects.filter(customer_id__in=ids).order_by("pk")
    return [{"placed_at": row.placed_at, "reason": row.reason, "lifted_at": row.lifted_at} for row in rows]


def _facts(scope: Scope, ids: Sequence[int]) -> Rows:
    return facts_about(tenant_id=scope.business_id, subjects=[f"customer:{one}" for one in ids])


for _name, _section in {
    "records": _records,
    "contact-points": _contact_points,
    "numbers": _numbers,
    "traits": _traits,
    "consents": _consents,
    "wishes": _wishes,
    "merges": _merges,
    "households-and-organisations": _together,
    "holds": _holds,
    "facts": _facts,
}.items():
    add_export_section(_name, _section)
