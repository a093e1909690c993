"""The worked examples of the documentation are executed, so that they stay true."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-it-works"


@pytest.mark.pure
@pytest.mark.parametrize("name", ["value.md", "slipping-away.md"])
def test_the_examples_come_out_as_printed(name):
    result = doctest.testfile(str(PAGES / name), module_relative=False, encoding="utf-8")
    assert result.attempted >= 10
    assert result.failed == 0
