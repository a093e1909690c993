"""Header fields of received mail, read tolerantly: whatever stands there gives a value and perhaps a note, never a fault.

The standard library's modern parser raises on mail that exists; its old one (compat32) only splits the lines here. Structure is taken apart
before words are decoded, so that an encoded comma is no comma.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from urllib.parse import unquote_to_bytes

from regulars.messaging.rules.charsets import decoded, one_line

FIELD_MAX = 65_536
FIELDS_MAX = 1_000
ADDRESSES_MAX = 200
_WORD = re.compile(rb"=\?([^?\s]{0,80})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[^?\s]{0,80}\?[bBqQ]\?)")
_PARSER = BytesHeaderParser(policy=compat32)


@dataclass(frozen=True)
class Address:
    """A name as shown and an address as written; either may be empty."""

    name: str
    address: str

    @property
    def normal(self) -> str:
        """For comparison: lower case."""
        return self.address.lower()


@dataclass(frozen=True)
class Content:
    """A Content-Type or Content-Disposition: its main word and its parameters."""

    kind: str
    parameters: dict[str, bytes]

    def text(self, name: str) -> str:
        """A parameter as text."""
        return one_line(decoded_words(self.parameters.get(name, b"")))


class Fields:
    """The header fields of a message or part, in order; names in lower case, values as unfolded bytes."""

    def __init__(self, block: bytes) -> None:
        self.notes: list[str] = []
        self.rows: list[tuple[str, bytes]] = []
        rows = list(_PARSER.parsebytes(block + b"\r\n\r\n").raw_items()) if block.strip() else []
        if len(rows) > FIELDS_MAX:
            self.notes.append("many_fields")
        for name, value in rows[:FIELDS_MAX]:
            flat = re.sub(rb"\r?\n[ \t]?|\r", b" ", str(value).encode("utf-8", "surrogateescape")).strip(b" \t")
            if len(flat) > FIELD_MAX:
                self.notes.append(f"long_field {name.lower()[:40]}")
            self.rows.append((str(name).lower(), flat[:FIELD_MAX]))
        self.names = frozenset(name for name, _value in self.rows)

    def all(self, name: str) -> list[bytes]:
        """Every value of a field."""
        return [value for known, value in self.rows if known == name]

    def raw(self, name: str) -> bytes:
        """The first value; empty when there is none."""
        return next((value for known, value in self.rows if known == name), b"")

    def text(self, name: str, most: int = 500) -> str:
        """The first value, decoded, on one line."""
        return one_line(decoded_words(self.raw(name)), most)

    def __contains__(self, name: str) -> bool:
        return name in self.names


def decoded_words(raw: bytes) -> str:
    """A field's text: encoded words decoded, the rest read by the charset ladder. A decoded line end is shown as a blank by `one_line`."""
    if b"=?" not in raw:
        return decoded(raw).text
    raw = _BETWEEN.sub(rb"\1", raw)
    pieces: list[tuple[str, bytes]] = []
    place = 0
    for match in _WORD.finditer(raw):
        if match.start() > place:
            pieces.append((" ", raw[place : match.start()]))
        charset = match[1].split(b"*")[0].decode("ascii", "replace") or "utf-8"
        content = _unworded(match[2], match[3])
        if pieces and pieces[-1][0] == charset:  # A character may be cut between two words.
            pieces[-1] = (charset, pieces[-1][1] + content)
        else:
            pieces.append((charset, content))
        place = match.end()
    pieces.append((" ", raw[place:]))
    return "".join(decoded(content, charset.strip()).text for charset, content in pieces if content)


def _unworded(how: bytes, content: bytes) -> bytes:
    if how in b"bB":
        return unbased(content)
    return binascii.a2b_qp(content.replace(b"_", b" ").replace(b"\n", b""), header=False)


def unbased(content: bytes) -> bytes:
    """Base64 with whatever stands between and however it ends."""
    try:
        return binascii.a2b_base64(content)  # skips line ends and most of what does not belong
    except (binascii.Error, ValueError):
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return b""


def content_of(raw: bytes, fallback: str) -> Content:
    """A Content-… field with its parameters, those of RFC 2231 put together."""
    head, _sep, rest = raw.partition(b";")
    kind = re.sub(r"\s+", "", head.decode("ascii", "replace")).lower()
    found: dict[str, list[tuple[int, bool, bytes]]] = {}
    for name, value in _parameters(rest):
        plain, number, extended = _pieces_of_name(name)
        found.setdefault(plain, []).append((number, extended, value))
    return Content(kind or fallback, {name: _joined(pieces) for name, pieces in found.items()})


def _parameters(rest: bytes) -> Iterator[tuple[str, bytes]]:
    for match in re.finditer(rb"\s*([^\s=;\"]{1,60})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", rest[:FIELD_MAX]):
        quoted, bare = match[2], match[3]
        value = re.sub(rb"\\(.)", rb"\1", quoted) if quoted is not None else bare.strip()
        yield match[1].decode("ascii", "replace").lower(), value


def _pieces_of_name(name: str) -> tuple[str, int, bool]:
    match = re.fullmatch(r"([^*]+)(?:\*(\d{1,3}))?(\*)?", name)
    if match is None:
        return name.strip("*"), 0, False
    return match[1], int(match[2] or 0), bool(match[3])


def _joined(pieces: list[tuple[int, bool, bytes]]) -> bytes:
    content, charset = b"", ""
    for number, extended, value in sorted(pieces, key=lambda piece: piece[0]):
        if extended and number == 0 and value.count(b"'") >= 2:
            label, _language, value = value.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        content += unquote_to_bytes(value) if extended else value
    return decoded(content, charset).text.encode() if charset else content


def addresses_in(raw: bytes) -> list[Address]:
    """The addresses of a field: names, groups, comments and stray quotes as they come."""
    found = []
    for piece in _mailboxes(raw.decode("latin-1")):
        address = _address(piece)
        if address.name or address.address:
            found.append(address)
        if len(found) >= ADDRESSES_MAX:
            break
    return found


def _mailboxes(text: str) -> Iterator[str]:
    """Cut at commas and semicolons outside quotes, comments and angle brackets; a quote that never ends does not swallow the rest."""
    if text.count('"') % 2:
        text = text.replace('"', "")
    start, depth, quoted, angled, escaped = 0, 0, False, False, False
    for place, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif char in "<>" and not depth:
            angled = char == "<"
        elif char in ",;" and not depth and not angled:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def _address(piece: str) -> Address:
    comments = re.findall(r"\(([^()]{0,500})\)", piece)
    plain = re.sub(r"\([^()]{0,500}\)", " ", piece)
    angle = re.search(r"<([^<>]{0,1000})>?\s*$", plain)
    if angle:
        name, address = plain[: angle.start()], angle[1]
    elif "@" in plain:
        words = plain.split()
        address = next(word for word in words if "@" in word)
        name = " ".join(word for word in words if word != address)
    else:
        name, address = plain, ""
    name = re.sub(r"^[^\"@<]*:\s*(?=\S)", "", name) if ":" in name and not name.lstrip().startswith('"') else name
    name = re.sub(r"\\(.)", r"\1", name.replace('"', " "))
    shown = one_line(decoded_words(name.encode("latin-1")), 200) or one_line(decoded_words(" ".join(comments).encode("latin-1")), 200)
    return Address(shown.strip(" ,:;'"), _plain_address(address))


def _plain_address(text: str) -> str:
    """A single address as it may be shown and compared; empty when it is none."""
    bare = one_line(decoded(text.strip().strip("'\"").encode("latin-1")).text, 400).removeprefix("mailto:").rpartition(":")[2]
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain or len(bare) > 320 or re.search(r"[\s<>,;]", bare):
        return ""
    return bare


def ids_in(raw: bytes, most: int = 60) -> list[str]:
    """Message ids of a field, without their angle brackets; the last ones when there are many."""
    text = one_line(decoded(raw).text, FIELD_MAX)
    found = re.findall(r"<([^<>\s]{1,500})>", text)
    if not found and text and len(text) < 500 and " " not in text:
        found = [text.strip("<>")]
    return list(dict.fromkeys(found))[-most:]


def instant_in(raw: bytes) -> datetime | None:
    """The instant that a date field tells, in UTC; None when it tells none."""
    try:
        found = email.utils.parsedate_to_datetime(raw.decode("ascii", "replace"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
