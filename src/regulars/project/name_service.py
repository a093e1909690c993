"""Asking the name service what it says of our mail domain: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). Three seconds, then "couldn't ask"."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

# Name → its TXT records; None: nobody answered.
AskText = Callable[[str], Sequence[str] | None]
SECONDS = 3.0
Verdict = tuple[str, str]  # fine | note | wrong, and a sentence


def text_records(name: str, *, servers: Sequence[str] = (), port: int = 53) -> list[str] | None:
    """The TXT records of a name, [] when there are none, None when nobody could be asked. `servers`: instead of the machine's own."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            resolver.nameservers, resolver.port = list(servers), port
        answer = resolver.resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def verdicts(*, domain: str, selector: str, key: Path | None, ask: AskText) -> Iterator[Verdict]:
    """What the records say, one verdict each; the first question that nobody answers ends it."""
    found = ask(domain)
    if found is None:
        yield "note", f"The name service couldn't be asked about {domain}: SPF, DKIM and DMARC were not looked at."
        return
    yield _spf(domain, found)
    if key is not None:
        name = f"{selector}._domainkey.{domain}"
        found = ask(name)
        yield ("note", f"The name service couldn't be asked about {name}.") if found is None else _dkim(name, found, key)
    yield _dmarc(domain, ask)


def _spf(domain: str, records: Sequence[str]) -> Verdict:
    own = [one for one in records if re.match(r"v=spf1(?: |$)", one, re.IGNORECASE)]
    if not own:
        return "wrong", f"{domain} has no SPF record: write a TXT record that begins with v=spf1 and names your mail server."
    if len(own) > 1:
        return "wrong", f"{domain} has {len(own)} SPF records, and with more than one none counts. Keep one."
    if re.search(r"(?:^|\s)\+?all(?:\s|$)", own[0], re.IGNORECASE):
        return "wrong", f"The SPF record of {domain} allows everybody to send for you: end it with ~all or -all."
    return "fine", f"{domain} has an SPF record."


def _dkim(name: str, records: Sequence[str], key: Path) -> Verdict:
    published = [found.group(1) for one in records if (found := re.search(r"(?:^|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]*)", one))]
    if not published:
        return "wrong", f"There is no key at {name}: no signature of ours can be verified."
    own = _public_part(key)
    if own is None:
        return "wrong", f"The signing key {key.name} can't be read, so it was not compared with {name}."
    if own not in [re.sub(r"\s", "", one) for one in published]:
        return "wrong", f"The key at {name} is not the public part of {key.name}: every signature fails."
    return "fine", f"The key at {name} fits."


def _dmarc(domain: str, ask: AskText) -> Verdict:
    labels = domain.split(".")
    for place in range(max(1, len(labels) - 1)):
        name = "_dmarc." + ".".join(labels[place:])
        found = ask(name)
        if found is None:
            return "note", f"The name service couldn't be asked about {name}."
        if any(one.upper().startswith("V=DMARC1") for one in found):
            return "fine", f"There is a DMARC policy at {name}."
    return "wrong", f"{domain} has no DMARC policy: write a TXT record at _dmarc.{domain}, for a beginning v=DMARC1; p=none."


def _public_part(path: Path) -> str | None:
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        public = load_pem_private_key(path.read_bytes(), password=None).public_key()
    except (OSError, ValueError, TypeError):
        return None
    if isinstance(public, ed25519.Ed25519PublicKey):
        return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
