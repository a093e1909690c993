"""`regulars loyalty vouchers`: a file of codes, and a code used."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Voucher, VoucherBatch
from regulars.project.cli import run

from tests.cast import Cast
from tests.loyalty.rewarding import JUNE, catalogue

pytestmark = pytest.mark.django_db


def said(cast: Cast, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with clock.standing_at(JUNE):
        code = run(["loyalty", *words, "--business", cast.business.name])
    out, err = capsys.readouterr()
    return code, out, err


def made(cast: Cast, capsys: pytest.CaptureFixture[str], file: Path, *more: str) -> tuple[int, str, str]:
    return said(cast, capsys, "vouchers", "make", "--program", "crumbs", "--reward", "coffee", "--count", "3", "--to", str(file), *more)


def test_codes_go_into_a_file_that_only_its_owner_reads_and_are_used_from_it(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue(cast, where={"branches": ["market"]})
    file = tmp_path / "codes.csv"
    code, out, _err = made(cast, capsys, file, "--until", "2026-07-31", "--once-each", "--uses", "2")
    assert (code, out) == (0, f"3 codes are in {file}.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [(one["reward"], one["ends_at"][:10]) for one in rows] == [("coffee", "2026-07-31")] * 3
    assert len({one["code"] for one in rows}) == 3
    words = ("vouchers", "redeem", rows[0]["code"], "--card", "A-1001", "--branch")
    assert said(cast, capsys, *words, "station")[0] == 2
    assert said(cast, capsys, *words, "market") == (0, "Used: one “coffee”.\n", "")
    again, out, err = said(cast, capsys, *words, "market")
    assert (again, out) == (2, "")
    assert "can't be used" in err
    assert Voucher.objects.filter(uses_count=1).count() == 1


def test_no_file_is_written_over_and_no_code_is_made_without_its_file(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue(cast)
    file = tmp_path / "codes.csv"
    file.write_text("mine")
    assert made(cast, capsys, file)[0] == 2
    assert made(cast, capsys, tmp_path / "nowhere" / "codes.csv")[0] == 2
    assert file.read_text() == "mine"
    late = tmp_path / "late.csv"
    assert made(cast, capsys, late, "--until", "2026-01-01")[0] == 2
    assert not late.exists()
    assert not VoucherBatch.objects.exists()


def test_an_unknown_card_or_branch_is_said_and_uses_nothing(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(cast)
    file = tmp_path / "codes.csv"
    made(cast, capsys, file)
    text = file.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]
    for words in (["--card", "Z-9"], ["--branch", "moon"]):
        code, _out, err = said(cast, capsys, "vouchers", "redeem", text, *words)
        assert (code, words[1] in err) == (2, True)
    assert not Voucher.objects.filter(uses_count__gt=0).exists()


def test_ends_of_vouchers_are_booked_with_those_of_points(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue(cast)
    made(cast, capsys, tmp_path / "codes.csv")
    Voucher.objects.update(ends_at=JUNE)
    code, out, _err = said(cast, capsys, "expire")
    assert (code, "3 vouchers have ended." in out) == (0, True)
