"""A change of a program's document in words: which rule, which value, what it was and is."""

from __future__ import annotations

from typing import Any

from regulars.desk.web.loyalty_fields import SECTIONS, label_of
from regulars.loyalty.queries import Change


def in_words(change: Change, after: dict[str, Any], before: dict[str, Any]) -> dict[str, str]:
    """A change with its place as people read it: “How it is earned, Happy hour: Points”."""
    where, label = _place(change.place, after, before)
    return {
        "where": where,
        "label": label,
        "before": "" if change.before is None else change.before,
        "after": "" if change.after is None else change.after,
        "kind": "new" if change.before is None else "gone" if change.after is None else "other",
    }


def _place(place: tuple[str, ...], after: dict[str, Any], before: dict[str, Any]) -> tuple[str, str]:
    for section in SECTIONS:
        head = tuple(section.place.split("."))
        if place[: len(head)] == head and len(place) > len(head):
            name = _name_of(head, place[len(head)], after) or _name_of(head, place[len(head)], before) or place[len(head)]
            rest = ".".join(place[len(head) + 1 :])
            label = label_of(f"{section.place}.0.{rest}") or rest if rest else ""
            return f"{section.title}, {name}", label
    return "", label_of(".".join(place))


def _name_of(head: tuple[str, ...], code: str, shape: dict[str, Any]) -> str:
    rows: Any = shape
    for step in head:
        rows = rows.get(step) if isinstance(rows, dict) else None
    return next((str(one.get("name", "")) for one in rows or [] if one.get("code") == code), "")
