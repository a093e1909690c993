"""XLSX in: the archive is checked before anything unpacks it, then a sheet streams by, row for row, as the texts that a person saw.

Nothing is held but the row at hand: the sheet's XML is parsed as it is unpacked, and the texts that its cells point to wait in temporary
files (`shared_texts`). A million rows take as much memory as a hundred.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.tables.refused import BrokenWorkbook, UnknownSheet, WorkbookTooLarge
from regulars.groundwork.kernel.tables.shared_texts import SharedTexts
from regulars.groundwork.kernel.tables.sheet_cells import CellReader, Styles, styles_in
from regulars.groundwork.kernel.tables.sheet_xml import elements_of, rows_in

UNPACKED_MAX = 1 << 30
PARTS_MAX = 5_000
BLOCK = 1 << 20
RELATED = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
IDENTITY = "}id"


def check_archive(path: Path, *, unpacked_max: int = UNPACKED_MAX) -> None:
    """Refuse archives that are broken, that are no workbook, or that would unpack to too much.

    The sizes in the directory are checked first, then each part is unpacked into nothing: a directory can lie, the check sums can't.
    """
    with _readable(path) as archive:
        parts = archive.infolist()
        if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > unpacked_max:
            raise WorkbookTooLarge(unpacked_max)
        names = {part.filename for part in parts}
        if any(part.flag_bits & 1 for part in parts):
            raise BrokenWorkbook(_("it is protected by a password"))
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise BrokenWorkbook(_("it is an archive of another kind"))
        for part in parts:
            with archive.open(part) as stream:
                while stream.read(BLOCK):
                    pass


def sheet_names(path: Path, wanted: str | None) -> list[str]:
    """The sheets that hold cells. Raises UnknownSheet when `wanted` is none of them, BrokenWorkbook when none opens."""
    with _readable(path) as archive:
        names = list(_contents(archive).sheets)
    if not names:
        raise BrokenWorkbook(_("it holds no sheet"))
    if wanted is not None and wanted not in names:
        raise UnknownSheet(wanted, names)
    return names


def sheet_rows(path: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet as texts, numbered as the spreadsheet program numbers them; rows that were never written are left out."""
    with _readable(path) as archive:
        contents = _contents(archive)
        with SharedTexts() as texts:
            if contents.texts:
                with archive.open(contents.texts) as stream:
                    texts.take(stream)
            reader = CellReader(contents.styles, texts)
            with archive.open(contents.sheets[name]) as stream:
                yield from rows_in(stream, reader)


class _readable:
    """The archive, with every way in which one can be damaged told as one refusal."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> zipfile.ZipFile:
        try:
            self.archive = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as fault:
            raise BrokenWorkbook(_("it is damaged")) from fault
        return self.archive

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _trace: object) -> None:
        self.archive.close()
        damaged = (
            zipfile.BadZipFile,
            NotImplementedError,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,
            LookupError,
            ElementTree.ParseError,
        )
        packing = kind is not None and kind.__module__ in ("zlib", "lzma", "_lzma")
        if isinstance(fault, damaged) or packing:
            raise BrokenWorkbook(_("it is damaged")) from fault


@dataclass(frozen=True, slots=True)
class _Contents:
    """Where a workbook keeps what: its sheets by name in their order, the texts of their cells, and how numbers are shown."""

    sheets: dict[str, str]
    texts: str
    styles: Styles


def _contents(archive: zipfile.ZipFile) -> _Contents:
    names = _names(archive)
    wanted = next((target for kind, _id, target in _relations(archive, "", names) if kind == "officeDocument"), "xl/workbook.xml")
    book = names.get(wanted.lower())
    if book is None:
        raise BrokenWorkbook(_("it is an archive of another kind"))
    related = [
        (kind, number, names[target.lower()]) for kind, number, target in _relations(archive, book, names) if target.lower() in names
    ]
    pages = {number: target for kind, number, target in related if kind == "worksheet"}
    parts = {kind: target for kind, _number, target in related}
    sheets: dict[str, str] = {}
    since_1904 = False
    with archive.open(book) as stream:
        for tag, element in elements_of(stream):
            if tag == "sheet":
                number = next((value for name, value in element.items() if name.endswith(IDENTITY)), "")
                if number in pages:
                    sheets[element.get("name", "")] = pages[number]
            elif tag == "workbookPr":
                since_1904 = element.get("date1904", "0") in ("1", "true")
    if "styles" not in parts:
        return _Contents(sheets, parts.get("sharedStrings", ""), Styles((), since_1904))
    with archive.open(parts["styles"]) as stream:
        return _Contents(sheets, parts.get("sharedStrings", ""), styles_in(elements_of(stream), since_1904=since_1904))


def _names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The parts by their paths in small letters: programs point to “sharedStrings.xml” and write “SharedStrings.xml”."""
    return {name.replace("\\", "/").lower(): name for name in archive.namelist()}


def _relations(archive: zipfile.ZipFile, part: str, names: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """What a part points to: the kind's last word, the id and the path inside the archive."""
    folder, name = posixpath.split(part.replace("\\", "/"))
    relations = names.get(posixpath.join(folder, "_rels", f"{name}.rels").lower())
    if relations is None:
        return
    with archive.open(relations) as stream:
        for _tag, element in elements_of(stream):
            if element.tag == RELATED and element.get("TargetMode") != "External":
                kind = element.get("Type", "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join(folder, element.get("Target", ""))).lstrip("/")
                yield kind, element.get("Id", ""), target


__all__ = ["check_archive", "sheet_names", "sheet_rows"]
