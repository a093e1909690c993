"""Signing in by the firm's own service (OpenID Connect), against a provider of our own with real keys (E10)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client

from regulars.staff.adapters import oidc
from regulars.staff.models import OutsideIdentity

from tests.cast import Cast

pytestmark = pytest.mark.django_db
CLIENT = "regulars-test"


class Provider(http.server.ThreadingHTTPServer):
    """A small OpenID provider: hands out codes for whoever it is told to vouch for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        self.asked: dict[str, str] = {}
        self.says: dict[str, Any] = {}

    def token(self) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": self.asked["nonce"], "auth_time": now}
        return jwt.encode(said | self.says, self.signing_key, algorithm="RS256", headers={"kid": "one"})


class Desk(http.server.BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        if self.path.startswith("/keys"):
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            return self.answer({"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]})
        here = self.server.issuer
        return self.answer(
            {"issuer": here, "authorization_endpoint": here + "/a", "token_endpoint": here + "/t", "jwks_uri": here + "/keys"}
        )

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).decode().rstrip("=")
        if form["code"] != ["the-code"] or digest != self.server.asked["code_challenge"]:
            return self.answer({"error": "invalid_grant"}, 400)
        return self.answer({"id_token": self.server.token(), "access_token": "x", "token_type": "Bearer"})

    def answer(self, found: dict[str, Any], status: int = 200) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    server = Provider()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "oidc_issuer": server.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": "s" * 20,
        "outgoing_local": [server.issuer.removeprefix("http://")],
    }.items():
        monkeypatch.setattr(settings.REGULARS, name, value)
    oidc._DOCUMENTS.clear()
    yield server
    server.shutdown()
    server.server_close()


def leave(client: Client, provider: Provider, target: str = "/customers/") -> None:
    response = client.post("/sign-in/elsewhere/", {"next": target})
    asked = {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}
    assert asked["redirect_uri"] == f"{settings.BASE_URL}/sign-in/elsewhere/return/"
    provider.asked = asked


def come_back(client: Client, provider: Provider, **changed: str) -> Any:
    return client.get("/sign-in/elsewhere/return/", {"state": provider.asked["state"], "code": "the-code"} | changed)


def test_somebody_whom_the_firm_vouches_for_comes_in_and_is_known_from_then_on(cast: Cast, provider: Provider) -> None:
    for email in (cast.tom.email.upper(), "another@elsewhere.example"):  # the second time only the subject counts
        client = Client()
        leave(client, provider)
        provider.says = {"sub": "tom-1", "email": email, "email_verified": True}
        assert come_back(client, provider)["Location"] == "/customers/"
        assert client.get("/customers/").status_code == 200
    assert OutsideIdentity.objects.get().employee == cast.tom


def test_an_unverified_address_joins_nobody(cast: Cast, provider: Provider) -> None:
    for verified in (False, None, "true"):
        client = Client()
        leave(client, provider)
        provider.says = {"sub": "x", "email": cast.tom.email, "email_verified": verified}
        assert come_back(client, provider)["Location"] == "/sign-in/"
        assert client.get("/customers/")["Location"].startswith("/sign-in/")
    assert not OutsideIdentity.objects.exists()


def test_a_stranger_with_a_verified_address_gets_no_account(cast: Cast, provider: Provider) -> None:
    client = Client()
    leave(client, provider)
    provider.says = {"sub": "x", "email": "stranger@elsewhere.example", "email_verified": True}
    assert come_back(client, provider)["Location"] == "/sign-in/"


FALSE_WORDS: dict[str, dict[str, Any]] = {
    "for another program": {"aud": "somebody-else"},
    "by another issuer": {"iss": "https://other.example"},
    "too old": {"exp": 1},
    "to another question": {"nonce": "other"},
    "for two programs without saying which asked": {"aud": [CLIENT, "other"]},
}


@pytest.mark.parametrize("false", FALSE_WORDS.values(), ids=FALSE_WORDS.keys())
def test_a_word_that_was_not_given_for_this_is_not_believed(cast: Cast, provider: Provider, false: dict[str, Any]) -> None:
    client = Client()
    leave(client, provider)
    provider.says = {"sub": "x", "email": cast.tom.email, "email_verified": True} | false
    assert come_back(client, provider)["Location"] == "/sign-in/"
    assert not OutsideIdentity.objects.exists()


def test_a_word_signed_by_another_key_is_not_believed(cast: Cast, provider: Provider) -> None:
    client = Client()
    leave(client, provider)
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    provider.says = {"sub": "x", "email": cast.tom.email, "email_verified": True}
    assert come_back(client, provider)["Location"] == "/sign-in/"


def test_somebody_elses_return_address_opens_nothing(cast: Cast, provider: Provider) -> None:
    mine, other = Client(), Client()
    leave(mine, provider)
    provider.says = {"sub": "x", "email": cast.tom.email, "email_verified": True}
    assert come_back(other, provider)["Location"] == "/sign-in/"
    assert come_back(mine, provider, state="made-up")["Location"] == "/sign-in/"
    assert come_back(mine, provider)["Location"] == "/sign-in/"  # the state is used up


def test_a_provider_that_is_away_is_said_in_words(cast: Cast, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.shutdown()
    provider.server_close()
    oidc._DOCUMENTS.clear()
    response = Client().post("/sign-in/elsewhere/", {"next": "/"})
    assert response.status_code == 422
    assert "can&#x27;t be reached" in response.content.decode() or "can't be reached" in response.content.decode()


def test_confirming_elsewhere_needs_the_same_person_asked_just_now(cast: Cast, desk: Client, provider: Provider) -> None:
    session = desk.session
    session["proved_at"] = "2020-01-01T00:00:00+00:00"
    session.save()
    word = {"sub": "ines", "email": cast.ines.email, "email_verified": True}
    for says, goes in (
        (word | {"auth_time": 1000}, "/confirm/"),
        (word | {"sub": "tom", "email": cast.tom.email}, "/confirm/"),
        (word, "/settings/keys/"),
    ):
        leave(desk, provider, "/settings/keys/")
        assert provider.asked["max_age"] == "0"
        provider.says = says
        assert come_back(desk, provider)["Location"] == goes
    assert not desk.get("/account/security/app/").headers.get("Location", "").startswith("/confirm/")
