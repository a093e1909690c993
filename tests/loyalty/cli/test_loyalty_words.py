"""`regulars loyalty`: what it prints, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.db import connection

from regulars.groundwork.kernel import clock
from regulars.project.cli import run

from tests.cast import Cast
from tests.loyalty.club import BASE, DAY, bought, document, local, opened

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")


def said(cast: Cast, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with clock.standing_at(JUNE + 40 * DAY):
        code = run(["loyalty", *words, "--business", cast.business.name])
    return code, capsys.readouterr().out


def test_a_program_is_checked_applied_and_shown(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "crumbs.json"
    file.write_text(document(typo=1))
    code, out = said(cast, capsys, "program", "check", str(file))
    assert code == 1
    assert out.startswith("typo: unknown_key")
    assert said(cast, capsys, "program", "apply", str(file))[0] == 1
    file.write_text(document())
    assert said(cast, capsys, "program", "check", str(file)) == (0, "“Crumbs” can be applied.\n")
    code, out = said(cast, capsys, "program", "apply", str(file))
    assert (code, out.split(",")[0]) == (0, "Version 1")
    assert "Nothing has changed" in said(cast, capsys, "program", "apply", str(file))[1]
    code, out = said(cast, capsys, "program", "show", "crumbs")
    file.write_text(out)
    assert "Nothing has changed" in said(cast, capsys, "program", "apply", str(file))[1]
    assert said(cast, capsys, "program", "show", "crumbs", "--versions")[1].startswith("1 2026-07-25")
    assert said(cast, capsys, "program", "show", "none")[0] != 0


def test_show_says_what_a_file_says_and_what_it_would_change(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "crumbs.json"
    file.write_text(document())
    code, out = said(cast, capsys, "program", "show", str(file))
    assert code == 0
    assert out.startswith("Crumbs (crumbs)\n")
    assert "How it is earned\n  One point per euro: 1 Points for each €1.00 spent.\n" in out
    assert out.endswith("There is no program “crumbs” yet.\n")
    assert said(cast, capsys, "program", "show", "crumbs")[0] != 0, "showing applies nothing"
    opened(cast, at=JUNE)
    assert "It says the same as version 1, in force from 2026-06-15T" in said(cast, capsys, "program", "show", str(file))[1]
    file.write_text(document(name="Crusts", points={"worth": "0.20", "expiry": {"kind": "fixed", "months": 6}}))
    lines = said(cast, capsys, "program", "show", str(file))[1].splitlines()
    assert any(line.startswith("It changes 4 things of version 1") for line in lines)
    assert "  name: Crusts instead of Crumbs" in lines
    assert "  units.points.worth: 0.20 instead of 0.10" in lines
    assert "  units.points.expiry.months: now 6" in lines
    assert said(cast, capsys, "program", "show", str(file), "--versions")[1].startswith("1 2026-06-15")


def test_show_tells_a_code_from_a_file(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crumbs").write_text(document())
    assert said(cast, capsys, "program", "show", "crumbs")[1].startswith("Crumbs (crumbs)"), "no such program, but a file"
    opened(cast, at=JUNE)
    assert json.loads(said(cast, capsys, "program", "show", "crumbs")[1])["code"] == "crumbs", "the program comes before a file of its name"
    assert said(cast, capsys, "program", "show", "./crumbs")[1].startswith("Crumbs (crumbs)")
    assert said(cast, capsys, "program", "show", "missing.json")[0] != 0
    (tmp_path / "typo.json").write_text(document(typo=1))
    code, out = said(cast, capsys, "program", "show", "typo.json")
    assert (code, out.split(":")[0]) == (1, "typo")


def test_50_what_is_worse_for_members_is_named_and_waits_for_its_notice(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(cast, notice_days=30)
    bought(cast, cast.ada, "10", at=JUNE)
    file = tmp_path / "crumbs.json"
    file.write_text(document(notice_days=30, earning=[BASE | {"points": "0.5"}], name="Crusts"))
    code, out = said(cast, capsys, "program", "check", str(file))
    assert code == 1
    assert "worse earning.base.points: 0.5 instead of 1, members earn less" in out
    assert "neutral name: Crusts instead of Crumbs, words only" in out
    assert "It may begin at 2026-08-24T10:00:00+00:00." in out
    code, out = said(cast, capsys, "program", "apply", str(file))
    assert (code, "it may begin on 2026-08-25" in out) == (1, True)
    file.write_text(document(notice_days=30, earning=[BASE | {"points": "0.5"}], effective_at="2026-08-25T00:00:00+02:00"))
    assert said(cast, capsys, "program", "check", str(file))[0] == 0
    assert said(cast, capsys, "program", "apply", str(file))[1].startswith("Version 2")


def test_28_who_has_to_be_told_is_listed_and_that_they_were_is_noted(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    program = ["--program", "crumbs"]
    opened(cast, points={"expiry": {"kind": "activity", "months": 3, "notice": {}}})
    bought(cast, cast.ada, "10", at=JUNE)
    assert said(cast, capsys, "notices", "wanted", *program) == (0, f"{cast.ada.public_id} points 10 2026-09-15T22:00:00+00:00\n")
    proof = ["--unit", "points", "--way", "letter", "--proof", "RN 1"]
    noted = ["notices", "record", str(cast.ada.public_id), *program, *proof]
    assert said(cast, capsys, *noted) == (0, "They end at 2026-09-15T22:00:00+00:00.\n")
    assert said(cast, capsys, "notices", "wanted", *program) == (0, "")
    assert said(cast, capsys, *noted)[0] != 0


def test_statement_ends_export_and_proof(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    opened(cast, at=local("2026-06-15 00:00"), points={"expiry": {"kind": "fixed", "months": 1}, "scale": 1})
    bought(cast, cast.ada, "10.50", at=JUNE)
    assert said(cast, capsys, "expire", "--as-of", "2026-07-10T00:00+02:00") == (0, "Ends were booked for 0 accounts.\n")
    assert said(cast, capsys, "expire") == (0, "Ends were booked for 1 accounts.\n")
    assert said(cast, capsys, "expire", "--as-of", "2027-07-10T00:00+02:00")[0] != 0
    days = json.loads(
        said(cast, capsys, "statement", "--program", "crumbs", "--from", "2026-06-15", "--to", "2026-07-25", "--format", "json")[1]
    )["days"]
    assert (days[0]["issued"], days[0]["closing"], days[-1]["expired"], days[-1]["closing"]) == ("10.5", "10.5", "-10.5", "0.0")
    rows = list(csv.DictReader(io.StringIO(said(cast, capsys, "export", "entries")[1])))
    assert [(row["kind"], row["giver"], row["getter"], row["units"], row["version"]) for row in rows] == [
        ("issued", "issued", "member", "10.5", "1"),
        ("expired", "member", "expired", "10.5", "1"),
    ]
    assert json.loads(said(cast, capsys, "export", "entries", "--format", "json")[1].splitlines()[0])["kind"] == "issued"
    assert said(cast, capsys, "close", "--program", "crumbs", "--through", "2026-07-24")[1] == "40 days closed.\n"
    assert said(cast, capsys, "verify") == (0, "0 accounts don't agree.\n")


def test_a11_verify_names_the_account_and_stops_spending(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    opened(cast)
    bought(cast, cast.ada, "10", at=JUNE)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_account SET balance = 11")
    assert run(["verify"]) == 1
    assert "BROKEN loyalty.books: account" in capsys.readouterr().out
    code, out = said(cast, capsys, "verify")
    assert code == 1
    assert "Spending in “crumbs” is stopped now." in out
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_account SET balance = 10")
    assert said(cast, capsys, "verify")[0] == 0
    assert said(cast, capsys, "thaw", "--program", "crumbs")[1] == "Members can spend again.\n"
