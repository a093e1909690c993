"""The words of the contact log: channels that everybody has, and the terms that a business starts with and then makes its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def gettext_noop(message: str) -> str:
    """Mark a message for translators; it is translated when it is shown."""
    return message


CHANNELS = ("email", "phone", "sms", "post", "social", "visit", "till")
MOODS = (-2, -1, 0, 1, 2)
EFFORTS = (1, 2, 3, 4, 5)


class TermKind(StrEnum):
    """The three taxonomies of a business."""

    NATURE = "nature"
    TOPIC = "topic"
    OUTCOME = "outcome"


class Valence(StrEnum):
    """How an outcome counts in "what they like": went well, went badly, neither, or nobody was reached (no contact, only an attempt)."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"
    ATTEMPT = "attempt"


@dataclass(frozen=True)
class KnownTerm:
    """One word of a taxonomy: its code for ever, its label as people read it (a default's label is a message to be translated)."""

    kind: TermKind
    code: str
    label: str
    valence: Valence = Valence.NONE
    retired: bool = False
    own: bool = False


def _terms(kind: TermKind, *pairs: tuple[str, str] | tuple[str, str, Valence]) -> tuple[KnownTerm, ...]:
    return tuple(KnownTerm(kind, pair[0], pair[1], pair[2] if len(pair) == 3 else Valence.NONE) for pair in pairs)


DEFAULTS: tuple[KnownTerm, ...] = (
    *_terms(
        TermKind.NATURE,
        ("question", gettext_noop("Question")),
        ("request", gettext_noop("Request")),
        ("complaint", gettext_noop("Complaint")),
        ("praise", gettext_noop("Praise")),
        ("advice", gettext_noop("Advice")),
        ("follow-up", gettext_noop("Follow-up")),
        ("courtesy", gettext_noop("Courtesy")),
        ("offer", gettext_noop("Offer")),
        ("survey", gettext_noop("Survey")),
        ("notice", gettext_noop("Notice")),
    ),
    *_terms(
        TermKind.TOPIC,
        ("product", gettext_noop("Product")),
        ("price", gettext_noop("Price")),
        ("waiting", gettext_noop("Waiting")),
        ("service", gettext_noop("Service")),
        ("delivery", gettext_noop("Delivery")),
        ("opening-hours", gettext_noop("Opening hours")),
        ("order", gettext_noop("Order")),
        ("other", gettext_noop("Something else")),
    ),
    *_terms(
        TermKind.OUTCOME,
        ("resolved", gettext_noop("Resolved"), Valence.GOOD),
        ("pleased", gettext_noop("Pleased"), Valence.GOOD),
        ("answered", gettext_noop("Answered"), Valence.NONE),
        ("promised", gettext_noop("We promised to come back"), Valence.NONE),
        ("unresolved", gettext_noop("Not resolved"), Valence.BAD),
        ("displeased", gettext_noop("Displeased"), Valence.BAD),
        ("not-reached", gettext_noop("Not reached"), Valence.ATTEMPT),
    ),
)
