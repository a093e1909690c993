"""Secrets of web shops, sealed: a copy of the database alone signs no order."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def sealed(secret: str) -> str:
    """A secret as it may stand in the database."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unsealed(text: str) -> str:
    """The secret again; empty when it was sealed under another key."""
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(text.encode()).decode() if text else ""
    except InvalidToken:
        return ""


def _box() -> Fernet:
    from cryptography.fernet import Fernet  # loads here: few requests of a web process need it

    key = hmac.new(settings.SECRET_KEY.encode(), b"regulars shop secrets", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
