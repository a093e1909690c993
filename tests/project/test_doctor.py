"""The doctor on mail: in the clear, unsigned, without https, a key that others can read (N8, D16)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from regulars.project.doctor import _mail


def set_up(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    sound = {
        "mail_url": "smtps://relay.example",
        "mail_from": "hello@bakery.example",
        "base_url": "https://bakery.example",
        "mode": "production",
    }
    for name, value in (sound | values).items():
        monkeypatch.setattr(settings.REGULARS, name, value)


def wrongs() -> str:
    return " ".join(one.sentence for one in _mail() if one.tone == "wrong")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "dkim.pem"
    path.write_text("x")
    path.chmod(0o600)
    return path


def test_sound_settings_have_nothing_wrong_and_name_the_records(monkeypatch: pytest.MonkeyPatch, key: Path) -> None:
    set_up(monkeypatch, mail_dkim_key=key)
    assert wrongs() == ""
    notes = " ".join(one.sentence for one in _mail())
    assert "regulars._domainkey.bakery.example" in notes
    assert "_dmarc.bakery.example" in notes


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"mail_url": "smtp://relay.example"}, "in the clear"),
        ({"base_url": "http://bakery.example"}, "RFC 8058"),
        ({"mail_dkim_key": None}, "No message is signed"),
        ({"mail_dkim_key": Path("/nowhere/key.pem")}, "is not there"),
    ],
)
def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch, key: Path, changed: dict[str, object], word: str) -> None:
    set_up(monkeypatch, **({"mail_dkim_key": key} | changed))
    assert word in wrongs()


def test_a_key_that_others_can_read_is_wrong(monkeypatch: pytest.MonkeyPatch, key: Path) -> None:
    key.chmod(0o644)
    set_up(monkeypatch, mail_dkim_key=key)
    assert "chmod 600" in wrongs()


def test_without_a_server_it_says_that_messages_reach_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, mail_url="")
    assert "reach nobody" in " ".join(one.sentence for one in _mail())
