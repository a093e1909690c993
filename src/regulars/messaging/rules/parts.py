"""The parts of a message as byte ranges, found under limits: bombs are refused before they cost anything."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from regulars.messaging.rules.charsets import one_line
from regulars.messaging.rules.headers import Content, Fields, content_of, unbased

HEADERS_MAX_BYTES = 512 * 1024
PARTS_MAX = 400
DEPTH_MAX = 24


class Unreadable(ValueError):
    """The message passes a limit; `code` says which. It is kept as it came and parked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Part:
    """One leaf: where its body lies in the message and what it says it is."""

    path: str
    fields: Fields
    content: Content
    disposition: Content
    start: int
    end: int
    notes: list[str] = field(default_factory=list)

    @property
    def charset(self) -> str:
        return self.content.text("charset")

    @property
    def file_name(self) -> str:
        """The name it gives itself; empty when none."""
        return self.disposition.text("filename") or self.content.text("name")

    @property
    def is_attachment(self) -> bool:
        return self.disposition.kind == "attachment" or bool(self.file_name)

    def body(self, raw: bytes) -> bytes:
        """The content with its transfer encoding taken off."""
        return decoded_transfer(raw[self.start : self.end], self.fields.raw("content-transfer-encoding"), self.notes)


@dataclass
class Structure:
    """A whole message: its own fields, its kind, its leaves."""

    fields: Fields
    content: Content
    leaves: list[Part]
    notes: list[str]


def structure_of(raw: bytes) -> Structure:
    """Take a message apart. Raises Unreadable for what passes a limit, and for nothing else."""
    start = _skip_envelope_line(raw)
    top_end, body = _split(raw, start, len(raw))
    if top_end - start > HEADERS_MAX_BYTES:
        raise Unreadable("headers_too_long")
    fields = Fields(raw[start:top_end])
    content = content_of(fields.raw("content-type"), "text/plain")
    found = Structure(fields, content, [], list(fields.notes))
    if not fields.rows:
        raise Unreadable("no_headers")
    _walk(raw, body, len(raw), fields, found)
    return found


def _walk(raw: bytes, start: int, end: int, fields: Fields, found: Structure) -> None:
    waiting = [("1", fields, start, end, 1)]
    count = 0
    while waiting:
        path, own, begin, stop, depth = waiting.pop()
        count += 1
        if count > PARTS_MAX:
            raise Unreadable("too_many_parts")
        content = content_of(own.raw("content-type"), "text/plain")
        boundary = content.parameters.get("boundary", b"")
        if content.kind.startswith("multipart/"):
            if depth > DEPTH_MAX:
                raise Unreadable("too_deep")
            inside = _inside(raw, begin, stop, boundary) if boundary else []
            if inside:
                for number, (low, high) in reversed(list(enumerate(inside, start=1))):
                    head_end, body = _split(raw, low, high)
                    if head_end - low > HEADERS_MAX_BYTES:
                        raise Unreadable("headers_too_long")
                    waiting.append((f"{path}.{number}", Fields(raw[low:head_end]), body, high, depth + 1))
                continue
            found.notes.append("boundary_missing")
            content = Content("text/plain", {})
        disposition = content_of(own.raw("content-disposition"), "")
        found.leaves.append(Part(path, own, content, disposition, begin, stop))


def _inside(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """The ranges between the delimiter lines. A message that was cut off ends with its last part."""
    mark = b"--" + boundary[:200].rstrip()
    rest = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
    ranges: list[tuple[int, int]] = []
    low, place = -1, raw.find(mark, start, end)
    while place >= 0:
        match = rest.match(raw, place + len(mark), end)
        if match and (place == start or raw[place - 1] == 10):
            if low >= 0:
                ranges.append((low, _without_line_end(raw, low, place)))
                if len(ranges) > PARTS_MAX:
                    raise Unreadable("too_many_parts")
            if match[1]:
                return ranges
            low = match.end()
        place = raw.find(mark, place + len(mark), end)
    if 0 <= low <= end:
        ranges.append((low, end))
    return ranges


def _without_line_end(raw: bytes, low: int, high: int) -> int:
    if high > low and raw[high - 1 : high] == b"\n":
        high -= 1
        if high > low and raw[high - 1 : high] == b"\r":
            high -= 1
    return high


_BLANK = re.compile(rb"\r?\n(?=\r?\n)|\r\r")


def _split(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block ends and where the body begins."""
    first = re.compile(rb"\r?\n").match(raw, start, end)
    if first:  # no header at all
        return start, first.end()
    blank = _BLANK.search(raw, start, end)
    if blank is None:
        return end, end
    if blank[0] == b"\r\r":
        return blank.start(), blank.end()
    after = re.compile(rb"\r?\n").match(raw, blank.end(), end)
    return blank.end(), after.end() if after else blank.end()


def _skip_envelope_line(raw: bytes) -> int:
    """mbox files and some spools put "From sender date" before the first field."""
    if raw.startswith((b"From ", b">From ")):
        end = raw.find(b"\n")
        return end + 1 if end >= 0 else len(raw)
    return 0


def decoded_transfer(raw: bytes, encoding: bytes, notes: list[str]) -> bytes:
    """Take a transfer encoding off; what can't be taken off stays as it is, with a note."""
    name = encoding.strip().lower().strip(b"\"'")
    if name == b"base64":
        return unbased(raw)
    if name == b"quoted-printable":
        return binascii.a2b_qp(raw)
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return _unuuencoded(raw)
    if name not in (b"", b"7bit", b"8bit", b"binary", b"7-bit", b"8-bit"):
        notes.append(f"unknown_encoding {name.decode('ascii', 'replace')[:40]}")
    return raw


def _unuuencoded(raw: bytes) -> bytes:
    found = []
    for line in raw.splitlines():
        if line.startswith(b"begin ") or not line.strip():
            continue
        if line.strip() == b"end":
            break
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            try:  # Some encoders count the last line wrong.
                found.append(binascii.a2b_uu(line[: ((line[0] - 32) & 63) * 4 // 3 + 2]))
            except (binascii.Error, IndexError):
                continue
    return b"".join(found)


def safe_file_name(name: str, number: int) -> str:
    """A name that may stand in a header and on a disk: no path, no control, no mark that turns the reading direction, no leading dot."""
    flat = re.sub(r'[\x00-\x1f\x7f"\\/:*?<>|;%]+', "_", one_line(name, 300).replace("\\", "/").rpartition("/")[2])
    flat = flat.strip(". _")
    stem, dot, ending = flat.rpartition(".")
    short = f"{stem[:100]}{dot}{ending[:20]}" if dot else flat[:120]
    return short or f"attachment-{number}.bin"
