"""`regulars mail ingest`, as an operator calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regulars.messaging.models import ReceivedMail
from regulars.project import cli

from tests.cast import Cast
from tests.messaging.letters import letter

pytestmark = pytest.mark.django_db


def ran(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[dict[str, str | None]]]:
    code = cli.run(["--no-migrate", "mail", *map(str, words)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_object_a_message_and_code_0_also_when_some_are_parked(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.eml").write_bytes(letter(number="a"))
    (tmp_path / "b.eml").write_bytes(b"")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "d.eml").write_bytes(b"Received: x\r\n" + letter(number="a"))
    code, told = ran(capsys, "ingest", tmp_path, "--mailbox", "shop", "--json")
    assert code == 0
    assert [list(one) for one in told] == [["file", "receipt", "state", "reason", "customer", "contact"]] * 3
    assert [(Path(str(one["file"])).name, one["state"], one["reason"]) for one in told] == [
        ("a.eml", "contact", None),
        ("b.eml", "parked", "empty"),
        ("d.eml", "duplicate", "same_mail"),
    ]
    assert told[0]["customer"] == str(cast.ada.public_id)
    assert told[0]["contact"]
    code, again = ran(capsys, "ingest", tmp_path / "a.eml", "--mailbox", "shop", "--json")
    assert (code, again[0]["state"], again[0]["receipt"]) == (0, "duplicate", told[0]["receipt"])
    code, parked = ran(capsys, "parked", "--json")
    assert [one["receipt"] for one in parked] == [told[1]["receipt"]]
    code, retried = ran(capsys, "retry", "--json")
    assert (code, retried[0]["state"], retried[0]["reason"]) == (0, "parked", "empty")


def test_the_messages_of_an_mbox_come_one_by_one(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = b"one\n\n>From here on\n\nFrom me to you\n\nnot a new mail"
    content = b"".join(
        b"From ada@mail.example Mon Jun 15 10:00:0%d 2026\n" % n + letter(body, number=str(n)).replace(b"\r\n", b"\n") + b"\n"
        for n in range(3)
    )
    (tmp_path / "all.mbox").write_bytes(content)
    code, told = ran(capsys, "ingest", tmp_path / "all.mbox", "--json")
    assert (code, [one["state"] for one in told]) == (0, ["contact"] * 3)
    assert all(
        text == "one\n\nFrom here on\n\nFrom me to you\n\nnot a new mail" for text in ReceivedMail.objects.values_list("text", flat=True)
    )


def test_a_place_that_is_not_there_is_refused(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--no-migrate", "mail", "ingest", str(tmp_path / "nothing")]) == 2
    assert "no file or folder" in capsys.readouterr().err
