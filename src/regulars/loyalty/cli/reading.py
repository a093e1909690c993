"""What the words of `regulars loyalty` read and say alike."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.queries import Program, program_coded
from regulars.loyalty.services import DocumentRefused, ProgramNotFound

ACTOR = "system:console"


class NotATime(Refusal):
    code = "not_a_time"

    def __init__(self, text: str, like: str) -> None:
        super().__init__(_("“%(text)s” can't be read; write it like %(like)s.") % {"text": text[:60], "like": like})


class NoSuchFile(Refusal):
    code = "no_such_file"

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no file “%(name)s” that can be read.") % {"name": name[:200]})


def program_named(scope: Scope, code: str) -> Program:
    """The program with this code. Raises ProgramNotFound."""
    program = program_coded(scope=scope, code=code)
    if program is None:
        raise ProgramNotFound
    return program


def bytes_of(name: str) -> bytes:
    """A file, or the standard input for "-". Raises NoSuchFile."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError:
        raise NoSuchFile(name) from None


def date_in(text: str) -> date:
    """A day. Raises NotATime."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotATime(text, "2026-11-23") from None


def instant_in(text: str) -> datetime | None:
    """An instant with its zone, None for an empty text. Raises NotATime."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise NotATime(text, "2026-11-23T09:00+01:00") from None
    if instant.tzinfo is None:
        raise NotATime(text, "2026-11-23T09:00+01:00")
    return instant


def say(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        print(line)  # noqa: T201 — the command's answer


def say_faults(refused: DocumentRefused) -> None:
    """Print what is wrong with a document, place by place."""
    say(f"{one['place'] or '-'}: {one['code']} {one['detail']}".rstrip() for one in refused.extra["faults"])
