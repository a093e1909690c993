"""What screens ask that joins several capabilities."""

from __future__ import annotations

from django.db import DatabaseError, connection

from regulars.groundwork.kernel.upgrade import pending
from regulars.groundwork.kernel.worker import is_alive


def readiness() -> dict[str, bool]:
    """Whether database, tables and worker are there. Never raises: an absent database is an answer."""
    try:
        connection.ensure_connection()
        tables = not pending()
        return {"database": True, "tables": tables, "worker": tables and is_alive()}
    except DatabaseError:
        connection.close()
        return {"database": False, "tables": False, "worker": False}
