"""`regulars import`: files of every kind that can be imported. It lives here, on the highest floor that has one."""

from __future__ import annotations

from typing import Any

from regulars.groundwork.kernel.intake.cli import add_import_commands


def commands(add: Any) -> None:
    """Register `import purchases`, `import customers`, `import list`, `import undo`."""
    add_import_commands(add)
