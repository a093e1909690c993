"""Secrets sealed under a key of their use."""

from __future__ import annotations

import hashlib
import hmac

from regulars.groundwork.kernel.sealing import key_for, sealed, unsealed


def test_a_secret_opens_for_its_own_use_and_installation_only(settings: object) -> None:
    box = sealed("open sesame", use="shop secrets")
    assert "sesame" not in box
    assert unsealed(box, use="shop secrets") == "open sesame"
    assert unsealed(box, use="mailbox passwords") == ""
    settings.SECRET_KEY = "another installation's key, long enough"  # type: ignore[attr-defined] # pytest-django's
    assert unsealed(box, use="shop secrets") == ""
    assert (sealed("", use="shop secrets"), unsealed("", use="shop secrets")) == ("", "")


def test_what_earlier_versions_sealed_still_opens(settings: object) -> None:
    secret: str = settings.SECRET_KEY  # type: ignore[attr-defined] # pytest-django's
    for use in ("mail tokens", "mailbox passwords", "shop secrets"):
        assert key_for(use) == hmac.new(secret.encode(), f"regulars {use}".encode(), hashlib.sha256).digest()
