"""Codes that are made from a key and never stored: the database holds a keyed digest, by which a code is found (D8, D11).

A code is the first 60 bits of HMAC-SHA-256 over its voucher's id, so whoever has the installation's key makes it again to print or show it, and a
copy of the database alone opens nothing. Without a key a digest of 60 bits would not help: a million live codes are found by trying 2^40.
Source: RFC 2104; each use has a key of its own, as RFC 5869 §3.2 asks for.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from uuid import UUID

from regulars.loyalty.rules.codes import BYTES_EACH, codes_from

DIGEST_BYTES = 16


def codes_of(secret: str, vouchers: Iterable[UUID]) -> list[str]:
    """The codes of these vouchers, as stored nowhere: 13 symbols without dashes."""
    key = _key(secret, b"vouchers, 1")
    return codes_from(b"".join(hmac.digest(key, one.bytes, "sha256")[:BYTES_EACH] for one in vouchers))


def digests_of(secret: str, codes: Iterable[str]) -> list[str]:
    """What is stored of codes, and looked up."""
    key = _key(secret, b"voucher look-up, 1")
    return [hmac.digest(key, code.encode(), "sha256")[:DIGEST_BYTES].hex() for code in codes]


def _key(secret: str, use: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"regulars " + use, "sha256")
