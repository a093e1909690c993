"""A received mail as a value: who, what, which words, which attachments, and what had to be mended to read it."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from datetime import datetime

from regulars.messaging.rules.charsets import decoded
from regulars.messaging.rules.headers import Address, addresses_in, ids_in, instant_in
from regulars.messaging.rules.parts import Part, Structure, safe_file_name, structure_of

TEXT_MAX = 200_000
HTML_MAX = 2_000_000
INLINE_IMAGE_MAX = 300_000


@dataclass(frozen=True)
class Attachment:
    """One file that came along; `number` counts from 1 and names it in addresses."""

    number: int
    path: str
    name: str
    type: str
    size_bytes: int
    content_id: str


@dataclass(frozen=True)
class ReadMail:
    """What a mail says. Instants are the sender's claim; the clock of the business is the receipt's."""

    structure: Structure
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    dated_at: datetime | None
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    charsets: tuple[str, ...]
    repaired: bool
    notes: tuple[str, ...]
    content_key: str

    @property
    def recipients(self) -> list[str]:
        """Every address it is written to, in lower case."""
        return [one.normal for one in (*self.to, *self.cc) if one.address]


def read_mail(raw: bytes) -> ReadMail:
    """Read a mail. Raises `parts.Unreadable` for what passes a limit, and for nothing else."""
    structure = structure_of(raw)
    fields = structure.fields
    words = _Words(raw, structure)
    senders = addresses_in(fields.raw("from")) or addresses_in(fields.raw("sender"))
    if not senders:
        words.notes.append("no_sender")
    ids = ids_in(fields.raw("message-id"))
    key = _content_key(raw, structure)
    dated = instant_in(fields.raw("date"))
    if dated is None:
        words.notes.append("no_date")
    return ReadMail(
        structure=structure,
        message_id=ids[0] if ids else f"{key[:40]}@made-here.invalid",
        in_reply_to=tuple(ids_in(fields.raw("in-reply-to"))),
        references=tuple(ids_in(fields.raw("references"))),
        sender=senders[0] if senders else Address("", ""),
        reply_to=tuple(addresses_in(fields.raw("reply-to"))[:5]),
        to=tuple(_all_addresses(structure, "to")),
        cc=tuple(_all_addresses(structure, "cc")),
        subject=fields.text("subject"),
        dated_at=dated,
        text=words.text,
        html=words.html,
        attachments=tuple(words.attachments),
        charsets=tuple(words.charsets),
        repaired=words.repaired,
        notes=tuple(dict.fromkeys([*structure.notes, *words.notes])),
        content_key=key,
    )


def attachment_bytes(raw: bytes, number: int) -> tuple[Attachment, bytes] | None:
    """One attachment with its content."""
    structure = structure_of(raw)
    for found in _Words(raw, structure).attachments:
        if found.number == number:
            part = next(leaf for leaf in structure.leaves if leaf.path == found.path)
            return found, part.body(raw)
    return None


def inline_images(raw: bytes) -> dict[str, tuple[str, bytes]]:
    """Small pictures that the text refers to by content id: id → (type, content)."""
    found: dict[str, tuple[str, bytes]] = {}
    for leaf in structure_of(raw).leaves:
        ids = ids_in(leaf.fields.raw("content-id"))
        if ids and leaf.content.kind in ("image/png", "image/jpeg", "image/gif", "image/webp"):
            content = leaf.body(raw)
            if len(content) <= INLINE_IMAGE_MAX and len(found) < 20:
                found[ids[0]] = (leaf.content.kind, content)
    return found


class _Words:
    """Sorts the leaves into text, HTML and attachments."""

    def __init__(self, raw: bytes, structure: Structure) -> None:
        self.notes: list[str] = []
        self.charsets: list[str] = []
        self.repaired = False
        self.attachments: list[Attachment] = []
        texts: list[str] = []
        self.html = ""
        for leaf in structure.leaves:
            kind = leaf.content.kind
            if kind == "text/plain" and not leaf.is_attachment and sum(map(len, texts)) < TEXT_MAX:
                texts.append(self._decoded(leaf, raw))
            elif kind == "text/html" and not leaf.is_attachment and not self.html:
                self.html = self._decoded(leaf, raw)[:HTML_MAX]
            elif kind in ("message/delivery-status", "message/feedback-report", "text/rfc822-headers"):
                continue
            else:
                self._attach(leaf, raw)
            self.notes += leaf.notes
        text = "\n\n".join(one.strip("\n") for one in texts if one.strip()) or text_of_html(self.html)
        if len(text) > TEXT_MAX:
            self.notes.append("text_cut")
        self.text = text[:TEXT_MAX]

    def _decoded(self, leaf: Part, raw: bytes) -> str:
        found = decoded(leaf.body(raw), leaf.charset)
        self.charsets.append("; ".join(found.steps))
        self.repaired = self.repaired or found.repaired
        return found.text

    def _attach(self, leaf: Part, raw: bytes) -> None:
        number = len(self.attachments) + 1
        name = leaf.file_name or ("message.eml" if leaf.content.kind == "message/rfc822" else "")
        content = leaf.body(raw)
        if not content and not name:
            return
        ids = ids_in(leaf.fields.raw("content-id"))
        kind = leaf.content.kind[:100]
        self.attachments.append(Attachment(number, leaf.path, safe_file_name(name, number), kind, len(content), ids[0] if ids else ""))


def _all_addresses(structure: Structure, name: str) -> list[Address]:
    return [one for value in structure.fields.all(name)[:10] for one in addresses_in(value)][:200]


def _content_key(raw: bytes, structure: Structure) -> str:
    """The same for two copies of one mail, whatever servers added on the way; different when a word differs."""
    digest = hashlib.sha256()
    for name, value in structure.fields.rows:
        if name in ("message-id", "date", "from", "subject", "to", "cc", "content-type", "in-reply-to", "references"):
            digest.update(name.encode() + b":" + re.sub(rb"\s+", b" ", value) + b"\n")
    first = min((leaf.start for leaf in structure.leaves), default=0)
    digest.update(raw[first:].replace(b"\r\n", b"\n").rstrip())
    return digest.hexdigest()


def text_of_html(markup: str) -> str:
    """The words of an HTML text, with line ends where blocks end; scripts and styles left out."""
    markup = _without_silent_parts(markup)
    pieces, place = [], 0
    for match in re.finditer(r"<[^<>]{0,20000}>?", markup):
        pieces.append(markup[place : match.start()])
        if re.match(r"</?(?:p|div|br|tr|li|h[1-6]|table|blockquote|ul|ol|hr)\b", match[0], re.IGNORECASE):
            pieces.append("\n")
        place = match.end()
    pieces.append(markup[place:])
    plain = html.unescape(re.sub(r"[ \t\r\f\v\u00a0]+", " ", "".join(pieces)))
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r" *\n *", "\n", plain)).strip()[: TEXT_MAX + 1]


def _without_silent_parts(markup: str) -> str:
    """One pass: each search goes on where the last one ended, so hostile markup costs no more than its length."""
    pieces, place = [], 0
    opening = re.compile(r"<(script|style|head|title)\b", re.IGNORECASE)
    while match := opening.search(markup, place):
        pieces.append(markup[place : match.start()])
        closing = re.compile(rf"</{match[1]}", re.IGNORECASE).search(markup, match.end())
        if closing is None:
            return " ".join(pieces)
        place = closing.start()
    pieces.append(markup[place:])
    return " ".join(pieces)
