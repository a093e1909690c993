"""Tokens that only we can have written: an id of ours with a message authentication code of 128 bits, in letters that survive a mail's way.

Addresses lose their case on some servers, so tokens are lower case base 32. The kind is part of the code: a bounce's token opens no wishes.
"""

from __future__ import annotations

import base64
import hmac
import re
import uuid
from typing import Literal

Kind = Literal["reply", "bounce", "wishes", "message", "settled", "case"]
LETTERS = 26  # of 16 bytes in base 32
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_TOKEN = re.compile(r"[a-z2-7]{52}")


def token_for(kind: Kind, subject: uuid.UUID, key: bytes) -> str:
    """52 letters: the id and its code."""
    return _letters(subject.bytes) + _letters(_code(kind, subject.bytes, key))


def subject_of(kind: Kind, token: str, key: bytes) -> uuid.UUID | None:
    """The id that a token of ours carries; None for any other text, compared in constant time."""
    token = token.strip().lower()
    if not _TOKEN.fullmatch(token):
        return None
    subject, code = _bytes(token[:LETTERS]), _bytes(token[LETTERS:])
    if subject is None or code is None or len(subject) != 16 or not hmac.compare_digest(code, _code(kind, subject, key)):
        return None
    return uuid.UUID(bytes=subject)


def tokens_in(text: str) -> list[str]:
    """Everything in an address or message id that may be a token."""
    return re.findall(r"(?<![a-z2-7])[a-z2-7]{52}(?![a-z2-7])", text.lower())


def _code(kind: str, subject: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"regulars.mail." + kind.encode() + b"\0" + subject, "sha256")[:16]


def _letters(content: bytes) -> str:
    number = int.from_bytes(content) << 2  # 128 bits and two more are 26 letters
    return "".join([_PAIRS[number >> place & 1023] for place in range(120, -1, -10)])


def _bytes(letters: str) -> bytes | None:
    try:
        return base64.b32decode(letters.upper() + "======")
    except ValueError:
        return None
