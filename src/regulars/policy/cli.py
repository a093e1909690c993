"""`regulars policy`: what falls due when, for what-if questions and for audits; the policy itself as one document."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.business.queries import Scope, all_businesses, business_of, scope_named, zone_of
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.policy.queries import (
    STARTING_POINTS,
    Deadline,
    calendar_of,
    deadline_by,
    instant_of,
    open_draft,
    policy_versions,
    starting_point,
    target_of,
    version_at,
)
from regulars.policy.rules.deadlines import Piece, Why
from regulars.policy.services import lay_out_draft, publish_policy, save_draft, translate_policy

ACTOR = "system:console"

FILE_MAX = 2_000_000


class NotADocument(Refusal):
    code = "not_a_document"


class PauseNotRead(Refusal):
    code = "not_a_pause"

    def __init__(self, text: str) -> None:
        super().__init__(_("“%(text)s” is no pause. Write its start and end with a slash between them.") % {"text": text[:80]})


def commands(add: Any) -> None:
    """Register `policy deadline`, `policy show`, `policy apply`, `policy publish`."""
    policy: ArgumentParser = add.add_parser("policy", help="the binding policy: what is promised, by which calendar")
    words = policy.add_subparsers(dest="word", required=True)
    deadline = words.add_parser("deadline", help="when a target falls due by a calendar, and why")
    deadline.add_argument("--calendar", required=True, metavar="FILE.json", help="the calendar document (- reads the standard input)")
    deadline.add_argument("--target", required=True, help="8bh, 30bm, 24h, 3bd, 3bd-close, 8w-close …")
    deadline.add_argument("--from", dest="start", required=True, metavar="INSTANT", help="without an offset: local time of the calendar")
    deadline.add_argument("--pause", action="append", default=[], metavar="START/END", help="time that does not count; may be repeated")
    deadline.add_argument("--format", choices=("text", "json"), default="text")
    deadline.set_defaults(run=_deadline, needs_no_tables=True)
    _document_words(words)


def _document_words(words: Any) -> None:
    show = words.add_parser("show", help="print the policy in force, comments and all")
    show.add_argument("--at", default="", metavar="INSTANT", help="the one in force then")
    show.add_argument("--draft", action="store_true", help="the open draft instead")
    show.add_argument("--versions", action="store_true", help="list all versions instead")
    show.add_argument("--template", choices=sorted(STARTING_POINTS), help="one of the texts to start from instead")
    show.set_defaults(run=_show)
    apply = words.add_parser("apply", help="make a document the open draft and lay it before the staff (- reads the standard input)")
    apply.add_argument("file", metavar="FILE")
    apply.set_defaults(run=_apply)
    publish = words.add_parser("publish", help="put a document, or the open draft, in force")
    publish.add_argument("file", metavar="FILE", nargs="?", help="left out: the open draft as it stands")
    publish.add_argument("--minor", action="store_true", help="a minor version: confirmations keep holding")
    publish.add_argument("--from", dest="effective_at", default="", metavar="INSTANT", help="with effect from; left out: at once")
    publish.add_argument("--override", default="", metavar="REASON", help="publish before the staff had its days; all will see the reason")
    publish.set_defaults(run=_publish)
    translate = words.add_parser("translate", help="add a language to the version in force: the same promises in other words")
    translate.add_argument("file", metavar="FILE")
    translate.set_defaults(run=_translate)
    for one in (show, apply, publish, translate):
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def _show(words: Namespace) -> int:
    if words.template:
        firm = business_of(scope=scope_named(business=words.business)) if all_businesses() else None
        zone, currency = (firm.zone, firm.currency or "EUR") if firm else ("UTC", "EUR")
        _say(starting_point(words.template, zone=zone, currency=currency))
        return 0
    scope = scope_named(business=words.business)
    if words.versions:
        for one in policy_versions(scope=scope):
            _say(f"{one}\tfrom {one.effective_at.isoformat()}\t{one.fingerprint[:12]}\tby {one.actor}")
        return 0
    if words.draft:
        draft = open_draft(scope=scope)
        if draft is None:
            raise NotFound(_("There is no open draft of the policy."))
        _say(draft.text)
        return 0
    version = version_at(scope=scope, at=_instant(words.at, scope) or clock.now())
    if version is None:
        raise NotFound(_("No policy was in force then. Start from one of: %(names)s.") % {"names": ", ".join(sorted(STARTING_POINTS))})
    _say(version.text)
    return 0


def _apply(words: Namespace) -> int:
    scope, at = scope_named(business=words.business), clock.now()
    draft = save_draft(scope=scope, text=_text(words.file), revision=None, at=at, actor=ACTOR)
    laid = lay_out_draft(scope=scope, at=at, actor=ACTOR)
    assert laid.laid_out_at is not None
    _say(
        _("Revision %(revision)s of the draft lies before the staff since %(instant)s.")
        % {"revision": draft.revision, "instant": laid.laid_out_at.isoformat()}
    )
    return 0


def _publish(words: Namespace) -> int:
    scope, at = scope_named(business=words.business), clock.now()
    version = publish_policy(
        scope=scope,
        grade="minor" if words.minor else "major",
        effective_at=_instant(words.effective_at, scope),
        override_reason=words.override,
        text=_text(words.file) if words.file else None,
        at=at,
        actor=ACTOR,
    )
    _say(
        _("Version %(number)s holds from %(instant)s on; fingerprint %(fingerprint)s.")
        % {"number": version, "instant": version.effective_at.isoformat(), "fingerprint": version.fingerprint}
    )
    return 0


def _translate(words: Namespace) -> int:
    scope, at = scope_named(business=words.business), clock.now()
    version = version_at(scope=scope, at=at)
    if version is None:
        raise NotFound(_("No policy is in force."))
    row = translate_policy(scope=scope, public_id=str(version.public_id), text=_text(words.file), at=at, actor=ACTOR)
    _say(
        _("Version %(number)s in %(language)s; fingerprint %(fingerprint)s.")
        % {"number": version, "language": row.language, "fingerprint": row.fingerprint}
    )
    return 0


def _instant(text: str, scope: Scope) -> datetime | None:
    return instant_of(text, zone=zone_of(business=business_of(scope=scope))) if text else None


def _text(name: str) -> str:
    try:
        text = sys.stdin.read(FILE_MAX + 1) if name == "-" else _text_of(Path(name))
    except (OSError, UnicodeDecodeError) as fault:
        raise NotADocument(_("The file “%(name)s” can't be read: %(why)s.") % {"name": name[:80], "why": str(fault)[:120]}) from None
    return text


def _say(text: str) -> None:
    print(text)  # noqa: T201 — the command's answer


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
