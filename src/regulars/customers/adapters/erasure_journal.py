"""The journal of erasures, outside the database: a restored backup must not bring anybody back (decision D20).

One JSON object a line, ids only. A line may stand there twice; reading it again changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


class JournalUnreadable(Exception):
    """A line is no entry; `line` tells which."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True)
class Entry:
    """One erasure: when, which business, and each record as (id, digest of its public id)."""

    erasure: str
    at: str
    business: int
    reason: str
    records: list[tuple[int, str]]
    suppressed: list[str]


def journal_file() -> Path:
    """Where the journal stands. Keep a copy with the backups, never only inside them."""
    return Path(settings.VAR) / "erasures.jsonl"


def note_erasure(entry: Entry) -> None:
    """Append an entry and see it on the disk."""
    with journal_file().open("a", encoding="utf-8") as out:
        out.write(json.dumps(asdict(entry)) + "\n")
        out.flush()
        os.fsync(out.fileno())


def noted_erasures(path: Path | None = None) -> Iterator[Entry]:
    """All entries in order. Raises JournalUnreadable."""
    file = path or journal_file()
    if not file.exists():
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            yield Entry(
                erasure=str(found["erasure"]),
                at=str(found["at"]),
                business=int(found["business"]),
                reason=str(found["reason"]),
                records=[(int(pk), str(digest)) for pk, digest in found["records"]],
                suppressed=[str(one) for one in found["suppressed"]],
            )
        except (ValueError, KeyError, TypeError):
            raise JournalUnreadable(number) from None
