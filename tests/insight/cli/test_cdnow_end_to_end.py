"""A stranger's way: a file of purchases in, the report out, on the command line alone."""

from __future__ import annotations

import csv
import json

import pytest

from regulars.project.cli import run

from tests.insight.published import packaged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cdnow_file(tmp_path):
    """CDNOW's sample as a shop would export it."""
    path = tmp_path / "cdnow.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["customer", "date", "quantity", "amount"])
        for line in packaged("lifetimes", "CDNOW_sample.txt").read_text().splitlines():
            _, number, stamp, quantity, amount = line.split()
            writer.writerow([number, f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:]}", quantity, amount])
    return path


def answer_of(capsys, *words: str) -> dict:
    capsys.readouterr()
    assert run([*words]) == 0
    return json.loads(capsys.readouterr().out)


def test_cdnow_from_a_file_to_the_published_figures(cdnow_file, capsys):
    columns = ["--map", "customer=customer", "--map", "at=date", "--map", "amount=amount", "--map", "quantity=quantity"]
    taken = answer_of(capsys, "import", "purchases", str(cdnow_file), *columns, "--currency", "USD", "--yes", "--json")
    assert (taken["read"], taken["created"], taken["failed"]) == (6919, 6919, 0)
    again = answer_of(capsys, "import", "purchases", str(cdnow_file), *columns, "--currency", "USD", "--yes", "--json")
    assert (again["read"], again["created"], again["identical"]) == (6919, 0, 6919)

    assert run(["insight", "refresh", "--calibration-end", "1997-09-30"]) == 0
    report = answer_of(capsys, "insight", "report", "--format", "json")
    assert (report["customers"], report["repeat_customers"]) == (2357, 946)
    bg, gg, held = report["bg_nbd"], report["gamma_gamma"], report["holdout"]
    assert [bg["r"], bg["alpha"], bg["a"], bg["b"]] == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], rel=1e-3)
    assert bg["log_likelihood"] == pytest.approx(-9582.43, abs=0.05)
    assert (bg["time_unit"], bg["converged"], gg["converged"]) == ("weeks", True, True)
    assert [gg["p"], gg["q"], gg["v"]] == pytest.approx([6.2496, 3.7442, 15.4435], rel=1e-3)
    assert (held["from"], held["to"], held["actual_purchases"]) == ("1997-10-01", "1998-06-30", 1882)
    assert held["expected_purchases"] == pytest.approx(1653.4, rel=1e-3)
    assert sum(report["segments"].values()) == 2357

    customer = answer_of(capsys, "insight", "customer", "0001", "--format", "json")
    assert customer["frequency"] == 2
    assert customer["T"] == pytest.approx(38.86, abs=0.005)
    assert customer["p_alive"] == pytest.approx(0.7266, abs=1e-3)
    assert set(customer) >= {"frequency", "recency", "T", "p_alive", "expected_purchases", "value", "slipping_away", "reason"}


def test_without_a_business_the_answer_is_a_sentence(capsys, db):
    for words in (["insight", "refresh"], ["insight", "report"], ["insight", "customer", "7"]):
        assert run(words) == 2
        assert "There is no such business yet." in capsys.readouterr().err


def test_a_date_that_is_none_is_a_misuse(capsys, db):
    with pytest.raises(SystemExit) as stop:
        run(["insight", "refresh", "--as-of", "yesterday"])
    assert stop.value.code == 2
    assert "write it as 1997-09-30" in capsys.readouterr().err


def test_before_any_refresh_and_for_strangers_the_answer_is_a_sentence(cast, capsys):
    name = cast.business.name
    assert run(["insight", "report", "--business", name]) == 2
    assert "regulars insight refresh" in capsys.readouterr().err
    assert run(["insight", "refresh", "--business", name]) == 0
    assert run(["insight", "customer", "nobody", "--business", name]) == 2
    assert "nobody" in capsys.readouterr().err
    assert run(["insight", "customer", "A-1001", "--business", name]) == 2
    assert "had not bought anything" in capsys.readouterr().err
    assert run(["insight", "report"]) == 2
    assert "--business" in capsys.readouterr().err
