"""Identifiers that are shown outside: UUIDs of version 7 (RFC 9562), so that they sort by time and don't count."""

from __future__ import annotations

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A new UUIDv7: 48 bits of milliseconds, 74 random bits."""
    millis = time.time_ns() // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def parsed(text: str) -> uuid.UUID | None:
    """The UUID that `text` writes in canonical form, else None."""
    try:
        value = uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
    return value if str(value) == text.lower() else None


def new_secret(bits: int = 256) -> str:
    """A URL-safe random text that holds `bits` bits."""
    return secrets.token_urlsafe(bits // 8)
