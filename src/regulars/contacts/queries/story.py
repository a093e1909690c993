"""The customer's story."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from regulars.business.queries import Scope
from regulars.contacts.models import Entry
from regulars.contacts.queries.paging import newest_rows, order_of
from regulars.contacts.queries.reading import StoryFilter, contact_lines
from regulars.contacts.queries.terms import Terms, terms_of
from regulars.contacts.rules.timeline import Cursor, TimelineLine, merged
from regulars.customers.queries import Customer, cluster_of
from regulars.groundwork.kernel.bulk.instances import objects

__all__ = [
    "Cursor",
    "Story",
    "StoryFilter",
    "TimelineLine",
    "TimelineSource",
    "add_timeline_source",
    "newest_rows",
    "order_of",
    "story_of",
]

# (scope, ids of all records of the person, lines before this place or None, how many) → lines, newest first
TimelineSource = Callable[[Scope, Sequence[int], Cursor | None, int], list[TimelineLine]]
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
    customer_ids: Sequence[int] = (),
    terms: Terms | None = None,
) -> Story:
    """A page of everything that happened with a customer and their merged records. Each source answers with one statement from its index;
    the pages are merged.

    `kinds` narrows to sources by name ("facts", "contacts", "purchases" …); empty means all. A filter that is not empty asks for what only
    logged contacts have, so it shows those alone. `customer_ids`, `terms`: the person's records and the business's words, for whoever
    knows them already.
    """
    place = Cursor.read(cursor) if cursor else None
    chosen = chosen or StoryFilter()
    words = terms or terms_of(scope=scope)

    def contacts(scope: Scope, ids: Sequence[int], before: Cursor | None, size: int) -> list[TimelineLine]:
        return contact_lines(scope, ids, before, size, chosen, words)

    sources = {"contacts": contacts} if chosen else {"facts": _entries, "contacts": contacts, **_SOURCES}
    # A person's merged records tell one story.
    ids = customer_ids or cluster_of(scope=scope, customer_id=customer.pk) or (customer.pk,)
    pages = [source(scope, ids, place, size + 1) for name, source in sources.items() if not kinds or name in kinds]
    lines = merged(pages, size + 1)
    last = lines[size - 1] if len(lines) > size else None
    return Story(lines[:size], Cursor(last.at, last.order).text() if last else "")


def _entries(scope: Scope, ids: Sequence[int], before: Cursor | None, size: int) -> list[TimelineLine]:
    rest, values = newest_rows(
        "contacts_entry", ids, prefix="fact", before=before, size=size, where="AND t.business_id = %s", values=[scope.business_id]
    )
    return [
        TimelineLine(
            at=row.at,
            order=order_of("fact", row.pk),
            kind=row.kind,
            headline=row.headline,
            headline_values=row.headline_values,
            actor=row.actor,
        )
        for row in objects(Entry, f"FROM contacts_entry t {rest}", *values)
    ]
