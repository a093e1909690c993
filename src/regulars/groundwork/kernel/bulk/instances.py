"""Model objects out of prepared statements, for the pages that are open all day.

The framework composes each query anew, which costs thirty times what the database needs to answer it. Here the statement is written once;
what comes back are ordinary model objects. A column whose type has no reader below is refused when the statement is first used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey, Model

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared


def as_instant(value: Any) -> datetime:
    """An instant as either database and driver hands it out."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def as_uuid(value: Any) -> UUID:
    """A UUID as either database and driver hands it out."""
    return value if isinstance(value, UUID) else UUID(value)


def _as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


PLAIN = {
    "AutoField", "BigAutoField", "BigIntegerField", "IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "SmallIntegerField",
    "CharField", "TextField", "EmailField", "SlugField",
}  # fmt: skip
READERS: dict[str, Callable[[Any], Any]] = {
    "BooleanField": bool,
    "FloatField": float,
    "DateTimeField": as_instant,
    "DateField": _as_date,
    "UUIDField": as_uuid,
    "JSONField": _as_json,
}


@dataclass(frozen=True, slots=True)
class _Part:
    """One model among a statement's columns: which of them are its own, and how those that need it are read."""

    model: type[Model]
    names: tuple[str, ...]
    first: int
    key: int
    readers: tuple[tuple[int, Callable[[Any], Any]], ...]


def instances(models: tuple[tuple[type[Model], str], ...], rest: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of "SELECT (all columns of `models` by their aliases)" + `rest`, each as a tuple of model objects.

    `rest` begins with FROM. A model that an outer join left empty is None. Relations between them are the caller's to set.
    """
    text, parts = _planned(models, rest)
    return [tuple([_built(part, row) for part in parts]) for row in fetch_prepared(text, *values)]


def objects[M: Model](model: type[M], rest: str, *values: Any) -> list[M]:
    """As `instances` for one model, under the alias t."""
    text, parts = _planned(((model, "t"),), rest)
    return [_built(parts[0], row) for row in fetch_prepared(text, *values)]


def put_many(row: Model, name: str, found: list[Any]) -> None:
    """Let `row.<name>.all()` answer with these objects, as after a prefetch; to be walked and counted, not filtered further."""
    cache: dict[str, Any] = row.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[name] = found


def among(ids: Sequence[int] | Sequence[str]) -> tuple[str, tuple[Any, ...]]:
    """A condition "is one of these" and its parameters; one text for any number on PostgreSQL, so that it stays prepared."""
    if len(ids) == 1:
        return "= %s", (ids[0],)
    if on_postgres():
        return "= ANY(%s)", (list(ids),)
    return f"IN ({', '.join(['%s'] * len(ids))})", tuple(ids)


def uuid_value(value: UUID) -> str:
    """A UUID as a parameter of plain SQL: SQLite keeps 32 digits."""
    return str(value) if on_postgres() else value.hex


def uuid_text(value: Any) -> str:
    """A UUID that a plain statement handed out, as text, whatever the database and driver make of it."""
    text = str(value)
    return text if len(text) == 36 else str(UUID(hex=text))


def _built(part: _Part, row: tuple[Any, ...]) -> Any:
    if row[part.key] is None:
        return None
    values = list(row[part.first : part.first + len(part.names)])
    for place, read in part.readers:
        if values[place] is not None:
            values[place] = read(values[place])
    return part.model.from_db("default", part.names, values)


@lru_cache(maxsize=512)
def _planned(models: tuple[tuple[type[Model], str], ...], rest: str) -> tuple[str, tuple[_Part, ...]]:
    columns: list[str] = []
    parts = []
    for model, alias in models:
        fields = model._meta.concrete_fields
        first = len(columns)
        columns += [f'{alias}."{field.column}"' for field in fields]
        readers = tuple((place, reader) for place, field in enumerate(fields) if (reader := _reader_of(field)) is not None)
        key = first + [field.primary_key for field in fields].index(True)
        parts.append(_Part(model, tuple(field.attname for field in fields), first, key, readers))
    return f"SELECT {', '.join(columns)} {rest}", tuple(parts)


def _reader_of(field: Any) -> Callable[[Any], Any] | None:
    while isinstance(field, ForeignKey):
        field = field.target_field
    kind = field.get_internal_type()
    if kind in PLAIN:
        return None
    if kind not in READERS:
        raise TypeError(f"{field} has no reader for prepared statements")
    return READERS[kind]


__all__ = ["among", "as_instant", "as_uuid", "instances", "instant_value", "objects", "put_many", "uuid_text", "uuid_value"]
