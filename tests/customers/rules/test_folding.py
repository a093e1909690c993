"""Folding words for comparison."""

from __future__ import annotations

import pytest

from regulars.customers.rules.names import folded

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(("text", "plain"), [("𝒮ara", "sara"), ("ſtraße", "strasse"), ("Đặng", "dang"), ("ŞÇ", "sc"), ("ﬁn", "fin")])
def test_capitals_that_hide_in_other_letters_are_folded_too(text: str, plain: str) -> None:
    assert folded(text) == plain == folded(folded(text))
