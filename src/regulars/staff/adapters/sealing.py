"""Keeping secrets that must be read again (authenticator secrets) sealed in the database, under a key made of the installation's own."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def sealed(secret: str) -> str:
    """A text that only this installation can open."""
    return _box().encrypt(secret.encode()).decode()


def opened(text: str) -> str | None:
    """What was sealed; None when the installation's secret key has changed since."""
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def _box() -> Fernet:
    # The library loads here: few requests of a web process need it.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"regulars.staff.sealing").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
