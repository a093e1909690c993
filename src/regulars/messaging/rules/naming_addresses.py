"""Which addresses stand anywhere in a mail that nobody could read: in its bytes as they are, and behind its transfer encodings."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

_ADDRESS = re.compile(rb"[A-Za-z0-9._%+'\x80-\xff-]{1,64}@[A-Za-z0-9.\x80-\xff-]{1,255}")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{20,}={0,2}\r?\n?)+")
_WORD = re.compile(rb"=\?[^?\s]{1,40}\?[bB]\?([A-Za-z0-9+/=]+)\?=")


def addresses_named(raw: bytes) -> set[str]:
    """Every address in small letters, without the full stop that may follow it."""
    texts = [raw, quopri.decodestring(raw)] if b"=" in raw else [raw]
    texts += [_unpacked(found.group()) for found in _BASE64.finditer(raw)] + [_unpacked(found.group(1)) for found in _WORD.finditer(raw)]
    return {found.group().decode("utf-8", "replace").strip(".").casefold() for text in texts for found in _ADDRESS.finditer(text)}


def _unpacked(text: bytes) -> bytes:
    packed = re.sub(rb"\s", b"", text).rstrip(b"=")
    try:
        return base64.b64decode(packed[: len(packed) - (len(packed) % 4 == 1)] + b"==")
    except binascii.Error:
        return b""
