"""Names for the columns that the rules work on, and a fair sample of customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

type Whole = npt.NDArray[np.int64]
type Real = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]
type AnyColumn = npt.NDArray[Any]


def hash_sample(customers: Whole, share: float) -> Flags:
    """Which customers belong to a random sample of about this share.

    The choice hangs on the customer's number alone (splitmix64), never on the order of rows: the first rows of a
    grouped table are not a random sample and move the parameters far outside their standard errors.
    """
    mixed = customers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(11)).astype(np.float64) < share * 2.0**53
