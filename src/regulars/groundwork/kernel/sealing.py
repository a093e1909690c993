"""The keys of this installation, each derived for one use so that none opens another's door, and secrets sealed under them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def key_for(use: str) -> bytes:
    """The key for one use ("mail tokens"); another use or another installation has another one."""
    return _derived_from(settings.SECRET_KEY, use)


def sealed(secret: str, *, use: str) -> str:
    """A secret as it may stand in the database: a copy of the database alone does not open it."""
    return _box(use).encrypt(secret.encode()).decode() if secret else ""


def unsealed(text: str, *, use: str) -> str:
    """The secret again; empty when it was sealed under another key."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(use).decrypt(text.encode()).decode() if text else ""
    except InvalidToken:
        return ""


def _box(use: str) -> Fernet:
    from cryptography.fernet import Fernet  # loads here: few requests of a web process need it

    return Fernet(base64.urlsafe_b64encode(key_for(use)))


@lru_cache(maxsize=16)
def _derived_from(secret: str, use: str) -> bytes:
    return hmac.new(secret.encode(), b"regulars " + use.encode(), hashlib.sha256).digest()
