"""Decimals with comma or point."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.groundwork.kernel.tables.numbers import Mark, find_decimal_mark, number_reader
from regulars.groundwork.kernel.tables.problems import BadCell

COLUMNS = [
    (["12.5", "1,234.50"], ".", True),
    (["1,234,567"], ".", True),
    (["12,5", "1.234,50"], ",", True),
    (["1.234", "500"], ",", True),
    (["1.234", "2.500"], ".", False),
    (["1,234", "2,500"], ".", False),
    (["12", "500", "-3", ""], ".", True),
    (["12.5", "12,5", "3.1"], ".", False),
    (["0.750", "1.250"], ".", True),
    (["1 234,50", "€ 3"], ",", True),
    (["1'234.50"], ".", True),
    (["n/a", "", "x"], ".", True),
]


@pytest.mark.parametrize(("cells", "mark", "sure"), COLUMNS)
def test_a_columns_sample_decides_its_decimal_mark(cells: list[str], mark: str, sure: bool) -> None:
    finding = find_decimal_mark(cells)
    assert (finding.decimal, finding.sure) == (mark, sure)


def test_a_currency_with_three_decimals_leaves_three_digits_open() -> None:
    assert not find_decimal_mark(["1.234", "500"], decimals=3).sure


CELLS = [
    (".", "12.40", 1240),
    (".", "12", 1200),
    (".", ".5", 50),
    (".", "12.", 1200),
    (".", "1,234.5", 123450),
    (".", "1,00,000.00", 10000000),
    (".", "1'234.50", 123450),
    (".", "-4.00", -400),
    (".", "−4.00", -400),
    (".", "(4.00)", -400),
    (".", "4.00-", -400),
    (".", "+4.00", 400),
    (".", "'-5.00", -500),
    (".", "€12.40", 1240),
    (".", "12.40 EUR", 1240),
    (".", "EUR 12.40", 1240),
    (".", "4.5000", 450),
    (",", "1.234,50", 123450),
    (",", "1\u00a0234,50", 123450),
    (",", "12,40 €", 1240),
]


@pytest.mark.parametrize(("mark", "cell", "units"), CELLS)
def test_numbers_are_read_as_they_are_written(mark: Mark, cell: str, units: int) -> None:
    assert number_reader(decimal=mark, decimals=2, currency="EUR")(cell) == units


REFUSED = [
    ("", "missing"),
    (" ", "missing"),
    ("12,5", "not_a_number"),
    ("1,23,45.0", "not_a_number"),
    ("1.2.3", "not_a_number"),
    ("1e3", "not_a_number"),
    ("NaN", "not_a_number"),
    ("inf", "not_a_number"),
    ("٣", "not_a_number"),
    ("²", "not_a_number"),
    ("--4", "not_a_number"),
    ("(-4)", "not_a_number"),
    ("(4", "not_a_number"),
    (".", "not_a_number"),
    ("0x10", "not_a_number"),
    ("4.005", "too_many_decimals"),
    ("9" * 20, "number_too_large"),
    ("USD 5", "other_currency"),
    ("$5", "other_currency"),
    ("5 zł", "other_currency"),
]


@pytest.mark.parametrize(("cell", "code"), REFUSED)
def test_what_is_no_plain_amount_is_refused_and_never_rounded(cell: str, code: str) -> None:
    with pytest.raises(BadCell) as refused:
        number_reader(decimal=".", decimals=2, currency="EUR")(cell)
    assert refused.value.code == code


@pytest.mark.parametrize(("decimals", "units"), [(0, 12), (2, 1200), (3, 12000)])
def test_the_currencys_decimals_make_the_units(decimals: int, units: int) -> None:
    assert number_reader(decimal=".", decimals=decimals)("12") == units


@given(st.integers(-(10**12), 10**12), st.sampled_from([".", ","]), st.booleans())
def test_every_amount_survives_writing_and_reading(minor: int, mark: Mark, grouped: bool) -> None:
    text = f"{Decimal(minor).scaleb(-2):,.2f}" if grouped else f"{Decimal(minor).scaleb(-2):.2f}"
    written = text if mark == "." else text.translate({44: 46, 46: 44})
    assert number_reader(decimal=mark, decimals=2)(written) == minor


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(cell: str) -> None:
    try:
        assert isinstance(number_reader(decimal=".", decimals=2, currency="EUR")(cell), int)
    except BadCell:
        pass
    find_decimal_mark([cell]).decimal  # noqa: B018 — it must not raise
