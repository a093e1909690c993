"""The key that signs our mail, from the file that the settings name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from regulars.messaging.rules.signing import Key


class KeyUnusable(Exception):
    """The file can't be read or holds no RSA or Ed25519 key."""


@lru_cache(maxsize=4)
def dkim_key(path: Path) -> Key:
    """The private key in a PEM file. Raises KeyUnusable."""
    # The library loads here: only who sends mail needs it.
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise KeyUnusable(f"{path.name}: {type(fault).__name__}") from None
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise KeyUnusable(f"{path.name}: neither RSA nor Ed25519")
    return key
