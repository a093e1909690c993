"""`regulars policy`: what falls due when, for what-if questions and for audits."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.queries import Deadline, calendar_of, deadline_by, instant_of, target_of
from regulars.policy.rules.deadlines import Piece, Why

FILE_MAX = 2_000_000


class NotADocument(Refusal):
    code = "not_a_document"


class PauseNotRead(Refusal):
    code = "not_a_pause"

    def __init__(self, text: str) -> None:
        super().__init__(_("“%(text)s” is no pause. Write its start and end with a slash between them.") % {"text": text[:80]})


def commands(add: Any) -> None:
    """Register `policy deadline`."""
    policy: ArgumentParser = add.add_parser("policy", help="the binding policy: what is promised, by which calendar")
    words = policy.add_subparsers(dest="word", required=True)
    deadline = words.add_parser("deadline", help="when a target falls due by a calendar, and why")
    deadline.add_argument("--calendar", required=True, metavar="FILE.json", help="the calendar document (- reads the standard input)")
    deadline.add_argument("--target", required=True, help="8bh, 30bm, 24h, 3bd, 3bd-close, 8w-close …")
    deadline.add_argument("--from", dest="start", required=True, metavar="INSTANT", help="without an offset: local time of the calendar")
    deadline.add_argument("--pause", action="append", default=[], metavar="START/END", help="time that does not count; may be repeated")
    deadline.add_argument("--format", choices=("text", "json"), default="text")
    deadline.set_defaults(run=_deadline, needs_no_tables=True)


def _deadline(words: Namespace) -> int:
    calendar = calendar_of(_document(words.calendar))
    target = target_of(words.target)
    start = instant_of(words.start, zone=calendar.zone)
    pauses = [_pause(text, calendar.zone) for text in words.pause]
    found = deadline_by(calendar=calendar, target=target, start=start, pauses=pauses)
    shown = _as_document(found)
    print(json.dumps(shown, ensure_ascii=False, indent=2) if words.format == "json" else _as_text(shown))  # noqa: T201 — the command's answer
    return 0


def _pause(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first, slash, last = text.partition("/")
    if not slash or "/" in last:
        raise PauseNotRead(text)
    return instant_of(first, zone=zone), instant_of(last, zone=zone)


def _document(name: str) -> object:
    try:
        text = sys.stdin.read(FILE_MAX + 1) if name == "-" else _text_of(Path(name))
        if len(text) > FILE_MAX:
            raise NotADocument(_("The file is larger than a calendar can be."))
        return json.loads(text, object_pairs_hook=_each_once)
    except OSError as fault:
        raise NotADocument(_("The file “%(name)s” can't be read: %(why)s.") % {"name": name[:80], "why": fault.strerror or ""}) from None
    except (ValueError, RecursionError) as fault:
        raise NotADocument(_("The file “%(name)s” holds no JSON: %(why)s.") % {"name": name[:80], "why": str(fault)[:120]}) from None


def _text_of(path: Path) -> str:
    with path.open(encoding="utf-8-sig") as file:
        return file.read(FILE_MAX + 1)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, _value in pairs if sum(key == other for other, _any in pairs) > 1)
        raise NotADocument(_("“%(word)s” stands twice in one object.") % {"word": twice[:60]})
    return found


def _as_document(found: Deadline) -> dict[str, Any]:
    return {
        "due_utc": _utc(found.due_at),
        "due_local": _local(found.due_at, found.zone),
        "zone": found.zone.key,
        "explanation": [_piece(piece, found.zone) for piece in found.pieces],
    }


def _piece(piece: Piece, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "from": _local(piece.start, zone),
        "to": _local(piece.end, zone),
        "counted": piece.counted,
        "seconds": _number(piece.seconds) if piece.counted else 0,
        "why": piece.why.value,
        "sentence": _sentence(piece),
    }


def _sentence(piece: Piece) -> str:
    sentences = {
        Why.WORKING: _("%(seconds)s business seconds counted"),
        Why.CLOCK: _("%(seconds)s seconds counted"),
        Why.CLOSED: _("outside working time: nothing counted"),
        Why.HOLIDAY: _("holiday %(on)s: nothing counted"),
        Why.EXCEPTION: _("outside the working time of %(on)s, which has its own: nothing counted"),
        Why.PAUSED: _("waiting: %(seconds)s business seconds paused"),
        Why.DAY_OF_START: _("the day it began does not count"),
        Why.DAY_COUNTED: _("day %(on)s counted"),
    }
    return sentences[piece.why] % {"seconds": _number(piece.seconds), "on": piece.on.isoformat() if piece.on else ""}


def _number(seconds: float) -> int | float:
    return int(seconds) if seconds == int(seconds) else seconds


def _as_text(shown: dict[str, Any]) -> str:
    lines = [_("Due %(local)s (%(utc)s)") % {"local": shown["due_local"], "utc": shown["due_utc"]}]
    lines += [
        f"  {'+' if piece['counted'] else ' '} {piece['from']} – {piece['to']}  {piece['sentence']}" for piece in shown["explanation"]
    ]
    return "\n".join(lines)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat()
