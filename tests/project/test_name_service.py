"""What the doctor reads in the name service: from a server of our own, never from the network."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dns.message
import dns.rcode
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from regulars.project import name_service
from regulars.project.name_service import text_records, verdicts

pytestmark = pytest.mark.pure
Zone = dict[str, list[str]]


@pytest.fixture
def zone() -> Zone:
    return {}


@pytest.fixture
def server(zone: Zone) -> Iterator[partial[list[str] | None]]:
    """A name server on this machine that knows the zone."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                wire, who = line.recvfrom(4096)
            except OSError:
                return
            asked = dns.message.from_wire(wire)
            answer, name = dns.message.make_response(asked), asked.question[0].name
            texts = zone.get(name.to_text(omit_final_dot=True))
            if texts is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            else:
                parts = [" ".join(f'"{text[place : place + 200]}"' for place in range(0, len(text), 200)) for text in texts]
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *parts))
            line.sendto(answer.to_wire(), who)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield partial(text_records, servers=["127.0.0.1"], port=line.getsockname()[1])
    line.close()


def keys(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    """Both kinds of key as a file and as its record says it."""
    found = {}
    for name, key in (("rsa", rsa.generate_private_key(65537, 2048)), ("ed25519", ed25519.Ed25519PrivateKey.generate())):
        path = tmp_path / f"{name}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key()
        shape = (Encoding.Raw, PublicFormat.Raw) if name == "ed25519" else (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found[name] = path, base64.b64encode(public.public_bytes(*shape)).decode()
    return found


def told(ask: partial[list[str] | None], key: Path | None = None, domain: str = "bakery.example") -> list[tuple[str, str]]:
    return list(verdicts(domain=domain, selector="regulars", key=key, ask=ask))


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_sound_records_are_fine_and_the_key_is_compared(zone: Zone, server: partial[list[str] | None], tmp_path: Path, kind: str) -> None:
    path, public = keys(tmp_path)[kind]
    zone["bakery.example"] = ["other=1", "v=spf1 mx -all"]
    zone["regulars._domainkey.bakery.example"] = [f"v=DKIM1; k={kind}; p={public}"]
    zone["_dmarc.bakery.example"] = ["v=DMARC1; p=none"]
    assert [tone for tone, _sentence in told(server, path)] == ["fine", "fine", "fine"]
    assert [tone for tone, _sentence in told(server, path, "mail.bakery.example")] == ["wrong", "wrong", "fine"], (
        "the policy of the domain above counts"
    )
    zone["regulars._domainkey.bakery.example"] = [f"v=DKIM1; k={kind}; p=AAAA{public[4:]}"]
    assert "every signature fails" in told(server, path)[1][1]
    zone["regulars._domainkey.bakery.example"] = ["v=DKIM1; p="]
    assert told(server, path)[1][0] == "wrong"


@pytest.mark.parametrize(
    ("records", "word"),
    [
        ([], "no SPF record"),
        (["v=spf10 mx"], "no SPF record"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "2 SPF records"),
        (["v=spf1 +all"], "everybody"),
        (["v=spf1 mx all"], "everybody"),
    ],
)
def test_what_is_wrong_with_spf_is_said(zone: Zone, server: partial[list[str] | None], records: list[str], word: str) -> None:
    if records:
        zone["bakery.example"] = records
    tone, sentence = told(server)[0]
    assert tone == "wrong"
    assert word in sentence


def test_a_missing_policy_is_wrong(zone: Zone, server: partial[list[str] | None]) -> None:
    assert "no DMARC policy" in told(server)[-1][1]


def test_offline_it_says_that_it_could_not_ask_and_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_service, "SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        found = told(partial(text_records, servers=["127.0.0.1"], port=deaf.getsockname()[1]))
    assert [tone for tone, _sentence in found] == ["note"]
    assert "couldn't be asked" in found[0][1]
