"""Who says so: web shops sign the very bytes that they send with a secret that only they and we know."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signature_of(body: bytes, secret: str) -> str:
    """The signature as WooCommerce and Shopify write it: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets made this signature. Every one is compared to its end; an empty secret signs nothing."""
    given = signature.strip().encode("utf-8", "replace")
    matches = [hmac.compare_digest(signature_of(body, one).encode(), given) for one in secrets if one]
    return any(matches)
