"""One pass over a file's bytes, before anything is parsed: what kind it is, how large, its digest, its encoding.

The pass is what makes the later stream safe: a line that would not fit into memory is found here.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.tables.encodings import EncodingGuess, guess_legacy, guess_wide
from regulars.groundwork.kernel.tables.refused import EmptyFile, FileTooLarge, NoTable, RunawayLine

BLOCK = 1 << 20
LINE_BYTES_MAX = 16 * BLOCK
FILE_BYTES_MAX = 4 << 30
FOREIGN_SIGNS = [
    (b"\xd0\xcf\x11\xe0", "an old (before 2007) or a password-protected spreadsheet"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"7z\xbc\xaf", "a packed file (7z)"),
    (b"Rar!", "a packed file (rar)"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
]


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the bytes told. `lines` counts line ends: an upper estimate of the rows."""

    kind: Literal["csv", "xlsx"]
    size: int
    digest: str
    lines: int
    guess: EncodingGuess


def survey_file(path: Path, *, size_max: int = FILE_BYTES_MAX) -> Survey:
    """Look at a file from end to end. Raises an UnreadableFile for what can't be a table."""
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile
    if size > size_max:
        raise FileTooLarge(size, size_max)
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if head.startswith(b"PK\x03\x04"):
        return Survey("xlsx", size, _digest_of(path), 0, EncodingGuess("", sure=True))
    for sign, meaning in FOREIGN_SIGNS:
        if head.startswith(sign) and (len(sign) > 2 or b"\x00" in head):
            raise NoTable(_(meaning))
    return _survey_text(path, size, head)


def _survey_text(path: Path, size: int, head: bytes) -> Survey:
    wide = guess_wide(head)
    if wide is None and head.count(b"\x00") > max(64, len(head) // 10):
        raise NoTable(_("a binary file"))
    pass_ = _TextPass(strict=wide is None)
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            pass_.take(block)
    guess = wide or pass_.guess()
    return Survey("csv", size, pass_.digest.hexdigest(), max(pass_.newlines, pass_.returns), guess)


class _TextPass:
    """Counts, digests and checks while blocks go by."""

    def __init__(self, *, strict: bool) -> None:
        self.digest = hashlib.sha256()
        self.newlines = self.returns = self.unbroken = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")() if strict else None
        self.utf8 = strict
        self.unusual = bytearray()

    def take(self, block: bytes) -> None:
        self.digest.update(block)
        newlines, returns = block.count(b"\n"), block.count(b"\r")
        self.newlines += newlines
        self.returns += returns
        self.unbroken = 0 if newlines or returns else self.unbroken + len(block)
        if self.unbroken > LINE_BYTES_MAX:
            raise RunawayLine(LINE_BYTES_MAX)
        if self.decoder is not None and self.utf8:
            try:
                self.decoder.decode(block)
            except UnicodeDecodeError:
                self.utf8 = False
        if not block.isascii() and len(self.unusual) < 1 << 16:
            self.unusual += b"\n".join(line for line in block.splitlines() if not line.isascii())[: 1 << 16]

    def guess(self) -> EncodingGuess:
        if self.utf8 and self.decoder is not None:
            try:
                self.decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return guess_legacy(bytes(self.unusual))
            return EncodingGuess("utf-8-sig", sure=True)
        return guess_legacy(bytes(self.unusual))


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
