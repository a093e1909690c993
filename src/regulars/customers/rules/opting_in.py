"""Asking twice: tokens and how long they hold."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

HOLDS_FOR = timedelta(days=7)
BUILT_IN_VERSION = "built-in-1"
BUILT_IN_TEXT = "Yes, write to me about this. I can take it back at any time, with one click in every message or by telling you."


def token_for(*, secret: str, request: str) -> str:
    """The link's token: 256 bits that only this installation can make for this request, so that a copy of the database holds none."""
    made = hmac.new(secret.encode(), f"regulars: opt-in, 1: {request}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
