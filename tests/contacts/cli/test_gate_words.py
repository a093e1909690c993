"""`regulars gate ask | rules show | rules apply`, as somebody at a terminal uses them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from regulars.contacts.models import RuleVersion, Slot
from regulars.project import cli

from tests.cast import Cast


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.run(["--no-migrate", "gate", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def alone(cast: Cast) -> str:
    """The bakery's number: there are two businesses in this house."""
    return str(cast.business.pk)


@pytest.mark.django_db
def test_what_is_shown_can_be_applied(alone: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, shown, _err = say(capsys, "rules", "show", "--business", alone)
    assert code == 0
    file = tmp_path / "rules.json"
    file.write_text(shown)
    code, said, _err = say(capsys, "rules", "apply", str(file), "--business", alone)
    assert (code, RuleVersion.objects.count()) == (0, 1)
    assert f"Version {RuleVersion.objects.get().pk} holds" in said
    again = say(capsys, "rules", "show", "--business", alone)[1]
    assert json.loads(again) == json.loads(shown)
    assert "by system:console" in say(capsys, "rules", "show", "--versions", "--business", alone)[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "no JSON"),
        ("[]", "one JSON object"),
        ('{"caps": [{"name": "x", "most": 0, "days": 1}]}', "/caps/0/most"),
        ("[" * 200_000, "no JSON"),
    ],
)
def test_a_file_that_can_t_be_obeyed_is_refused_in_words(
    alone: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "rules.json"
    file.write_text(content)
    code, _out, err = say(capsys, "rules", "apply", str(file), "--business", alone)
    assert code == 2
    assert words in err
    assert not RuleVersion.objects.exists()


@pytest.mark.django_db
def test_a_missing_file_a_wrong_instant_and_an_unclear_business_are_refused(alone: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys, "rules", "apply", "/nowhere/rules.json", "--business", alone)[0] == 2
    assert "no instant" in say(capsys, "rules", "show", "--at", "tomorrow", "--business", alone)[2]
    assert "no instant" in say(capsys, "rules", "show", "--at", "2027-01-01T00:00", "--business", alone)[2]
    assert "--business" in say(capsys, "rules", "show")[2]


@pytest.mark.django_db
def test_the_rules_come_from_the_standard_input_too(
    alone: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"hold_hours": 5}'))
    assert say(capsys, "rules", "apply", "-", "--from", "2030-01-01T00:00+00:00", "--business", alone)[0] == 2
    monkeypatch.setattr("sys.stdin", io.StringIO('{"hold_hours": 5}'))
    assert say(capsys, "rules", "apply", "-", "--business", alone)[0] == 0
    assert RuleVersion.objects.get().document["hold_hours"] == 5


@pytest.mark.django_db
def test_asking_names_reasons_and_reserves_nothing(alone: str, capsys: pytest.CaptureFixture[str], cast: Cast) -> None:
    code, said, _err = say(capsys, "ask", "A-1001", "--business", alone)
    assert code == 0
    assert said.startswith("refuse")
    assert "consent_never_allowed" in said
    answer: dict[str, Any] = json.loads(
        say(capsys, "ask", str(cast.ada.public_id), "--class", "legal", "--purpose", "legal", "--json", "--business", alone)[1]
    )
    assert answer["answer"] == "allow"
    assert say(capsys, "ask", "nobody", "--business", alone)[0] == 2
    assert not Slot.objects.exists()
