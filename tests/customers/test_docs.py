"""The worked examples about permissions are executed, so that they stay true."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-it-works" / "consent.md"


@pytest.mark.pure
def test_the_examples_come_out_as_printed() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted >= 20
    assert result.failed == 0
