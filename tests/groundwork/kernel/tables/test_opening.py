"""J2: foreign tables are accepted rightly, or refused with a reason."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from regulars.groundwork.kernel.tables import refused, workbook
from regulars.groundwork.kernel.tables.opening import Reading, distinct_names, open_table

PLAIN = "customer;at;amount\nAda;2024-01-02;12,50\nBo;2024-01-03;3,00\n"
ROWS = [["Ada", "2024-01-02", "12,50"], ["Bo", "2024-01-03", "3,00"]]


def opened(tmp_path: Path, content: bytes, reading: Reading | None = None):
    path = tmp_path / "file"
    path.write_bytes(content)
    return open_table(path, reading)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_delimiters_line_ends_and_encodings_are_found(tmp_path: Path, delimiter: str, line_end: str, encoding: str) -> None:
    text = PLAIN.replace(",", ".").replace(";", delimiter).replace("\n", line_end).replace("Bo", "Bożena")
    table = opened(tmp_path, text.encode(encoding))
    assert table.header == ["customer", "at", "amount"]
    assert table.reading.delimiter == delimiter
    assert [cells for _n, cells in table.rows()] == [["Ada", "2024-01-02", "12.50"], ["Bożena", "2024-01-03", "3.00"]]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path) -> None:
    table = opened(tmp_path, b'\na,b\n1,"two\nlines"\n\n3,4\n')
    assert table.header_row == 2
    assert [(number, cells) for number, cells in table.rows()] == [(3, ["1", "two\nlines"]), (4, []), (5, ["3", "4"])]
    assert [number for number, _cells in table.rows(after=3)] == [4, 5]


def test_a_comma_inside_quotes_does_not_mislead_the_sniffer(tmp_path: Path) -> None:
    table = opened(tmp_path, b'name;amount\n"Smith, John, Jr";3\n"Poe, Edgar, Allan";4\n')
    assert table.reading.delimiter == ";"


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    assert opened(tmp_path, b"customer\nAda\nBo\n").header == ["customer"]


def test_columns_without_a_name_or_with_one_name_get_one_each() -> None:
    assert distinct_names(["amount", "", "amount", "amount"]) == ["amount (1)", "Column 2", "amount (2)", "amount (3)"]
    assert distinct_names(["a (2)", "a", "a"]) == ["a (2)", "a (1)", "a (3)"]


def test_a_quotation_mark_that_is_never_closed_is_seen(tmp_path: Path) -> None:
    table = opened(tmp_path, b'a,b\n1,2\n3,"four\n5,6\n')
    rows = list(table.rows())
    assert [number for number, _cells in rows] == [2, 3]
    assert table.unclosed_row == 3


def test_the_last_line_without_its_end_is_no_unclosed_quotation(tmp_path: Path) -> None:
    table = opened(tmp_path, b'a,b\n1,"2"')
    assert len(list(table.rows())) == 1
    assert table.unclosed_row is None


def test_a_thousand_columns_and_a_cell_of_a_million_signs_are_read(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(1_000))
    cells = ["x" * 1_000_000, *("y" for _ in range(999))]
    table = opened(tmp_path, f"{header}\n{','.join(cells)}\n".encode())
    assert [cells for _n, cells in table.rows()] == [cells]


REFUSED_FILES = [
    (b"", refused.EmptyFile),
    (b"\n\n , \n", refused.EmptyFile),
    (b"%PDF-1.7 ...", refused.NoTable),
    (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, refused.NoTable),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, refused.NoTable),
    (bytes(range(256)) * 40, refused.NoTable),
    (b"PK\x03\x04 broken", refused.BrokenWorkbook),
    (b"a,b\n" + b"1," + b'"' + b"x" * 2_100_000, refused.RunawayCell),
    (("x," * 2_001).encode(), refused.TooManyColumns),
]


@pytest.mark.parametrize(("content", "refusal"), REFUSED_FILES)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, refusal: type[refused.UnreadableFile]) -> None:
    with pytest.raises(refusal) as no:
        list(opened(tmp_path, content).rows())
    assert len(no.value.sentence) > 20
    assert no.value.sentence.endswith(".")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n" * 1000)
    with pytest.raises(refused.FileTooLarge):
        open_table(path, size_max=1000)


def test_bytes_that_the_encoding_lacks_spoil_one_cell_only(tmp_path: Path) -> None:
    table = opened(tmp_path, b"a,b\n\xff\xfe\xfdx,1\nok,2\n", Reading(encoding="utf-8"))
    rows = list(table.rows())
    assert rows[1] == (3, ["ok", "2"])
    assert "\udcff" in rows[0][1][0]


def test_a_workbook_reads_as_a_person_saw_it(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("Sales")
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.write_row(1, 0, ["id", "at", "amount"])
        from datetime import datetime

        page.write(2, 0, 1001)
        page.write_datetime(2, 1, datetime(2024, 1, 2), day)
        page.write(2, 2, 12.5)
        page.write(3, 0, True)
        page.write_datetime(3, 1, datetime(2024, 1, 2, 3, 4), moment)
        page.write_formula(3, 2, "=1/0", None, "#DIV/0!")
    table = open_table(path)
    assert table.header_row == 2
    assert list(table.rows()) == [(3, ["1001", "2024-01-02", "12.5"]), (4, ["TRUE", "2024-01-02 03:04:00", ""])]
    with pytest.raises(refused.UnknownSheet):
        open_table(path, Reading(sheet="Nope"))


def archive(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return stream.getvalue()


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(archive({"[Content_Types].xml": b"", "xl/workbook.xml": b"0" * 50_000_000}))
    with pytest.raises(refused.WorkbookTooLarge):
        workbook.check_archive(path, unpacked_max=1_000_000)


def test_a_directory_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    content = archive({"[Content_Types].xml": b"", "xl/workbook.xml": b"0" * 5_000_000})
    lie = content.replace(struct.pack("<L", 5_000_000), struct.pack("<L", 5_000))
    assert lie != content
    path = tmp_path / "lie.xlsx"
    path.write_bytes(lie)
    with pytest.raises(refused.BrokenWorkbook):
        workbook.check_archive(path, unpacked_max=1_000_000)


@pytest.mark.parametrize(
    "content", [archive({"readme.txt": b"hello"}), archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<broken"})]
)
def test_archives_that_are_no_workbook_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(refused.BrokenWorkbook):
        list(opened(tmp_path, content).rows())
