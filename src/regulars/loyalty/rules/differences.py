"""What changed between two documents of a program: value by value, rules matched by their code and never by where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One value that differs. `place` are keys and codes ("earning", "base", "points"); None: it wasn't there, or is there no more."""

    place: Place
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """All changes from one document to the next, in the order of the newer one; what both begin with (their day) is no change."""
    return list(_between((), _without_day(before), _without_day(after)))


def _without_day(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if key not in ("effective_at", "format")}


def _between(place: Place, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    old, new = _as_rows(before), _as_rows(after)
    whole_rule = (before is None or after is None) and "code" in (old or new or {}) and len(place) > 1
    if whole_rule or (old is None and before is not None) or (new is None and after is not None):
        yield Change(place, told(before), told(after))
        return
    old, new = old or {}, new or {}
    for key in [*new, *(key for key in old if key not in new)]:
        yield from _between((*place, key), old.get(key), new.get(key))


def _as_rows(value: Any) -> dict[str, Any] | None:
    """An object as it is, a list of coded rules by their code; None for what has no parts."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "code" in one for one in value):
        return {str(one["code"]): dict(one) for one in value}
    return None


def told(value: Any) -> str | None:
    """A value of a document as text; None for what isn't there."""
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(told(one) or "" for one in value)
    if isinstance(value, Mapping):
        return str(value["name"]) if "name" in value else ", ".join(f"{key}: {told(one)}" for key, one in value.items())
    return str(value)
