"""The customer's story, and all that is asked about contacts."""

from regulars.contacts.models import Contact, FollowUp
from regulars.contacts.queries.exporting import contacts_section, promises_section, story_section
from regulars.contacts.queries.reading import (
    StoryFilter,
    contact_lines_of,
    contact_of,
    customer_in,
    follow_up_of,
    follow_ups_due,
    follow_ups_of,
    versions_of,
)
from regulars.contacts.queries.story import Story, TimelineSource, add_timeline_source, before_place, order_of, story_of
from regulars.contacts.queries.terms import Terms, channel_words, terms_of
from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.rules.timeline import Cursor, TimelineLine
from regulars.contacts.rules.words import CHANNELS, KnownTerm, TermKind, Valence

__all__ = [
    "CHANNELS",
    "Contact",
    "ContactParticulars",
    "Cursor",
    "FollowUp",
    "KnownTerm",
    "Story",
    "StoryFilter",
    "TermKind",
    "Terms",
    "TimelineLine",
    "TimelineSource",
    "Valence",
    "add_timeline_source",
    "before_place",
    "channel_words",
    "contact_lines_of",
    "contact_of",
    "contacts_section",
    "customer_in",
    "follow_up_of",
    "follow_ups_due",
    "follow_ups_of",
    "order_of",
    "promises_section",
    "story_of",
    "story_section",
    "terms_of",
    "versions_of",
]
