"""Processes of their own, on the test's database."""

from __future__ import annotations

import socket
from urllib.parse import quote

from django.db import connection


def child_database() -> dict[str, str]:
    """The address of the test database, for a process of its own."""
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{chosen['NAME']}"}
    host = str(chosen["HOST"])
    place = "" if host.startswith("/") else host
    query = f"?host={quote(host)}" if host.startswith("/") else ""
    port = f":{chosen['PORT']}" if chosen["PORT"] else ""
    return {"DATABASE_URL": f"postgresql://{chosen['USER']}:{quote(chosen['PASSWORD'])}@{place}{port}/{chosen['NAME']}{query}"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
