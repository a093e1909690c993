"""Files that go out with a message: how many, how big, and under which names."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass

from regulars.messaging.rules.parts import safe_file_name

MOST = 10
EACH_BYTES = 5 * 1024 * 1024
ALL_BYTES = 10 * 1024 * 1024  # a third more on the way; most servers take messages of 25 MB
# The built-in table only: the same row gives the same message on every machine.
_TYPES = mimetypes.MimeTypes()


@dataclass(frozen=True)
class Enclosed:
    """A file as somebody chose it."""

    name: str
    content: bytes


class EnclosureFault(Exception):
    """Files that can't go out. `code`: too_many, empty, too_big, too_big_together; `name`: which one."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(f"{code} {name}")
        self.code, self.name = code, name


def fit_to_send(files: Sequence[Enclosed]) -> list[Enclosed]:
    """The files under names that are safe on every disk and in every header, no two alike. Raises EnclosureFault."""
    if len(files) > MOST:
        raise EnclosureFault("too_many")
    found: list[Enclosed] = []
    for number, one in enumerate(files, start=1):
        name = _another(safe_file_name(one.name, number), [row.name.casefold() for row in found])
        if not one.content:
            raise EnclosureFault("empty", name)
        if len(one.content) > EACH_BYTES:
            raise EnclosureFault("too_big", name)
        found.append(Enclosed(name, one.content))
    if sum(len(one.content) for one in found) > ALL_BYTES:
        raise EnclosureFault("too_big_together")
    return found


def type_of(name: str) -> str:
    """What a mail program may call the file, by its ending; what it doesn't know, or could take for a part of the mail itself, is plain bytes."""
    kind, packed = _TYPES.guess_type(name, strict=True)
    return "application/octet-stream" if kind is None or packed or kind.startswith(("message/", "multipart/")) else kind


def _another(name: str, taken: list[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number, found = 2, name
    while found.casefold() in taken:
        found = f"{stem}-{number}.{ending}" if dot else f"{name}-{number}"
        number += 1
    return found
