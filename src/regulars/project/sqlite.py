"""Which journal the loaded SQLite may use.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when the log is reset while another process writes ("WAL-reset bug"); fixed in
3.51.3 and, backported, in 3.50.7 and 3.44.6. A web process beside a worker is exactly that situation, so older libraries get the rollback
journal. Source: sqlite.org, release notes of 3.51.3.
"""

from __future__ import annotations

import sqlite3

Version = tuple[int, int, int]


def has_wal_reset_fix(version: Version) -> bool:
    """True when this SQLite holds the fix for the WAL-reset bug."""
    if version >= (3, 51, 3):
        return True
    return (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def journal_mode(version: Version | None = None) -> str:
    """The safe journal: WAL on a fixed library, else TRUNCATE."""
    return "WAL" if has_wal_reset_fix(version or loaded_version()) else "TRUNCATE"


def loaded_version() -> Version:
    """The version of the SQLite library that this process has loaded."""
    major, minor, patch = sqlite3.sqlite_version_info[:3]
    return major, minor, patch
