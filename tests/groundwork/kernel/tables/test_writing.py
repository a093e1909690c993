"""Tables out: J1, no cell runs as a formula, and what comes back is the same."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.groundwork.kernel.tables.opening import Reading, open_table
from regulars.groundwork.kernel.tables.writing import csv_lines, neutral, restored, write_csv, xlsx_bytes

DANGEROUS = "=+-@\t\r\n\0＝＋－＠"


@pytest.mark.parametrize("sign", DANGEROUS)
@pytest.mark.parametrize("before", ["", '"', ",", ";", "|", "a;", 'x"'])
def test_a_sign_that_could_begin_a_formula_gets_a_quote_mark(before: str, sign: str) -> None:
    text = f"{before}{sign}1+1"
    assert neutral(text).startswith(f"{before}'{sign}")
    assert restored(neutral(text)) == text


@given(st.text(alphabet=st.sampled_from([*DANGEROUS, *"'\",;|ab1 "]), max_size=12) | st.text())
def test_what_leaves_and_comes_back_is_the_same(text: str) -> None:
    assert restored(neutral(text)) == text


@given(st.text(alphabet=st.sampled_from([*DANGEROUS, *"'\",;|ab1"]), max_size=12))
def test_no_cell_begins_with_a_live_sign_however_it_is_cut(text: str) -> None:
    safe = neutral(text)
    for cut in '",;|\t\r\n':
        for piece in safe.split(cut):
            assert piece[:1] not in tuple(DANGEROUS.replace("\t", "").replace("\r", "").replace("\n", ""))


def test_numbers_stay_numbers() -> None:
    assert "".join(csv_lines([[-5, Decimal("-1.50"), None, "-5"]])) == "\ufeff-5,-1.50,,'-5\r\n"


def test_the_raw_option_leaves_everything_as_it_is() -> None:
    assert "=1" in "".join(csv_lines([["=1"]], unsafe_raw=True)).split(",")[0]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\0"), min_size=1, max_size=8), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_a_written_table_is_read_back_cell_for_cell(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("written") / "t.csv"
    assert write_csv(path, [["one", "two", "three"], *rows], delimiter=delimiter) == len(rows) + 1
    table = open_table(path, Reading(delimiter=delimiter))
    assert [[restored(cell) for cell in cells] for _number, cells in table.rows()] == rows


def test_a_workbook_holds_texts_and_numbers_but_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(xlsx_bytes([["name", "amount"], ["=cmd()", Decimal("-1.5")], ["http://x.test", 3]])))
    table = open_table(path)
    assert [cells for _number, cells in table.rows()] == [["'=cmd()", "-1.5"], ["http://x.test", "3"]]


def test_a_stream_of_many_rows_comes_in_pieces() -> None:
    pieces = list(csv_lines([str(number), "x"] for number in range(5_000)))
    assert len(pieces) > 5
    assert len(list(csv.reader(io.StringIO("".join(pieces))))) == 5_000
