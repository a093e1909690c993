"""Writing a message: header fields encoded by ourselves, text and HTML as UTF-8, no line over 998 bytes, one recipient.

The standard library lets an encoded line feed in a name through on some versions; here every value is one line before it is encoded,
and "=?" in somebody's name is text.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from regulars.messaging.rules.charsets import one_line, printable

FIELD_LINE = 76
_PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'*+\-/=?^_`{|}~]*")
_CODED_LINE = re.compile(rb".{1,%d}" % FIELD_LINE)
_LINK = re.compile(r"https?://[^\s<>\"]{4,500}")


@dataclass(frozen=True, kw_only=True)
class Composition:
    """All that stands in a message. `more` are further fields with values that we wrote ourselves; `enclosures`: name, type, content."""

    from_name: str
    from_address: str
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str = ""
    message_id: str
    dated_at: datetime
    reply_to: str = ""
    in_reply_to: str = ""
    enclosures: tuple[tuple[str, str, bytes], ...] = ()
    more: tuple[tuple[str, str], ...] = field(default_factory=tuple)


def composed(one: Composition) -> bytes:
    """The message as it goes over the wire, lines ending in CRLF. The same composition gives the same bytes."""
    fields = [
        ("From", _mailbox(one.from_name, one.from_address)),
        ("To", _mailbox(one.to_name, one.to_address)),
        ("Subject", encoded_text(one.subject, used=len("Subject: "))),
        ("Date", format_datetime(one.dated_at)),
        ("Message-ID", f"<{one.message_id}>"),
    ]
    if one.reply_to:
        fields.append(("Reply-To", f"<{one.reply_to}>"))
    if one.in_reply_to:
        fields += [("In-Reply-To", f"<{_token(one.in_reply_to)}>"), ("References", f"<{_token(one.in_reply_to)}>")]
    fields += [(name, _token(value)) for name, value in one.more]
    fields.append(("MIME-Version", "1.0"))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    words, boundary = _part("text/plain", one.text), "=_" + one.message_id[:40].replace("@", "_")
    if one.html:
        words = _several("alternative", boundary, [words, _part("text/html", one.html)])
    if one.enclosures:
        words = _several("mixed", f"=_files{boundary}", [words, *(_file(*file) for file in one.enclosures)])
    return head + words


def _several(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    return b"".join(
        [
            f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode(),
            *(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts),
            f"--{boundary}--\r\n".encode(),
        ]
    )


def _file(name: str, kind: str, content: bytes) -> bytes:
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {';\r\n '.join(_parameters('filename', name))}\r\n\r\n"
    )
    return head.encode() + b"\r\n".join([*_CODED_LINE.findall(base64.b64encode(content)), b""])


def _parameters(field: str, value: str) -> list[str]:
    """A parameter of a field: plain ASCII in quotes, anything else by RFC 2231, in pieces that fit their lines."""
    flat = one_line(value, 200).replace("\\", "_").replace('"', "_")
    if flat.isascii() and len(flat) < 60:
        return [f'{field}="{flat}"']
    pieces, piece = [], "utf-8''"
    for char in flat:
        coded = quote(char, safe="")
        if len(piece) + len(coded) > 54:
            pieces.append(piece)
            piece = ""
        piece += coded
    return [f"{field}*{number}*={text}" for number, text in enumerate([*pieces, piece])]


def encoded_text(text: str, *, used: int) -> str:
    """A field's value: plain ASCII as it is, anything else (also what looks like an encoded word) in encoded words, folded."""
    flat = one_line(text, 2_000)
    if flat.isascii() and "=?" not in flat and len(flat) + used <= FIELD_LINE:
        return flat
    if flat.isascii() and "=?" not in flat and all(len(word) < 60 for word in flat.split(" ")):
        return _folded(flat, used)
    return _words(flat)


def _words(flat: str) -> str:
    """Encoded words of at most 75 letters, cut between characters."""
    words, piece = [], b""
    for char in flat:
        letter = char.encode()
        if len(piece) + len(letter) > 42:
            words.append(piece)
            piece = b""
        piece += letter
    words.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(one).decode()}?=" for one in words)


def _folded(flat: str, used: int) -> str:
    lines, line = [], ""
    room = FIELD_LINE - used
    for word in flat.split(" "):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, FIELD_LINE - 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _mailbox(name: str, address: str) -> str:
    """A name and an address. The name is whatever it is, the address was checked before."""
    flat = one_line(name, 120)
    if not flat:
        return f"<{address}>"
    if flat.isascii() and "=?" not in flat and len(flat) <= 60:
        shown = flat if _PLAIN.fullmatch(flat) else '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{shown} <{address}>" if len(shown) + len(address) < 68 else f"{shown}\r\n <{address}>"
    return f"{_words(flat)}\r\n <{address}>"


def _token(value: str) -> str:
    """A value of our own making on one line."""
    return re.sub(r"[\r\n\x00]+", " ", value)


def _part(kind: str, content: str) -> bytes:
    body = printable(content).replace("\n", "\r\n").encode()
    if body.isascii() and max(map(len, body.split(b"\r\n"))) < 900:
        return f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n".encode() + body.rstrip(b"\r\n") + b"\r\n"
    coded = b"\r\n".join([*_CODED_LINE.findall(base64.b64encode(body)), b""])
    return f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + coded


def html_of_text(text: str, *, foot: str = "", language: str = "en") -> str:
    """The HTML part of a text: paragraphs, line ends and links; everything else is shown as it stands."""
    paragraphs = [one for one in re.split(r"\n\s*\n", printable(text).strip("\n")) if one.strip()]
    body = "\n".join(f"<p>{_linked(one)}</p>" for one in paragraphs)
    foot_markup = f'\n<hr>\n<p style="color:#656970;font-size:13px">{_linked(foot)}</p>' if foot else ""
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}"><head><meta charset="utf-8"></head>\n'
        f'<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1d2229;max-width:600px">\n{body}{foot_markup}\n</body></html>'
    )


def _linked(text: str) -> str:
    pieces, place = [], 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)")
        pieces.append(html.escape(text[place : match.start()]))
        pieces.append(f'<a href="{html.escape(address)}">{html.escape(address)}</a>')
        place = match.start() + len(address)
    pieces.append(html.escape(text[place:]))
    return "".join(pieces).replace("\n", "<br>\n")
