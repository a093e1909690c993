"""Workbooks, streamed: what cells hold, how many there may be, and what is no workbook at all."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.groundwork.kernel.tables import refused, sheet_xml, workbook
from regulars.groundwork.kernel.tables.opening import open_table
from regulars.groundwork.kernel.tables.sheet_cells import Look, column_letters, look_of, number_shown

pytestmark = pytest.mark.pure
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def packed(rows: str, *, texts: str = "", styles: str = "", space: str = MAIN, after: str = "", book: str = "") -> bytes:
    """A small workbook by hand: rows and shared texts as XML."""
    stream = io.BytesIO()
    related = [
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "sharedStrings", "sharedStrings.xml"),
        ("rId3", "styles", "styles.xml"),
    ]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(related))
        sheet = '<sheet name="A" sheetId="1" r:id="rId1"/>'
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{space}" xmlns:r="{LINK}">{book}<sheets>{sheet}</sheets></workbook>')
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{texts}</sst>')
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{space}">{styles}</styleSheet>')
        body = f'<x:worksheet xmlns:x="{space}"><x:cols/><x:sheetData>{rows}</x:sheetData>{after}</x:worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", body)
    return stream.getvalue()


def _relations(related: list[tuple[str, str, str]]) -> str:
    links = "".join(f'<Relationship Id="{number}" Type="{LINK}/{kind}" Target="{target}"/>' for number, kind, target in related)
    return f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'


def read(folder: Path, content: bytes) -> list[tuple[int, list[str]]]:
    path = folder / "t.xlsx"
    path.write_bytes(content)
    workbook.check_archive(path)
    return list(workbook.sheet_rows(path, workbook.sheet_names(path, None)[0]))


def test_cells_of_every_kind_come_as_a_person_saw_them(tmp_path: Path) -> None:
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="[$-409]d/m/yy;@"/><numFmt numFmtId="165" formatCode="[h]:mm"/>'
        '<numFmt numFmtId="166" formatCode="0.0 &quot;days&quot;"/></numFmts><cellXfs>'
        + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 164, 165, 166, 21))
        + "</cellXfs>"
    )
    texts = (
        '<si><t>Ada</t></si><si><r><t>Bo</t></r><r><rPr/><t xml:space="preserve"> Li</t></r><rPh><t>no</t></rPh></si>'
        '<si/><si><t>a_x000A_b &amp; "c"</t></si>'
    )
    rows = (
        '<x:row r="2"><x:c r="A2" t="s"><x:v>0</x:v></x:c><x:c r="C2" t="s"><x:v>1</x:v></x:c><x:c t="s"><x:v>3</x:v></x:c></x:row>'
        '<x:row><x:c><x:v>45383</x:v></x:c><x:c s="1"><x:v>45383</x:v></x:c><x:c s="2"><x:v>45383.5</x:v></x:c>'
        '<x:c s="3"><x:v>1.5</x:v></x:c><x:c s="4"><x:v>2.5</x:v></x:c><x:c s="5"><x:v>0.25</x:v></x:c></x:row>'
        '<x:row r="9"><x:c t="b"><x:v>1</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c><x:c t="inlineStr"><x:is><x:t>in</x:t></x:is></x:c>'
        '<x:c t="str"><x:f>A1</x:f><x:v>made</x:v></x:c><x:c t="d"><x:v>2024-02-03T04:05:06</x:v></x:c><x:c/></x:row>'
    )
    expected = [
        (2, ["Ada", "", "Bo Li", 'a\nb & "c"']),
        (3, ["45383", "2024-04-01", "2024-04-01 12:00:00", "1 day, 12:00:00", "2.5", "06:00:00"]),
        (9, ["TRUE", "", "in", "made", "2024-02-03 04:05:06", ""]),
    ]
    for space in (MAIN, STRICT):
        assert read(tmp_path, packed(rows, texts=texts, styles=styles, space=space, after="<x:mergeCells/>")) == expected


def test_parts_are_found_however_their_names_are_written(tmp_path: Path) -> None:
    content, renamed = io.BytesIO(packed('<x:row><x:c t="s"><x:v>0</x:v></x:c></x:row>', texts="<si><t>Ada</t></si>")), io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(renamed, "w") as target:
        for part in source.namelist():
            name = part if part == "[Content_Types].xml" or part.startswith("_rels") else part.replace("sharedStrings", "SharedStrings")
            target.writestr(name, source.read(part).replace(b"worksheets/sheet1.xml", b"/xl/worksheets/Sheet1.xml"))
    assert read(tmp_path, renamed.getvalue()) == [(1, ["Ada"])]


def test_days_may_count_from_1904(tmp_path: Path) -> None:
    rows = '<x:row><x:c s="0"><x:v>43921</x:v></x:c><x:c s="0"><x:v>0</x:v></x:c></x:row>'
    found = read(tmp_path, packed(rows, styles='<cellXfs><xf numFmtId="14"/></cellXfs>', book='<workbookPr date1904="1"/>'))
    assert found == [(1, ["2024-04-01", "1904-01-01"])]


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("dd.mm.yyyy", Look.MOMENT),
        ("[$-F800]dddd, mmmm dd", Look.MOMENT),
        ("h:mm AM/PM", Look.MOMENT),
        ("[mm]:ss", Look.LENGTH),
        ("0.00", Look.NUMBER),
        ("[Red]0.00", Look.NUMBER),
        ('#,##0 "days"', Look.NUMBER),
        ("General", Look.NUMBER),
        ("0.00E+00", Look.NUMBER),
        ("_-* #,##0.00 [$Ft-40E]_-;-* #,##0.00", Look.NUMBER),
        (r"0\d", Look.NUMBER),
    ],
)
def test_a_format_tells_days_from_numbers(code: str, look: Look) -> None:
    assert look_of(code) is look


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=20).filter(
        lambda text: text[0] not in "=\x00"
    ),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.booleans(),
    st.datetimes(datetime(1900, 3, 1), datetime(2199, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=12))
def test_what_another_program_wrote_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]) -> None:
    path = tmp_path_factory.mktemp("book") / "t.xlsx"
    expected = []
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        page, moment = book.add_worksheet("Out"), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(number, place, cell, moment)
                elif isinstance(cell, bool):
                    page.write_boolean(number, place, cell)
                elif isinstance(cell, str):
                    page.write_string(number, place, cell)
                else:
                    page.write_number(number, place, cell)  # type: ignore[arg-type]
            expected.append((number + 1, [as_seen(cell) for cell in row]))
    assert list(workbook.sheet_rows(path, "Out")) == expected


def as_seen(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else str(cell)
    return cell if isinstance(cell, str) else number_shown(f"{cell:.16G}")


def test_many_rows_and_texts_take_no_more_memory_than_few(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        texts = "".join(f"<si><t>somebody with a name of their own {n}</t></si>" for n in range(count))
        rows = "".join(
            f'<x:row r="{n + 1}"><x:c r="A{n + 1}" t="s"><x:v>{n}</x:v></x:c><x:c><x:v>{n}</x:v></x:c></x:row>' for n in range(count)
        )
        path = tmp_path / f"{count}.xlsx"
        path.write_bytes(packed(rows, texts=texts))
        del texts, rows
        tracemalloc.start()
        last: tuple[int, list[str]] = (0, [])
        for last in workbook.sheet_rows(path, "A"):  # noqa: B007 — the last one is looked at
            pass
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert last == (count, [f"somebody with a name of their own {count - 1}", str(count - 1)])
        return highest

    few, many = peak(30_000), peak(120_000)
    assert many < few * 1.3 + 1_000_000
    assert many < 40_000_000


def test_a_stream_is_left_as_soon_as_its_table_ends(tmp_path: Path) -> None:
    damaged = packed(
        "<x:row><x:c><x:v>1</x:v></x:c></x:row>", after="<x:pageMargins/><x:drawing>" + " " * (sheet_xml.BLOCK * 2) + "</wrong>"
    )
    assert read(tmp_path, damaged) == [(1, ["1"])]


@pytest.mark.parametrize(
    "rows",
    [
        '<x:row><x:c r="A1"><x:v>1</x:v></x:c>',  # never closed
        '<x:row><x:c t="s"><x:v>7</x:v></x:c></x:row>',  # a text that there is not
        '<x:row><x:c t="s"><x:v>one</x:v></x:c></x:row>',
        '<x:row><x:c r="B1"/><x:c r="A1"/></x:row>',  # cells that go back
        '<x:row><x:c r="ZZZZ1"/></x:row>',
        '<x:row><x:c r="a1"/></x:row>',
        '<x:row r="1048577"/>',
        "<x:row>" + "<x:c/>" * 16_390 + '<x:c r="A1"/></x:row>',
        "<x:row>&unknown;</x:row>",
    ],
)
def test_a_damaged_sheet_is_refused_in_words(tmp_path: Path, rows: str) -> None:
    with pytest.raises(refused.BrokenWorkbook):
        read(tmp_path, packed(rows))


@pytest.mark.parametrize(
    "rows", ["<x:row>" + "<x:c/>" * 1_500_000 + "</x:row>", "<x:row><x:c><x:v>" + "1" * 9_000_000 + "</x:v></x:c></x:row>"]
)
def test_a_row_or_a_cell_without_end_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(refused.BrokenWorkbook, match="endless"):
        read(tmp_path, packed(rows))


@pytest.mark.parametrize("late", [b"", b"<!--" + b" " * sheet_xml.BLOCK + b"-->"])
def test_a_part_with_entities_of_its_own_is_refused(tmp_path: Path, late: bytes) -> None:
    content = io.BytesIO(packed("<x:row/>"))
    laughing = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(laughing, "w") as target:
        for part in source.namelist():
            body = source.read(part)
            target.writestr(part, late + b'<!DOCTYPE a [<!ENTITY b "bb">]>' + body if part.endswith("sheet1.xml") else body)
    with pytest.raises(refused.BrokenWorkbook):
        read(tmp_path, laughing.getvalue())


def test_rows_that_were_never_written_keep_their_numbers_and_short_rows_are_filled_up_later(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(packed('<x:row r="3"><x:c><x:v>1</x:v></x:c></x:row><x:row r="5"/><x:row r="4"/>'))
    table = open_table(path)
    assert table.header_row == 3
    assert [number for number, _cells in table.rows()] == [5, 6]


def test_lengths_of_time_are_hours_minutes_and_seconds() -> None:
    from regulars.groundwork.kernel.tables.sheet_cells import length_shown

    assert length_shown("0.0625") == str(timedelta(hours=1, minutes=30))
    assert length_shown("x") == "x"


def test_columns_are_lettered_as_a_sheet_letters_them() -> None:
    letters = column_letters()
    assert [letters[place] for place in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_a_row_wider_than_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(refused.BrokenWorkbook):
        read(tmp_path, packed("<x:row>" + "".join(f'<x:c r="{one}1"/>' for one in column_letters()) + "</x:row>"))
