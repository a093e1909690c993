"""The XML of a workbook's parts, piece by piece as it is unpacked, with bounds for what one row or one text may hold.

The parser builds what it reads; between two blocks all that is complete is taken off it. Whoever writes the file decides what is in it: a
document type (and with it entities that grow), or a row or text without end, are refused as soon as they are seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.parsers import expat

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.tables.refused import BrokenWorkbook

if TYPE_CHECKING:
    from regulars.groundwork.kernel.tables.sheet_cells import CellReader

BLOCK = 1 << 17
PIECE_BYTES_MAX = 8 << 20  # of one row, one text, or a whole part of those that are small
ROWS_MAX = 1 << 20  # as many as a sheet has


class _Growing:
    """A part as far as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.builder, self.waiting = stream, ElementTree.TreeBuilder(), 0
        self.parser = ElementTree.XMLParser(target=self.builder)  # noqa: S314 — no document type gets this far, and pieces are bounded
        self.begun = self.ended = False

    @property
    def root(self) -> Any:
        """The outermost element, while it grows; None before it begins."""
        return self.builder.close()

    def grow(self) -> bool:
        """Read another block; False at the end. Raises BrokenWorkbook for what is no sound XML, or is too long to be one piece."""
        block = self.stream.read(BLOCK)
        try:
            if not self.begun:
                _refuse_document_type(block)
                self.begun = True
            if block:
                self.parser.feed(block)
            else:
                self.parser.close()
        except ElementTree.ParseError as fault:
            raise BrokenWorkbook(_("a sheet of it is damaged")) from fault
        self.waiting += len(block)
        if self.waiting > PIECE_BYTES_MAX:
            raise BrokenWorkbook(_("a row or a cell of it is endless"))
        return bool(block)

    def taken(self) -> None:
        """Something complete was taken off: what comes now is another piece."""
        self.waiting = 0


def _refuse_document_type(block: bytes) -> None:
    """Workbooks have none; where one is, its entities are up to no good. It stands before the first element, so within the first block."""

    def refuse(*_about: object) -> None:
        raise BrokenWorkbook(_("it is damaged"))

    begun: list[str] = []
    looker = expat.ParserCreate()
    looker.StartDoctypeDeclHandler = looker.EntityDeclHandler = refuse
    looker.StartElementHandler = lambda name, _attributes: begun.append(name) if not begun else None
    try:
        looker.Parse(block, False)
    except expat.ExpatError as fault:
        raise BrokenWorkbook(_("a sheet of it is damaged")) from fault
    if not begun:
        refuse()


def elements_of(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """(name without its namespace, element) of a small part, outer ones before inner ones."""
    part = _Growing(stream)
    while part.grow():
        pass
    for element in part.root.iter():
        yield element.tag.rpartition("}")[2], element


def _pieces(stream: IO[bytes], *, named: str, within: str = "") -> Iterator[tuple[str, Any]]:
    """(namespace in braces, element) of each child called `named` of the outermost element, or of its child `within`, once it is complete."""
    part, around = _Growing(stream), None
    more = True
    while more:
        more = part.grow()
        root = part.root
        space = root.tag[: root.tag.rfind("}") + 1] if root is not None else ""
        if around is None and root is not None:
            around = root if not within else next((child for child in root if child.tag == space + within), None)
        if around is None:
            continue
        closed = not more or (bool(within) and root[-1] is not around)
        complete = around[:] if closed else around[:-1]
        if complete:
            tag = space + named
            for element in complete:
                if element.tag == tag:
                    yield space, element
            del around[: len(complete)]
            part.taken()
        if closed and within:
            return


def texts_in(stream: IO[bytes]) -> Iterator[str]:
    """The texts that cells point to, in their order."""
    for space, element in _pieces(stream, named="si"):
        yield plain_text(element, space)


def plain_text(element: Any, space: str) -> str:
    """The text of a cell, be it in one piece or in pieces of several looks; how it is to be pronounced is left out."""
    if len(element) == 1 and element[0].tag == f"{space}t":
        return element[0].text or ""
    pieces = []
    for child in element:
        if child.tag == f"{space}t":
            pieces.append(child.text or "")
        elif child.tag == f"{space}r":
            pieces += [piece.text or "" for piece in child if piece.tag == f"{space}t"]
    return "".join(pieces)


def rows_in(stream: IO[bytes], reader: CellReader) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of a sheet's rows, until its table ends."""
    number, read, known = 0, None, None
    for space, row in _pieces(stream, named="row", within="sheetData"):
        if read is None or space != known:
            read, known = reader.for_space(space), space
        number = _number_of(row, number)
        yield number, read(row)


def _number_of(row: Any, before: int) -> int:
    """A row's number; one that says none, or goes back, follows the row before it."""
    written = row.get("r", "")
    number = int(written) if written.isdecimal() and len(written) < 9 else 0
    number = max(number, before + 1)
    if number > ROWS_MAX:
        raise BrokenWorkbook(_("it has more rows than a sheet can hold"))
    return number
