"""The one clock. Only entrances read it; everything below is given its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_standing: ContextVar[datetime | None] = ContextVar("standing_clock", default=None)


def now() -> datetime:
    """The present instant in UTC."""
    return _standing.get() or datetime.now(UTC)


@contextmanager
def standing_at(instant: datetime) -> Iterator[datetime]:
    """Let the clock of this context stand still (demo stories and tests)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone")
    token = _standing.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _standing.reset(token)
