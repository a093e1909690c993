"""An SMTP and LMTP listener. It says 250 only when the message is committed; what it can't keep it asks to have again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from regulars.messaging.rules.places import Accept, Keep, Place

log = structlog.get_logger("mail.listener")
AT_ONCE = 8
RECIPIENTS_MAX = 100


class _Smtp(SMTP):
    line_length_limit = 1_000_000  # mail with long lines exists; the whole message has its limit


class _Lmtp(LMTP):
    line_length_limit = 1_000_000


class _Desk:
    """What the protocol asks: who is a recipient here, and is the message kept?"""

    def __init__(self, keep: Keep, accept: Accept, *, is_lmtp: bool) -> None:
        self._keep, self._accept, self._is_lmtp = keep, accept, is_lmtp
        self._busy = asyncio.Semaphore(AT_ONCE)

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients"
        try:
            known = await asyncio.to_thread(self._accept, address)
        except Exception:
            log.exception("recipient not looked up")
            return "451 4.3.0 Try again later"
        if not known:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode("utf-8", "surrogateescape")
        async with self._busy:
            try:
                answers = await asyncio.to_thread(self._keep, (envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos), content)
            except Exception:
                log.exception("message not kept")
                answers = ["451 4.3.0 Not kept, try again later"] * len(envelope.rcpt_tos)
        if self._is_lmtp:
            return "\r\n".join(answers)
        return next((one for one in answers if not one.startswith("250")), answers[0])


async def serve(places: Sequence[Place], *, keep: Keep, accept: Accept, size_max_bytes: int, ready: Callable[[], None]) -> None:
    """Listen until SIGTERM or SIGINT, then let open conversations end."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    servers = []
    for place in places:
        desk = _Desk(keep, accept, is_lmtp=place.is_lmtp)
        kind = _Lmtp if place.is_lmtp else _Smtp

        def conversation(kind: type[SMTP] = kind, desk: _Desk = desk) -> SMTP:
            return kind(desk, data_size_limit=size_max_bytes, enable_SMTPUTF8=True, hostname="regulars", ident="Regulars", timeout=120)

        servers.append(await loop.create_server(conversation, place.host, place.port))
    ready()
    await stop.wait()
    for server in servers:
        server.close()
