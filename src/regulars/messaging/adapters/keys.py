"""The keys of this installation, each derived for one use, so that none opens another's door."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def token_key() -> bytes:
    """The key of tokens in addresses, links and message ids."""
    return _derived(b"mail tokens")


def sealed(secret: str) -> str:
    """A password as it may stand in the database: a copy of the database alone does not open a mailbox."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unsealed(text: str) -> str:
    """The password again; empty when it was sealed under another key."""
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(text.encode()).decode() if text else ""
    except InvalidToken:
        return ""


def _box() -> Fernet:
    from cryptography.fernet import Fernet  # loads here: few requests of a web process need it

    return Fernet(base64.urlsafe_b64encode(_derived(b"mailbox passwords")))


def _derived(use: bytes) -> bytes:
    return _derived_from(settings.SECRET_KEY, use)


@lru_cache(maxsize=8)
def _derived_from(secret: str, use: bytes) -> bytes:
    return hmac.new(secret.encode(), b"regulars " + use, hashlib.sha256).digest()
