"""How long what is kept: the rules a business may switch on, with sensible lengths."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RetentionSubject:
    """Something that a rule can end. `days` is what is proposed; `label` and `meaning` are translatable messages."""

    name: str
    label: str
    meaning: str
    days: int


SUBJECTS: tuple[RetentionSubject, ...] = (
    RetentionSubject(
        "prospects",
        "People who never bought",
        "Forgotten when nothing was heard of them for so long: no contact, no permission, no change.",
        730,
    ),
    RetentionSubject(
        "customers",
        "Customers who stopped coming",
        "Forgotten when they neither bought nor were in touch for so long. Their purchases stay as figures.",
        3650,
    ),
)
BY_NAME = {one.name: one for one in SUBJECTS}
