"""The command line: finds each capability's commands, brings the database up to date, turns refusals into a line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from importlib.util import find_spec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")

NEEDS_NO_TABLES = {"migrate", "doctor", "version"}


def main(argv: list[str] | None = None) -> None:
    """Entry point of `regulars` and `python -m regulars`."""
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: list[str]) -> int:
    """Perform one command and return its exit code: 0 done, 2 refused or misused, 3 partly done (as commands document)."""
    import django

    django.setup()
    from regulars.groundwork.kernel import upgrade
    from regulars.groundwork.kernel.refusals import Refusal

    arguments = parser().parse_args(argv)
    if arguments.command not in NEEDS_NO_TABLES and not arguments.no_migrate and not getattr(arguments, "needs_no_tables", False):
        upgrade.bring_up_to_date()
    try:
        return int(arguments.run(arguments) or 0)
    except Refusal as refusal:
        print(f"regulars: {refusal.sentence}", file=sys.stderr)  # noqa: T201 — the command line speaks here
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def parser() -> argparse.ArgumentParser:
    """The whole grammar: the program's own commands and those of every capability's `cli` room."""
    from django.conf import settings

    from regulars import __version__

    root = argparse.ArgumentParser(prog="regulars", description="Customer retention management.")
    root.add_argument("--version", action="version", version=f"regulars {__version__}")
    root.add_argument("--no-migrate", action="store_true", help="leave the tables as they are")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--no-migrate", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    original = commands.add_parser

    def with_common(name: str, **options: object) -> argparse.ArgumentParser:
        return original(name, parents=[common], **options)  # type: ignore[arg-type]

    commands.add_parser = with_common  # type: ignore[method-assign]
    for module in ["regulars.project.operating", *(f"regulars.{name}.cli" for name in settings.CAPABILITIES)]:
        if find_spec(module) is not None:
            import_module(module).commands(commands)
    return root
