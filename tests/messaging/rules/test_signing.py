"""DKIM: what we sign, an independent library verifies."""

from __future__ import annotations

import base64
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regulars.messaging.rules.composing import Composition, composed
from regulars.messaging.rules.signing import signed

DEBIAN = "/usr/lib/python3/dist-packages"
pytestmark = pytest.mark.pure


@pytest.fixture(scope="module")
def dkim() -> ModuleType:
    """The library of Debian's package python3-dkim: it has no wheel, so it is no locked package of ours."""
    sys.path.append(DEBIAN)
    try:
        return import_module("dkim")
    except ImportError:
        pytest.fail("Signatures are verified by an independent library: install Debian's package `python3-dkim`.", pytrace=False)
    finally:
        sys.path.remove(DEBIAN)


def record(key: rsa.RSAPrivateKey) -> bytes:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.mark.parametrize("body", ["Hello", "Grüße  with   blanks \t\n\n.dot\n\n\n", "x" * 3000])
def test_30_g3_a_signature_holds_and_covers_the_unsubscribe_fields(dkim: ModuleType, body: str) -> None:
    key = rsa.generate_private_key(65537, 2048)
    message = composed(
        Composition(
            from_name="Fennel & Rye", from_address="hello@fennel.example", to_name="Jörg", to_address="j@x.example", subject="Ő" * 90,
            text=body, html=f"<p>{body}</p>", message_id="a@fennel.example", dated_at=datetime(2026, 6, 15, tzinfo=UTC), reply_to="reply+x@fennel.example",
            more=(("List-Unsubscribe", "<https://fennel.example/unsubscribe/x/>, <mailto:x@fennel.example>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        )
    )  # fmt: skip
    content = signed(message, domain="fennel.example", selector="regulars", key=key, at_seconds=1_781_500_000)
    assert dkim.verify(content, dnsfunc=lambda name, timeout=5: record(key) if name == b"regulars._domainkey.fennel.example." else None)
    head = content.split(b"\r\n\r\n")[0].replace(b"\r\n", b"")
    assert b"list-unsubscribe:list-unsubscribe-post" in head
    for changed in (
        content.replace(b"One-Click", b"No-Click!"),
        content.replace(b"Subject: ", b"Subject: x"),
        b"From: eve@x.example\r\n" + content,
    ):
        assert not dkim.verify(changed, dnsfunc=lambda name, timeout=5: record(key))


VERIFY = """
import sys
sys.path.append(sys.argv[1])
import dkim
record = sys.argv[2].encode()
sys.exit(0 if dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: record) else 3)
"""


def test_an_ed25519_signature_holds_and_a_changed_mail_does_not() -> None:
    """RFC 8463, by the same library with libsodium; its binding is built for Debian's own Python, so that verifies in a process of its own."""
    key = ed25519.Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    mail = b"From: a@fennel.example\r\nTo: b@x.example\r\nSubject: Bread\r\n\r\nHello\r\n"
    content = signed(mail, domain="fennel.example", selector="s", key=key, at_seconds=1_781_500_000)

    def verified(text: bytes) -> int:
        words = ["/usr/bin/python3", "-c", VERIFY, DEBIAN, f"v=DKIM1; k=ed25519; p={public}"]
        done = subprocess.run(words, input=text, capture_output=True, check=False)
        assert b"ModuleNotFoundError" not in done.stderr, "install Debian's packages `python3-dkim` and `python3-nacl`"
        return done.returncode

    assert verified(content) == 0
    assert verified(content.replace(b"Hello", b"Hallo")) == 3
    assert verified(content.replace(b"Subject: Bread", b"Subject: Beans")) == 3
