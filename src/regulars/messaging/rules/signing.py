"""DKIM (RFC 6376, RFC 8463): a signature over the body and the fields that matter, relaxed in both."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

type Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
)


def signed(message: bytes, *, domain: str, selector: str, key: Key, at_seconds: int) -> bytes:
    """The message with a DKIM-Signature before it. `From` is named twice, so that nobody can add another."""
    head, _sep, body = message.partition(b"\r\n\r\n")
    fields = _fields(head)
    names = [name for name in SIGNED if name in fields]
    from cryptography.hazmat.primitives.asymmetric import rsa  # loads here: only who sends mail needs it

    algorithm = "rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "ed25519-sha256"
    body_hash = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
    listed = ":".join([*names, "from"])
    value = (
        f"v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector}; t={at_seconds};\r\n"
        f" h={_wrapped(listed, ':')};\r\n bh={body_hash};\r\n b="
    )
    content = b"".join(f"{name}:".encode() + _relaxed(fields[name]) + b"\r\n" for name in names)
    content += b"dkim-signature:" + _relaxed(value.encode())
    signature = base64.b64encode(_sealed(key, content)).decode()
    return f"DKIM-Signature: {value}{_wrapped(signature)}\r\n".encode() + message


def _sealed(key: Key, content: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(hashlib.sha256(content).digest())


def _fields(head: bytes) -> dict[str, bytes]:
    """The last value of each field, as verifiers take them from below."""
    found: dict[str, bytes] = {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _sep, value = line.partition(b":")
        found[name.strip().lower().decode("ascii", "replace")] = value
    return found


def _relaxed(value: bytes) -> bytes:
    return re.sub(rb"[ \t]+", b" ", re.sub(rb"\r\n", b"", value)).strip(b" \t")


def _relaxed_body(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _wrapped(text: str, after: str = "") -> str:
    """Lines of at most 70 letters; names are cut only after their colon."""
    if after:
        lines, line = [], ""
        for word in text.split(after):
            if len(line) + len(word) > 66:
                lines.append(line)
                line = ""
            line += word + after
        return "\r\n  ".join([*lines, line]).rstrip(after)
    return "\r\n  ".join(text[place : place + 70] for place in range(0, len(text), 70))
