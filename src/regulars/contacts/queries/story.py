"""The customer's story."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.business.queries import Scope
from regulars.contacts.models import Entry
from regulars.contacts.queries.reading import StoryFilter, contact_lines
from regulars.contacts.queries.terms import terms_of
from regulars.contacts.rules.timeline import Cursor, TimelineLine, merged
from regulars.customers.queries import Customer, cluster_of

__all__ = [
    "Cursor",
    "Story",
    "StoryFilter",
    "TimelineLine",
    "TimelineSource",
    "add_timeline_source",
    "before_place",
    "order_of",
    "story_of",
]

# (scope, customer id, lines before this place or None, how many) → lines, newest first
TimelineSource = Callable[[Scope, int, Cursor | None, int], list[TimelineLine]]
_SOURCES: dict[str, TimelineSource] = {}


@dataclass(frozen=True)
class Story:
    """One page of a customer's timeline, newest first, and the cursor of the next page ("" at the end)."""

    lines: list[TimelineLine]
    next_cursor: str


def add_timeline_source(name: str, source: TimelineSource) -> None:
    """Let a capability above show rows of its own on the timeline without copying them (called once, when it starts up)."""
    _SOURCES[name] = source


def story_of(
    *,
    scope: Scope,
    customer: Customer,
    cursor: str = "",
    size: int = 30,
    kinds: Collection[str] = (),
    chosen: StoryFilter | None = None,
    customer_ids: Collection[int] = (),
) -> Story:
    """A page of everything that happened with a customer and their merged records. Each source answers from one index; the pages are merged.

    `kinds` narrows to sources by name ("facts", "contacts", "purchases" …); empty means all. A filter that is not empty asks for what only
    logged contacts have, so it shows those alone. `customer_ids`: the person's records, for whoever knows them already.
    """
    place = Cursor.read(cursor) if cursor else None
    chosen = chosen or StoryFilter()
    terms = terms_of(scope=scope)

    def contacts(scope: Scope, customer_id: int, before: Cursor | None, size: int) -> list[TimelineLine]:
        return contact_lines(scope, customer_id, before, size, chosen, terms)

    sources = {"contacts": contacts} if chosen else {"facts": _entries, "contacts": contacts, **_SOURCES}
    asked = [source for name, source in sources.items() if not kinds or name in kinds]
    # A person's merged records tell one story; each has an index of its own to answer from.
    ids = customer_ids or cluster_of(scope=scope, customer_id=customer.pk) or (customer.pk,)
    pages = [source(scope, one, place, size + 1) for one in ids for source in asked]
    lines = merged(pages, size + 1)
    last = lines[size - 1] if len(lines) > size else None
    return Story(lines[:size], Cursor(last.at, last.order).text() if last else "")


def _entries(scope: Scope, customer_id: int, before: Cursor | None, size: int) -> list[TimelineLine]:
    rows = Entry.objects.filter(customer_id=customer_id, business_id=scope.business_id)
    if before:
        rows = rows.filter(at__lte=before.at).filter(_before(before.at, before.order))
    found = rows.order_by("-at", "-pk")[:size]
    return [
        TimelineLine(
            at=row.at,
            order=order_of("fact", row.pk),
            kind=row.kind,
            headline=row.headline,
            headline_values=row.headline_values,
            actor=row.actor,
        )
        for row in found
    ]


def order_of(prefix: str, pk: int) -> str:
    """A tie-breaker that sorts like the key does."""
    return f"{prefix}:{pk:020d}"


def _before(at: datetime, order: str) -> Q:
    return before_place(at, order, "fact")


def before_place(at: datetime, order: str, prefix: str) -> Q:
    """The rows of a source (its tie-breakers begin with `prefix`) that come after a place in the story, newest first."""
    kind, _sep, number = order.partition(":")
    if kind == prefix and number.isdigit():
        return Q(at__lt=at) | Q(at=at, pk__lt=int(number))
    return Q(at__lte=at) if prefix < kind else Q(at__lt=at)
