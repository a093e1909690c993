"""The keyed digest that keeps a forgotten person from coming back by a file."""

from __future__ import annotations

import hashlib
import hmac


def suppression_digest(*, key: bytes, business_id: int, kind: str, normal: str) -> str:
    """HMAC-SHA256 over business, kind ("email", "phone", "number:card") and normal form; without the key it can't be guessed from lists."""
    return hmac.new(key, f"{business_id}\x1f{kind}\x1f{normal}".encode(), hashlib.sha256).hexdigest()


def key_from(secret: str) -> bytes:
    """The key for this use, made from the installation's secret: knowing one derived key tells nothing about another."""
    return hmac.new(secret.encode(), b"regulars: suppression of forgotten people, 1", hashlib.sha256).digest()
