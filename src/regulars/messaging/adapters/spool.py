"""Messages in files: one in an .eml, many in an mbox, folders of both (Maildir too)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_MBOX_LINE = re.compile(rb"From \S+.*\d{4}|From (?:-|\S+@\S+|MAILER-DAEMON)")
# With a whole date it is no sentence of a text, also where the blank line before it was left out.
_MBOX_DATE = re.compile(rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d(?::\d\d)?.* \d{4}")
_SILENT = {".ds_store", "thumbs.db"}


def files_in(place: Path) -> list[Path]:
    """The files of a folder and its folders, by name; a file itself. Hidden files stay out."""
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.startswith(".") and path.name.lower() not in _SILENT)


def messages_in(path: Path) -> Iterator[bytes]:
    """The messages of a file, byte for byte; an mbox gives each of its own without the separating line and its quoting."""
    with path.open("rb") as file:
        first = file.readline(1000)
        if not _MBOX_LINE.match(first) or path.suffix.lower() == ".eml":
            file.seek(0)
            yield file.read()
            return
        lines: list[bytes] = []
        blank = True
        for line in file:
            if line.startswith(b"From ") and ((blank and _MBOX_LINE.match(line)) or _MBOX_DATE.match(line)):
                yield _joined(lines)
                lines = []
                blank = False
                continue
            lines.append(line[1:] if re.match(rb">+From ", line) else line)
            blank = not line.strip()
        yield _joined(lines)


def _joined(lines: list[bytes]) -> bytes:
    if lines and not lines[-1].strip():
        lines = lines[:-1]  # the blank line that separates messages belongs to the file
    return b"".join(lines)
