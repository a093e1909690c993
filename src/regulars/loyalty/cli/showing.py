"""`regulars loyalty program show`: what a file says and what it would change, or what a program says."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.business.queries import Scope, scope_named
from regulars.groundwork.kernel import clock
from regulars.loyalty.cli.reading import bytes_of, instant_in, program_named, say, say_faults
from regulars.loyalty.queries import Change, Document, differences, program_coded, told, version_at, versions_of
from regulars.loyalty.rules.document import written
from regulars.loyalty.services import DocumentRefused, ProgramNotFound, check_program

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def show_program(arguments: Namespace) -> int:
    """A file in words with its difference from the program of its code; or a program's document as JSON."""
    scope, what = scope_named(business=arguments.business), arguments.what
    at = instant_in(arguments.at) or clock.now()
    if not _is_file(scope, what):
        return _show_versions(scope, what) if arguments.versions else _show_document(scope, what, at)
    text = bytes_of(what)
    try:
        document, warnings = check_program(text=text, at=clock.now())
    except DocumentRefused as refused:
        say_faults(refused)
        return 1
    if arguments.versions:
        return _show_versions(scope, document.code)
    say(_in_words(document))
    say(_beside(scope, document, at))
    say(f"{one.place}: {one.code} {one.sentence}".rstrip() for one in warnings)
    return 0


def _is_file(scope: Scope, what: str) -> bool:
    """A program's own code is the program; whatever can't be a code is a file, whether it is there or not."""
    if not CODE.fullmatch(what):
        return True
    return program_coded(scope=scope, code=what) is None and Path(what).is_file()


def _show_versions(scope: Scope, code: str) -> int:
    rows = versions_of(program=program_named(scope, code))
    say(f"{one.number} {one.effective_at.isoformat()} {one.digest[:12]} {one.actor}" for one in rows)
    return 0


def _show_document(scope: Scope, code: str, at: datetime) -> int:
    version = version_at(program=program_named(scope, code), at=at)
    if version is None:
        raise ProgramNotFound
    say([json.dumps(json.loads(version.document), ensure_ascii=False, indent=2)])
    return 0


def _in_words(document: Document) -> Iterator[str]:
    yield f"{document.name} ({document.code})"
    if document.description:
        yield document.description
    for title, sentences in told(document):
        yield ""
        yield title
        yield from (f"  {one}" for one in sentences)
    yield ""


def _beside(scope: Scope, document: Document, at: datetime) -> Iterator[str]:
    """What the document changes of the version that stands."""
    program = program_coded(scope=scope, code=document.code)
    if program is None:
        yield _("There is no program “%(code)s” yet.") % {"code": document.code}
        return
    standing = version_at(program=program, at=at) or versions_of(program=program)[0]
    words = {"number": standing.number, "at": standing.effective_at.isoformat()}
    changes = differences(json.loads(standing.document), json.loads(written(document)))
    if not changes:
        yield _("It says the same as version %(number)s, in force from %(at)s.") % words
        return
    yield ngettext(
        "It changes %(n)s thing of version %(number)s, in force from %(at)s:",
        "It changes %(n)s things of version %(number)s, in force from %(at)s:",
        len(changes),
    ) % (words | {"n": len(changes)})
    yield from (f"  {'.'.join(one.place)}: {_changed(one)}" for one in changes)


def _changed(change: Change) -> str:
    words = {"before": change.before, "after": change.after}
    if change.before is None:
        return _("now %(after)s") % words
    if change.after is None:
        return _("no longer %(before)s") % words
    return _("%(after)s instead of %(before)s") % words
