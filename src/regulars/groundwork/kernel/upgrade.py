"""Bringing the tables up to date, one process at a time."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

LOCK = 7_341_077_202


def pending() -> list[str]:
    """The migrations that the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _backwards in plan]


def bring_up_to_date() -> list[str]:
    """Apply what is pending and return its names. Two processes that start together wait for each other on PostgreSQL."""
    waiting = pending()
    if not waiting:
        return []
    if connection.vendor != "postgresql":
        call_command("migrate", interactive=False, verbosity=0)
        return waiting
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return waiting
