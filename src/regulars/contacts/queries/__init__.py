"""The customer's story, and all that is asked about contacts."""

from regulars.contacts.models import Contact, FollowUp, Freeze, Slot
from regulars.contacts.queries.explaining import Decision, Reason, UsedContact
from regulars.contacts.queries.exporting import budget_section, contacts_section, freezes_section, promises_section, story_section
from regulars.contacts.queries.gate import (
    BudgetLine,
    ask_gate,
    ask_gate_about,
    budget_of,
    freezes_of,
    instant_on_their_clock,
    slot_of,
    slots_of,
)
from regulars.contacts.queries.gate_rules import RulesShown, gate_rule_versions, gate_rules_at
from regulars.contacts.queries.liking import Likes, likes_of, likes_of_all
from regulars.contacts.queries.living import in_touch_since
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
from regulars.contacts.queries.signalling import moods_falling, often_on_a_topic
from regulars.contacts.queries.story import Story, TimelineSource, add_timeline_source, newest_rows, order_of, story_of
from regulars.contacts.queries.terms import Terms, channel_words, terms_of
from regulars.contacts.queries.ways import ways_used
from regulars.contacts.rules.gate_clock import instant_of_wall
from regulars.contacts.rules.gate_deciding import Ask
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.liking import Share, wilson
from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.rules.timeline import Cursor, TimelineLine
from regulars.contacts.rules.words import CHANNELS, KnownTerm, TermKind, Valence

__all__ = [
    "CHANNELS",
    "Ask",
    "BudgetLine",
    "Contact",
    "ContactClass",
    "ContactParticulars",
    "Cursor",
    "Decision",
    "FollowUp",
    "Freeze",
    "KnownTerm",
    "Likes",
    "Reason",
    "RulesShown",
    "Share",
    "Slot",
    "Story",
    "StoryFilter",
    "TermKind",
    "Terms",
    "TimelineLine",
    "TimelineSource",
    "UsedContact",
    "Valence",
    "add_timeline_source",
    "ask_gate",
    "ask_gate_about",
    "budget_of",
    "budget_section",
    "channel_words",
    "contact_lines_of",
    "contact_of",
    "contacts_section",
    "customer_in",
    "follow_up_of",
    "follow_ups_due",
    "follow_ups_of",
    "freezes_of",
    "freezes_section",
    "gate_rule_versions",
    "gate_rules_at",
    "in_touch_since",
    "instant_of_wall",
    "instant_on_their_clock",
    "likes_of",
    "likes_of_all",
    "moods_falling",
    "newest_rows",
    "often_on_a_topic",
    "order_of",
    "promises_section",
    "slot_of",
    "slots_of",
    "story_of",
    "story_section",
    "terms_of",
    "versions_of",
    "ways_used",
    "wilson",
]
