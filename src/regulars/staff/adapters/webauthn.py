"""Passkeys by the `fido2` library: questions for the browser, and whether its answers hold (W3C WebAuthn level 3)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from regulars.staff.rules.factors import place_for_passkeys

State = dict[str, Any]


class BadAnswer(Exception):
    """The browser's answer does not hold."""


@dataclass(frozen=True)
class Registered:
    """A new key pair's public half."""

    credential_id: str
    credential: str
    sign_count: int


def question_to_register(*, user_id: bytes, name: str, shown_name: str, held: Sequence[str]) -> tuple[dict[str, Any], State]:
    """What the browser must be asked to make a passkey, and what we must remember until it answers."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=user_id, name=name, display_name=shown_name),
        [_unpacked(text) for text in held],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def registered(*, state: State, answer: Mapping[str, Any]) -> Registered:
    """The key pair that the browser made. Raises BadAnswer."""
    try:
        made = _server().register_complete(state, answer)
    except Exception as fault:  # The library raises a dozen kinds for hostile bytes; each means the same to us.
        raise BadAnswer from fault
    held = made.credential_data
    assert held is not None
    return Registered(_text(held.credential_id), _text(bytes(held)), made.counter)


def question_to_prove(*, held: Sequence[str]) -> tuple[dict[str, Any], State]:
    """What the browser must be asked to use a passkey: one of these, or without any named whichever it keeps for us."""
    options, state = _server().authenticate_begin(
        [_unpacked(text) for text in held] or None, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), state


def proved(*, state: State, answer: Mapping[str, Any], credential: str) -> int:
    """The new signature count when the answer is signed by this passkey. Raises BadAnswer."""
    try:
        response = AuthenticationResponse.from_dict(answer)
        assert response is not None
        _server().authenticate_complete(state, [_unpacked(credential)], response)
        return response.response.authenticator_data.counter
    except Exception as fault:
        raise BadAnswer from fault


def credential_id_in(answer: Mapping[str, Any]) -> str:
    """The passkey that an answer says it used."""
    raw = str(answer.get("rawId", ""))[:1400]
    return raw.rstrip("=")


def _server() -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Regulars", id=place_for_passkeys(settings.BASE_URL) or "localhost"), verify_origin=_is_ours
    )


def _is_ours(origin: str) -> bool:
    """Only pages under the configured address; while one tries things out on a single machine, any port of it."""
    ours, theirs = urlsplit(settings.BASE_URL), urlsplit(origin)
    if ours.hostname == "localhost" == theirs.hostname:
        return True
    return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpacked(text: str) -> AttestedCredentialData:
    return AttestedCredentialData(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
