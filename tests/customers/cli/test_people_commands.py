"""`regulars customers …` as an operator types it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.models import Customer, Merge
from regulars.customers.queries import cluster_of
from regulars.groundwork.kernel.refusals import Refusal
from regulars.project.cli import parser

from tests.cast import Cast, enrol

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.chdir(tmp_path)


def say(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    arguments = parser().parse_args(["customers", *words, "--json", "--business", "Fennel & Rye"])
    assert arguments.run(arguments) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_merging_and_taking_it_back(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    answer = say(capsys, "merge", "B-1002", "card:A-1001", "--reason", "same phone")
    assert answer["into"] == str(cast.ada.public_id)
    assert cluster_of(scope=cast.scope, customer_id=cast.bo.pk) == (cast.ada.pk, cast.bo.pk)
    assert Merge.objects.get().reason == "same phone"
    assert say(capsys, "unmerge", str(cast.bo.public_id))["from"] == str(cast.ada.public_id)
    assert cluster_of(scope=cast.scope, customer_id=cast.bo.pk) == (cast.bo.pk,)
    with pytest.raises(Refusal, match="not merged"):
        say(capsys, "unmerge", "B-1002")


def test_an_export_is_written_once(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = say(capsys, "export", "A-1001", "--to", "ada.zip")
    with zipfile.ZipFile(tmp_path / "ada.zip") as archive:
        assert json.loads(archive.read("export.json"))["sections"]["numbers"] == [{"source": "card", "number": "A-1001"}]
    assert answer["rows"]["contact-points"] == 1
    assert (tmp_path / "ada.zip").stat().st_mode & 0o077 == 0
    with pytest.raises(Refusal, match="exists already"):
        say(capsys, "export", "A-1001", "--to", "ada.zip")


def test_forgetting_wants_a_clear_yes(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refusal, match="for ever"):
        say(capsys, "forget", "A-1001")
    say(capsys, "hold", "A-1001", "--reason", "dispute")
    with pytest.raises(Refusal, match="dispute"):
        say(capsys, "forget", "A-1001", "--yes")
    say(capsys, "release", "A-1001")
    assert say(capsys, "forget", "A-1001", "--yes")["records"] == 1
    assert Customer.objects.get(pk=cast.ada.pk).given_name == ""
    assert say(capsys, "forget", "--replay") == {"entries": 1, "forgotten": 0}
    with pytest.raises(Refusal, match="no customer"):
        say(capsys, "export", "A-1001")


def test_who_is_meant_must_be_clear(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    other = enrol(cast.business, "Una", "Other", "U-1", None)
    other.external_ids.create(business=cast.business, source="shop", value="A-1001")
    with pytest.raises(Refusal, match="More than one"):
        say(capsys, "merge", "A-1001", "B-1002")
    assert say(capsys, "merge", "shop:A-1001", "B-1002")["record"] == str(other.public_id)
    with pytest.raises(Refusal, match="Name the customer"):
        say(capsys, "forget")
