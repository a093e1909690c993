"""`regulars loyalty`: programs as documents, statements, ends, exports, proofs."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import Scope, scope_named
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.tables.writing import csv_lines
from regulars.loyalty.queries import (
    ENTRY_COLUMNS,
    DayLine,
    Program,
    document_of,
    program_coded,
    shown_units,
    statement_of,
    told_entries,
    version_at,
    versions_of,
)
from regulars.loyalty.services import (
    DocumentRefused,
    ProgramNotFound,
    apply_program,
    check_program,
    close_days,
    expire_lots,
    prove_books,
    thaw_program,
)

ACTOR = "system:console"


class NotATime(Refusal):
    code = "not_a_time"

    def __init__(self, text: str, like: str) -> None:
        super().__init__(_("“%(text)s” can't be read; write it like %(like)s.") % {"text": text[:60], "like": like})


class NotYet(Refusal):
    code = "not_yet"

    def __init__(self) -> None:
        super().__init__(_("What ends later can't be booked as ended now."))


class NoSuchFile(Refusal):
    code = "no_such_file"

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no file “%(name)s” that can be read.") % {"name": name[:200]})


def commands(add: Any) -> None:
    """Register the words of `regulars loyalty`."""
    loyalty: ArgumentParser = add.add_parser("loyalty", help="programs, statements, ends of points, exports")
    words = loyalty.add_subparsers(dest="word", required=True)
    _program_words(words.add_parser("program", help="a program as one JSON document").add_subparsers(dest="act", required=True))
    statement = words.add_parser("statement", help="what moved on each day, from opening to closing")
    statement.add_argument("--program", required=True, metavar="CODE")
    statement.add_argument("--from", dest="first", required=True, metavar="DATE")
    statement.add_argument("--to", dest="last", required=True, metavar="DATE")
    statement.add_argument("--format", choices=["text", "json", "csv"], default="text")
    statement.set_defaults(run=_statement)
    expire = words.add_parser("expire", help="book the ends of points that have ended")
    expire.add_argument("--as-of", default="", metavar="INSTANT", help="left out: now")
    expire.set_defaults(run=_expire)
    close = words.add_parser("close", help="close the accounting days up to a date")
    close.add_argument("--program", required=True, metavar="CODE")
    close.add_argument("--through", required=True, metavar="DATE")
    close.set_defaults(run=_close)
    export = words.add_parser("export", help="everything that was booked")
    export.add_argument("what", choices=["entries"])
    export.add_argument("--program", default="", metavar="CODE", help="left out: all")
    export.add_argument("--format", choices=["csv", "json"], default="csv", help="json: one object a line")
    export.set_defaults(run=_export)
    verify = words.add_parser("verify", help="prove the books; a program whose books don't agree is frozen")
    verify.set_defaults(run=_verify)
    thaw = words.add_parser("thaw", help="let members of a frozen program spend again")
    thaw.add_argument("--program", required=True, metavar="CODE")
    thaw.set_defaults(run=_thaw)
    for one in (statement, expire, close, export, verify, thaw):
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def _program_words(acts: Any) -> None:
    for act, run, what in (("check", _check, "say what is wrong with a document"), ("apply", _apply, "make it the program's next version")):
        one = acts.add_parser(act, help=what)
        one.add_argument("file", metavar="FILE", help="- reads the standard input")
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
        one.set_defaults(run=run)
    show = acts.add_parser("show", help="print a program's document")
    show.add_argument("code", metavar="CODE")
    show.add_argument("--at", default="", metavar="INSTANT", help="what it said then; left out: now")
    show.add_argument("--versions", action="store_true", help="list all versions instead")
    show.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
    show.set_defaults(run=_show)


def _check(arguments: Namespace) -> int:
    try:
        document, warnings = check_program(text=_read(arguments.file), at=clock.now())
    except DocumentRefused as refused:
        _say(f"{one['place'] or '-'}: {one['code']} {one['detail']}".rstrip() for one in refused.extra["faults"])
        return 1
    _say([_("“%(name)s” can be applied.") % {"name": document.name}])
    _say(f"{one.place}: {one.code} {one.sentence}".rstrip() for one in warnings)
    return 0


def _apply(arguments: Namespace) -> int:
    try:
        applied = apply_program(scope=scope_named(business=arguments.business), text=_read(arguments.file), at=clock.now(), actor=ACTOR)
    except DocumentRefused as refused:
        _say(f"{one['place'] or '-'}: {one['code']} {one['detail']}".rstrip() for one in refused.extra["faults"])
        return 1
    words = {"number": applied.version.number, "at": applied.version.effective_at.isoformat()}
    _say(
        [(_("Version %(number)s, in force from %(at)s.") if applied.made else _("Nothing has changed: version %(number)s stands.")) % words]
    )
    _say(f"{one.place}: {one.code} {one.sentence}".rstrip() for one in applied.warnings)
    return 0


def _show(arguments: Namespace) -> int:
    program = _program(scope_named(business=arguments.business), arguments.code)
    if arguments.versions:
        _say(f"{one.number} {one.effective_at.isoformat()} {one.digest[:12]} {one.actor}" for one in versions_of(program=program))
        return 0
    version = version_at(program=program, at=_instant(arguments.at) or clock.now())
    if version is None:
        raise ProgramNotFound
    _say([json.dumps(json.loads(version.document), ensure_ascii=False, indent=2)])
    return 0


def _statement(arguments: Namespace) -> int:
    program = _program(scope_named(business=arguments.business), arguments.program)
    first, last = _date(arguments.first), _date(arguments.last)
    version = version_at(program=program, at=clock.now())
    units = document_of(version).units if version else ()
    rows = [_shown(line, unit) for unit in units for line in statement_of(program=program, unit=unit.code, first=first, last=last)]
    if arguments.format == "json":
        _say([json.dumps({"program": program.code, "from": first.isoformat(), "to": last.isoformat(), "days": rows})])
    elif arguments.format == "csv":
        sys.stdout.writelines(csv_lines([list(rows[0]), *(list(row.values()) for row in rows)] if rows else []))
    else:
        _say("  ".join(f"{name} {value}" for name, value in row.items()) for row in rows)
    return 0


def _shown(line: DayLine, unit: Any) -> dict[str, Any]:
    moved = {kind: shown_units(unit, units) for kind, units in line.movements.items()}
    ends = {"opening": shown_units(unit, line.opening), **moved, "closing": shown_units(unit, line.closing)}
    return {"day": line.day.isoformat(), "unit": line.unit, **ends, "closed": line.closed}


def _expire(arguments: Namespace) -> int:
    now = clock.now()
    at = _instant(arguments.as_of) or now
    if at > now:
        raise NotYet
    accounts = 0
    while done := expire_lots(at=at):
        accounts += done
    _say([_("Ends were booked for %(n)s accounts.") % {"n": accounts}])
    return 0


def _close(arguments: Namespace) -> int:
    program = _program(scope_named(business=arguments.business), arguments.program)
    closed = close_days(program=program, through=_date(arguments.through), at=clock.now(), actor=ACTOR)
    _say([_("%(n)s days closed.") % {"n": closed}])
    return 0


def _export(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    rows = told_entries(scope=scope, program=_program(scope, arguments.program) if arguments.program else None)
    if arguments.format == "json":
        _say(json.dumps(row, ensure_ascii=False) for row in rows)
        return 0
    told = ([json.dumps(row[name]) if name == "why" else row[name] for name in ENTRY_COLUMNS] for row in rows)
    sys.stdout.writelines(csv_lines(_headed(told)))
    return 0


def _headed(rows: Iterable[list[Any]]) -> Iterable[list[Any]]:
    yield list(ENTRY_COLUMNS)
    yield from rows


def _verify(arguments: Namespace) -> int:
    broken = 0
    for proof in prove_books(at=clock.now(), actor=ACTOR, business_id=scope_named(business=arguments.business).business_id):
        broken += len(proof.faults)
        _say(f"{proof.program.code}: account {account}: {sentence}" for account, sentence in proof.faults)
        if proof.froze:
            _say([_("Spending in “%(program)s” is stopped now.") % {"program": proof.program.code}])
    _say([_("%(n)s accounts don't agree.") % {"n": broken}])
    return 1 if broken else 0


def _thaw(arguments: Namespace) -> int:
    program = _program(scope_named(business=arguments.business), arguments.program)
    thawed = thaw_program(program=program, at=clock.now(), actor=ACTOR)
    _say([_("Members can spend again.") if thawed else _("It was not stopped.")])
    return 0


def _program(scope: Scope, code: str) -> Program:
    program = program_coded(scope=scope, code=code)
    if program is None:
        raise ProgramNotFound
    return program


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError:
        raise NoSuchFile(name) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotATime(text, "2026-11-23") from None


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise NotATime(text, "2026-11-23T09:00+01:00") from None
    if instant.tzinfo is None:
        raise NotATime(text, "2026-11-23T09:00+01:00")
    return instant


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201 — the command's answer
