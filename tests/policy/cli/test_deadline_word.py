"""`regulars policy deadline`: the answer that scripts rely on, and its refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regulars.project.cli import run

BERLIN: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "exceptions": {"2026-12-24": [["09:00", "12:00"]]},
    "holidays": ["2026-12-25"],
}
Capture = pytest.CaptureFixture[str]


def asked(capsys: Capture, tmp_path: Path, *words: str, calendar: object = BERLIN) -> tuple[int, str, str]:
    path = tmp_path / "calendar.json"
    path.write_text(calendar if isinstance(calendar, str) else json.dumps(calendar))
    code = run(["policy", "deadline", "--calendar", str(path), *words])
    found = capsys.readouterr()
    return code, found.out, found.err


def test_the_answer_names_the_deadline_and_each_interval(capsys: Capture, tmp_path: Path) -> None:
    code, out, _err = asked(capsys, tmp_path, "--target", "4bh", "--from", "2026-12-24T10:00:00+01:00", "--format", "json")
    answer = json.loads(out)
    assert code == 0
    assert (answer["due_utc"], answer["due_local"]) == ("2026-12-28T10:00:00Z", "2026-12-28T11:00:00+01:00")
    assert [(one["from"][5:16], one["to"][5:16], one["counted"], one["seconds"], one["why"]) for one in answer["explanation"]] == [
        ("12-24T10:00", "12-24T12:00", True, 7200, "working_time"),
        ("12-24T12:00", "12-25T00:00", False, 0, "exception"),
        ("12-25T00:00", "12-26T00:00", False, 0, "holiday"),
        ("12-26T00:00", "12-28T09:00", False, 0, "outside_working_time"),
        ("12-28T09:00", "12-28T11:00", True, 7200, "working_time"),
    ]


def test_pauses_may_be_repeated_and_say_what_they_kept_out(capsys: Capture, tmp_path: Path) -> None:
    words = ["--target", "8bh", "--from", "2026-11-23T10:00", "--format", "json"]
    pauses = ["--pause", "2026-11-23T12:00/2026-11-23T13:00", "--pause", "2026-11-23T17:30/2026-11-24T08:00"]
    answer = json.loads(asked(capsys, tmp_path, *words, *pauses)[1])
    assert answer["due_local"] == "2026-11-24T11:00:00+01:00"
    sentences = [one["sentence"] for one in answer["explanation"] if one["why"] == "paused"]
    assert sentences == ["waiting: 3600 business seconds paused", "waiting: 0 business seconds paused"]


def test_people_get_lines(capsys: Capture, tmp_path: Path) -> None:
    code, out, _err = asked(capsys, tmp_path, "--target", "2bh", "--from", "2026-11-20T16:30")
    assert code == 0
    assert out.startswith("Due 2026-11-23T10:30:00+01:00 (2026-11-23T09:30:00Z)\n  + 2026-11-20T16:30:00+01:00")


REFUSED: list[tuple[str, list[str], object, str]] = [
    ("no working time", [], {"zone": "UTC", "weekly": {}}, "has no working time at all"),
    ("twice", [], '{"zone": "UTC", "zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}', "stands twice"),
    ("no JSON", [], "zone: UTC", "holds no JSON"),
    ("deep", [], "[" * 100_000, "holds no JSON"),
    ("target", ["--target", "8 hours"], BERLIN, "is no target"),
    ("start", ["--from", "tomorrow"], BERLIN, "is no instant"),
    ("skipped", ["--from", "2027-03-28T02:30"], BERLIN, "does not exist in Europe/Berlin"),
    ("far", ["--from", "9999-12-31T23:59"], BERLIN, "outside the years"),
    ("pause backwards", ["--pause", "2026-11-24T10:00/2026-11-23T10:00"], BERLIN, "ends before it begins"),
    ("half a pause", ["--pause", "2026-11-24T10:00"], BERLIN, "is no pause"),
    ("runs out", [], {"zone": "UTC", "weekly": {}, "exceptions": {"2026-11-24": [["09:00", "10:00"]]}}, "not enough working time left"),
]


@pytest.mark.parametrize(("words", "calendar", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_can_not_be_answered_is_refused(capsys: Capture, tmp_path: Path, words: list[str], calendar: object, reason: str) -> None:
    code, out, err = asked(capsys, tmp_path, "--target", "8bh", "--from", "2026-11-23T10:00", *words, calendar=calendar)
    assert (code, out) == (2, "")
    assert reason in err


def test_a_file_that_is_not_there_is_refused(capsys: Capture) -> None:
    assert run(["policy", "deadline", "--calendar", "/nowhere.json", "--target", "8bh", "--from", "2026-11-23T10:00"]) == 2
    assert "can't be read" in capsys.readouterr().err


@pytest.mark.once
def test_it_needs_no_database(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text(json.dumps(BERLIN))
    words = ["policy", "deadline", "--calendar", str(path), "--target", "8bh", "--from", "2026-11-23T10:00"]
    environment = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nowhere", "PYTHONPATH": "src", "REGULARS_VAR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "regulars", *words], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Due 2026-11-24T10:00:00+01:00")
