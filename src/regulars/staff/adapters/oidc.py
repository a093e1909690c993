"""The firm's own sign-in service, by OpenID Connect: the code flow with PKCE (RFC 7636), state and nonce.

What it says is believed only when signed by a key that its issuer publishes, for us (`aud`), now (`exp`) and for this very question (`nonce`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from regulars.groundwork.kernel.outgoing import OutgoingRefused, ask_outside

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LEEWAY_SECONDS = 60
REMEMBERED_SECONDS = 600.0
_DOCUMENTS: dict[str, tuple[float, dict[str, Any]]] = {}


class OutsideFault(Exception):
    """The sign-in service can't be reached, or what it says does not hold."""


@dataclass(frozen=True)
class Vouched:
    """Who the service says has signed in. `signed_in_at` is in seconds since 1970, 0 when it does not say."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    signed_in_at: int


def is_set_up() -> bool:
    """Whether the operator named a sign-in service."""
    return bool(settings.REGULARS.oidc_issuer)


def question(*, return_to: str, fresh: bool) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to remember until it returns. `fresh` wants the person asked again. Raises OutsideFault."""
    remembered = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    digest = hashlib.sha256(remembered["verifier"].encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.REGULARS.oidc_client_id,
        "redirect_uri": return_to,
        "scope": "openid email profile",
        "state": remembered["state"],
        "nonce": remembered["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    if fresh:
        asked |= {"max_age": "0", "prompt": "login"}
    address = str(_about()["authorization_endpoint"])
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", remembered


def answer(*, remembered: dict[str, str], code: str, return_to: str) -> Vouched:
    """Exchange the code that the browser brought for the service's word. Raises OutsideFault."""
    body = urlencode(
        {"grant_type": "authorization_code", "code": code, "redirect_uri": return_to, "code_verifier": remembered["verifier"]}
    ).encode()
    pair = f"{settings.REGULARS.oidc_client_id}:{settings.REGULARS.oidc_client_secret}"
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    found = _read(str(_about()["token_endpoint"]), method="POST", headers=headers, body=body)
    return _believed(str(found.get("id_token", "")), remembered["nonce"])


def _believed(token: str, nonce: str) -> Vouched:
    import jwt  # loads here: few requests need it

    issuer, client = settings.REGULARS.oidc_issuer, settings.REGULARS.oidc_client_id
    try:
        said = jwt.decode(
            token,
            _key_of(token),
            algorithms=ALGORITHMS,
            audience=client,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
    except jwt.PyJWTError as fault:
        raise OutsideFault(str(fault)) from None
    if not secrets.compare_digest(str(said.get("nonce", "")), nonce):
        raise OutsideFault("the answer belongs to another question")
    if isinstance(said["aud"], list) and len(said["aud"]) > 1 and said.get("azp") != client:
        raise OutsideFault("the answer was made for another program")
    when = said.get("auth_time", 0)
    return Vouched(
        issuer=issuer,
        subject=str(said["sub"])[:255],
        email=str(said.get("email", ""))[:254],
        email_verified=said.get("email_verified") is True,
        signed_in_at=when if isinstance(when, int) else 0,
    )


def _key_of(token: str) -> Any:
    """The published key that a token names; asked for anew once when it is not among those remembered."""
    import jwt  # loads here: few requests need it

    address = str(_about()["jwks_uri"])
    named = jwt.get_unverified_header(token).get("kid")
    for anew in (False, True):
        keys = jwt.PyJWKSet.from_dict(_remembered(address, anew=anew)).keys
        fitting = [key for key in keys if key.key_id == named or (named is None and len(keys) == 1)]
        if fitting:
            return fitting[0].key
    raise OutsideFault("the answer is signed with a key that nobody published")


def _about() -> dict[str, Any]:
    """The service's description of itself (OpenID Connect Discovery 1.0)."""
    issuer = settings.REGULARS.oidc_issuer
    found = _remembered(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer or not all(found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
        raise OutsideFault("the service describes itself as another one")
    return found


def _remembered(address: str, *, anew: bool = False) -> dict[str, Any]:
    since, found = _DOCUMENTS.get(address, (0.0, {}))
    if anew or not found or time.monotonic() - since > REMEMBERED_SECONDS:
        found = _read(address)
        _DOCUMENTS[address] = (time.monotonic(), found)
    return found


def _read(address: str, **asked: Any) -> dict[str, Any]:
    try:
        answered = ask_outside(url=address, **asked)
        found = json.loads(answered.body)
    except (OutgoingRefused, ValueError) as fault:
        raise OutsideFault(str(fault)) from None
    if answered.status != 200 or not isinstance(found, dict):
        raise OutsideFault(f"the service answered {answered.status}")
    return found
