"""`regulars loyalty`: programs as documents, statements, ends, exports, vouchers, proofs."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import all_businesses, business_of, scope_named, zone_of
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.tables.writing import csv_lines
from regulars.loyalty.cli.notices import notice_words
from regulars.loyalty.cli.reading import ACTOR, bytes_of, date_in, instant_in, program_named, say, say_faults
from regulars.loyalty.cli.showing import show_program
from regulars.loyalty.cli.vouchers import voucher_words
from regulars.loyalty.queries import (
    ENTRY_COLUMNS,
    DayLine,
    change_in_words,
    document_of,
    meaning_of,
    shown_units,
    statement_of,
    told_entries,
    version_at,
)
from regulars.loyalty.rules.calendars import start_of
from regulars.loyalty.services import (
    DocumentRefused,
    NoticeTooShort,
    apply_program,
    check_program,
    close_days,
    earn_by_purchases,
    expire_lots,
    expire_vouchers,
    prove_books,
    take_back_by_refund,
    thaw_program,
)
from regulars.purchases.queries import Kind, purchase_numbered, purchase_numbers

AT_ONCE = 5_000


class NotYet(Refusal):
    code = "not_yet"

    def __init__(self) -> None:
        super().__init__(_("What ends later can't be booked as ended now."))


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
    expire = words.add_parser("expire", help="book the ends of points and vouchers that have ended")
    expire.add_argument("--as-of", default="", metavar="INSTANT", help="left out: now")
    expire.set_defaults(run=_expire)
    earn = words.add_parser("earn", help="book what purchases earn that were recorded without a till: imported ones, or before the program")
    earn.add_argument(
        "--since", required=True, metavar="DATE", help="the first day of the purchases; each earns by the version of its own time"
    )
    earn.set_defaults(run=_earn)
    close = words.add_parser("close", help="close the accounting days up to a date")
    close.add_argument("--program", required=True, metavar="CODE")
    close.add_argument("--through", required=True, metavar="DATE")
    close.set_defaults(run=_close)
    export = words.add_parser("export", help="everything that was booked")
    export.add_argument("what", choices=["entries"])
    export.add_argument("--program", default="", metavar="CODE", help="left out: all")
    export.add_argument("--format", choices=["csv", "json"], default="csv", help="json: one object a line")
    export.set_defaults(run=_export)
    voucher_words(words.add_parser("vouchers", help="codes for rewards").add_subparsers(dest="act", required=True))
    notice_words(words.add_parser("notices", help="who has to be told before units end").add_subparsers(dest="act", required=True))
    verify = words.add_parser("verify", help="prove the books; a program whose books don't agree is frozen")
    verify.set_defaults(run=_verify)
    thaw = words.add_parser("thaw", help="let members of a frozen program spend again")
    thaw.add_argument("--program", required=True, metavar="CODE")
    thaw.set_defaults(run=_thaw)
    for one in (statement, expire, earn, close, export, verify, thaw):
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def _program_words(acts: Any) -> None:
    for act, run, what in (("check", _check, "say what is wrong with a document"), ("apply", _apply, "make it the program's next version")):
        one = acts.add_parser(act, help=what)
        one.add_argument("file", metavar="FILE", help="- reads the standard input")
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
        one.set_defaults(run=run)
    show = acts.add_parser("show", help="say in words what a file says and what it changes, or print a program's document")
    show.add_argument("what", metavar="FILE|CODE", help="- reads the standard input")
    show.add_argument("--at", default="", metavar="INSTANT", help="what the program said then; left out: now")
    show.add_argument("--versions", action="store_true", help="list all versions instead")
    show.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
    show.set_defaults(run=show_program)


def _check(arguments: Namespace) -> int:
    try:
        document, warnings = check_program(text=bytes_of(arguments.file), at=clock.now())
    except DocumentRefused as refused:
        say_faults(refused)
        return 1
    say([_("“%(name)s” can be applied.") % {"name": document.name}])
    say(f"{one.place}: {one.code} {one.sentence}".rstrip() for one in warnings)
    if not arguments.business and len(all_businesses()) != 1:
        return 0  # a document alone can be checked anywhere; what it changes, only against a business's programs
    meaning = meaning_of(scope=scope_named(business=arguments.business), document=document, at=clock.now())
    if meaning is None:
        return 0
    say(f"{one.bearing} {change_in_words(one)}" for one in meaning.changes)
    if meaning.earliest_at is not None and (document.effective_at or clock.now()) < meaning.earliest_at:
        words = {"days": meaning.notice_days, "at": meaning.earliest_at.isoformat()}
        say([_("Not yet: what is worse for members needs %(days)s days' notice. It may begin at %(at)s.") % words])
        return 1
    return 0


def _apply(arguments: Namespace) -> int:
    try:
        applied = apply_program(scope=scope_named(business=arguments.business), text=bytes_of(arguments.file), at=clock.now(), actor=ACTOR)
    except DocumentRefused as refused:
        say_faults(refused)
        return 1
    except NoticeTooShort as refused:
        say([refused.sentence])
        return 1
    words = {"number": applied.version.number, "at": applied.version.effective_at.isoformat()}
    say(
        [(_("Version %(number)s, in force from %(at)s.") if applied.made else _("Nothing has changed: version %(number)s stands.")) % words]
    )
    say(f"{one.place}: {one.code} {one.sentence}".rstrip() for one in applied.warnings)
    return 0


def _statement(arguments: Namespace) -> int:
    program = program_named(scope_named(business=arguments.business), arguments.program)
    first, last = date_in(arguments.first), date_in(arguments.last)
    version = version_at(program=program, at=clock.now())
    units = document_of(version).units if version else ()
    rows = [_shown(line, unit) for unit in units for line in statement_of(program=program, unit=unit.code, first=first, last=last)]
    if arguments.format == "json":
        say([json.dumps({"program": program.code, "from": first.isoformat(), "to": last.isoformat(), "days": rows})])
    elif arguments.format == "csv":
        sys.stdout.writelines(csv_lines([list(rows[0]), *(list(row.values()) for row in rows)] if rows else []))
    else:
        say("  ".join(f"{name} {value}" for name, value in row.items()) for row in rows)
    return 0


def _shown(line: DayLine, unit: Any) -> dict[str, Any]:
    moved = {kind: shown_units(unit, units) for kind, units in line.movements.items()}
    ends = {"opening": shown_units(unit, line.opening), **moved, "closing": shown_units(unit, line.closing)}
    return {"day": line.day.isoformat(), "unit": line.unit, **ends, "closed": line.closed}


def _expire(arguments: Namespace) -> int:
    now = clock.now()
    at = instant_in(arguments.as_of) or now
    if at > now:
        raise NotYet
    accounts = 0
    while done := expire_lots(at=at):
        accounts += done
    say([_("Ends were booked for %(n)s accounts.") % {"n": accounts}])
    vouchers = 0
    while ended := expire_vouchers(at=at):
        vouchers += ended
    if vouchers:
        say([_("%(n)s vouchers have ended.") % {"n": vouchers}])
    return 0


def _earn(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    at, made, looked = clock.now(), 0, 0
    since = start_of(date_in(arguments.since), zone_of(business=business_of(scope=scope)))
    for some in batched(purchase_numbers(scope=scope, kind=Kind.SALE, since=since, until=at), AT_ONCE):
        made += earn_by_purchases(scope=scope, numbers=some, at=clock.now(), actor=ACTOR)
        looked += len(some)
        say([_("%(n)s purchases looked at, %(made)s entries booked.") % {"n": looked, "made": made}])
    for number in purchase_numbers(scope=scope, kind=Kind.REFUND, since=since, until=at):
        refund = purchase_numbered(scope=scope, number=number)
        if refund is not None:
            take_back_by_refund(refund=refund, at=clock.now(), actor=ACTOR)
    if not looked:
        say([_("There is no purchase since then.")])
    return 0


def _close(arguments: Namespace) -> int:
    program = program_named(scope_named(business=arguments.business), arguments.program)
    closed = close_days(program=program, through=date_in(arguments.through), at=clock.now(), actor=ACTOR)
    say([_("%(n)s days closed.") % {"n": closed}])
    return 0


def _export(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    rows = told_entries(scope=scope, program=program_named(scope, arguments.program) if arguments.program else None)
    if arguments.format == "json":
        say(json.dumps(row, ensure_ascii=False) for row in rows)
        return 0
    told = ([json.dumps(row[name]) if name == "why" else row[name] for name in ENTRY_COLUMNS] for row in rows)
    sys.stdout.writelines(csv_lines(_headed(told)))
    return 0


def _headed(rows: Iterable[list[Any]]) -> Iterable[list[Any]]:
    yield list(ENTRY_COLUMNS)
    yield from rows


def _verify(arguments: Namespace) -> int:
    broken = wrong = 0
    for proof in prove_books(at=clock.now(), actor=ACTOR, business_id=scope_named(business=arguments.business).business_id):
        broken += len(proof.faults)
        wrong += len(proof.voucher_faults)
        say(f"{proof.program.code}: account {account}: {sentence}" for account, sentence in proof.faults)
        say(f"{proof.program.code}: {sentence}" for sentence in proof.voucher_faults)
        if proof.froze:
            say([_("Spending in “%(program)s” is stopped now.") % {"program": proof.program.code}])
    say([_("%(n)s accounts don't agree.") % {"n": broken}])
    if wrong:
        say([_("%(n)s counts of vouchers and stock don't agree.") % {"n": wrong}])
    return 1 if broken or wrong else 0


def _thaw(arguments: Namespace) -> int:
    program = program_named(scope_named(business=arguments.business), arguments.program)
    thawed = thaw_program(program=program, at=clock.now(), actor=ACTOR)
    say([_("Members can spend again.") if thawed else _("It was not stopped.")])
    return 0
