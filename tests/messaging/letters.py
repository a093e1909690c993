"""Mails to try things with."""

from __future__ import annotations

HEAD = b"Date: Mon, 15 Jun 2026 10:00:00 +0200\r\nTo: shop@fennel.example\r\n"


def letter(
    body: bytes = b"Hello\r\n",
    *,
    sender: str = "Ada Lindqvist <ada@mail.example>",
    subject: str = "Bread",
    number: str = "1",
    more: bytes = b"",
) -> bytes:
    """A mail of one part, or of whatever `more` header fields say."""
    ident = f"Message-ID: <{number}@mail.example>\r\n" if number else ""
    return f"From: {sender}\r\nSubject: {subject}\r\n{ident}".encode() + HEAD + more + b"\r\n" + body


def several(*parts: bytes, kind: str = "mixed", boundary: str = "cut", **options: object) -> bytes:
    """A multipart mail."""
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary.encode() + b"--\r\n"
    return letter(body, more=f"MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary={boundary}\r\n".encode(), **options)  # type: ignore[arg-type]


def delivery_report(*, recipient: str = "ada@mail.example", action: str = "failed", status: str = "5.1.1", returned: bytes = b"") -> bytes:
    """A delivery report of RFC 3464."""
    return several(
        b"Content-Type: text/plain\r\n\r\nCould not deliver.",
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        + f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n".encode(),
        b"Content-Type: message/rfc822\r\n\r\n" + returned,
        kind="report; report-type=delivery-status",
        sender="Mail Delivery <mailer-daemon@mx.example>",
        subject="Undelivered",
        number=f"dsn-{recipient}-{status}",
    )
