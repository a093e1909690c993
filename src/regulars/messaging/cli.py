"""`regulars mail`: take files in, look at what was parked, try it again."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.messaging.queries import parked_receipts
from regulars.messaging.services import Place, business_for_mail, files_taken_in, keep_message, listen, mailbox_at, retry_parked

ACTOR = "system:mail"
DEFAULT_MAILBOX = "files"


class NoSuchPlace(Refusal):
    code = "no_such_file"

    def __init__(self, place: Path) -> None:
        super().__init__(_("There is no file or folder “%(place)s”.") % {"place": str(place)})


class NowhereToListen(Refusal):
    code = "nowhere_to_listen"

    def __init__(self) -> None:
        super().__init__(_("Set REGULARS_MAIL_SMTP_LISTEN or REGULARS_MAIL_LMTP_LISTEN to host:port first."))


def commands(add: Any) -> None:
    """Register `mail ingest`, `mail parked`, `mail retry`."""
    parser = add.add_parser("mail", help="mail in and out")
    acts = parser.add_subparsers(dest="act", required=True, metavar="WHAT")
    ingest = acts.add_parser("ingest", help="take in .eml and mbox files, or folders of them")
    ingest.add_argument("place", type=Path, metavar="FILE_OR_FOLDER")
    ingest.add_argument("--mailbox", default=DEFAULT_MAILBOX, metavar="NAME", help="the mailbox it arrived at (files)")
    ingest.add_argument("--json", action="store_true", help="print one JSON object for each message")
    ingest.set_defaults(run=ingest_files)
    parked = acts.add_parser("parked", help="what could not be read, with the reason")
    parked.add_argument("--json", action="store_true", help="print one JSON object for each message")
    parked.set_defaults(run=list_parked)
    retry = acts.add_parser("retry", help="read parked mail once more")
    retry.add_argument("receipt", nargs="?", default="", help="one receipt; without it all are tried")
    retry.add_argument("--json", action="store_true", help="print one JSON object for each message")
    retry.set_defaults(run=try_again)
    listening = acts.add_parser("listen", help="listen for SMTP and LMTP at the addresses of the settings (`run` does it by itself)")
    listening.set_defaults(run=listen_for_mail)


def listen_for_mail(_arguments: argparse.Namespace) -> int:
    """`regulars mail listen`: until SIGTERM or SIGINT."""
    chosen = settings.REGULARS
    places = [
        Place(*_host_and_port(text), is_lmtp=is_lmtp)
        for text, is_lmtp in ((chosen.mail_smtp_listen, False), (chosen.mail_lmtp_listen, True))
        if text
    ]
    if not places:
        raise NowhereToListen

    def keep(sender: str, recipients: Sequence[str], content: bytes) -> list[str]:
        with _own_connection():
            return keep_message(sender=sender, recipients=recipients, content=content, at=now())

    def accept(address: str) -> bool:
        with _own_connection():
            return mailbox_at(address=address, at=now()) is not None

    def ready() -> None:
        for place in places:
            _say(
                {"listening": f"{place.host}:{place.port}", "protocol": "LMTP" if place.is_lmtp else "SMTP"}, argparse.Namespace(json=False)
            )

    asyncio.run(listen(places=places, keep=keep, accept=accept, size_max_bytes=chosen.mail_max_megabytes * 1024 * 1024, ready=ready))
    return 0


@contextmanager
def _own_connection() -> Iterator[None]:
    """Threads of the listener keep no connection between two messages that the database has closed."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def _host_and_port(text: str) -> tuple[str, int]:
    host, _sep, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def ingest_files(arguments: argparse.Namespace) -> int:
    """`regulars mail ingest`: exit code 0 also when messages were parked; 2 when the place can't be read."""
    if not arguments.place.exists():
        raise NoSuchPlace(arguments.place)
    for one in files_taken_in(place=arguments.place, mailbox_name=arguments.mailbox, at=now(), actor=ACTOR):
        _say(one.as_json(), arguments)
    return 0


def list_parked(arguments: argparse.Namespace) -> int:
    """`regulars mail parked`."""
    business = business_for_mail(at=now(), actor=ACTOR)
    rows = parked_receipts(scope=Scope(business.pk), limit=1000)
    for row in rows:
        shown = {"receipt": str(row.public_id), "mailbox": row.mailbox.name, "received": row.received_at.isoformat(), "reason": row.reason}
        _say({**shown, "attempts": row.attempts, "size": row.raw.size_bytes, "file": row.source}, arguments)
    if not rows and not arguments.json:
        sys.stdout.write(_("Nothing is parked.") + "\n")
    return 0


def try_again(arguments: argparse.Namespace) -> int:
    """`regulars mail retry [RECEIPT]`."""
    business = business_for_mail(at=now(), actor=ACTOR)
    rows = [row for row in parked_receipts(scope=Scope(business.pk), limit=10_000) if arguments.receipt in ("", str(row.public_id))]
    if arguments.receipt and not rows:
        raise NotFound(_("No parked mail has this receipt."))
    for row in rows:
        read = retry_parked(business_id=business.pk, receipt_id=row.pk, at=now(), actor=ACTOR)
        _say({"receipt": str(read.public_id), "state": str(read.state), "reason": read.reason}, arguments)
    return 0


def _say(shown: dict[str, Any], arguments: argparse.Namespace) -> None:
    if arguments.json:
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("  ".join(str(value) for value in shown.values() if value not in (None, "")) + "\n")
    sys.stdout.flush()
