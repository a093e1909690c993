"""Load the rooms that register things (reactions, tasks, queries with invariants), so that nothing depends on who imported whom."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

ROOMS = ("events", "queries", "reactions", "tasks")


def load_rooms() -> None:
    """Import the registering rooms of every capability that has them."""
    import_module("regulars.groundwork.kernel.delivery")
    import_module("regulars.groundwork.kernel.upkeep")
    for capability in settings.CAPABILITIES:
        for room in ROOMS:
            name = f"regulars.{capability}.{room}"
            if find_spec(name) is not None:
                import_module(name)
