"""`regulars demo`: load the demo business, or take it away."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.groundwork.kernel.clock import now

ACTOR = "system:demo"


def commands(subparsers: Any) -> None:
    """Add this capability's commands to the program's."""
    parser = subparsers.add_parser("demo", help="load the demo business into an empty database, or take it away")
    parser.add_argument("--remove", action="store_true", help="take the demo business away again")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Load or remove the demo. Exit code 0; refusals end with 2."""
    from regulars.desk.services import demo

    if arguments.remove:
        return _remove()
    loaded = demo.load_demo(at=now(), actor=ACTOR)
    counts = {"customers": loaded.customers, "purchases": loaded.purchases, "mails": loaded.mails}
    _say(_("Loaded %(customers)d customers with %(purchases)d purchases and %(mails)d received mails.") % counts)
    for line in demo.sign_ins():
        _say(line)
    return 0


def _remove() -> int:
    from regulars.desk.services import demo

    removed = demo.remove_demo(at=now(), actor=ACTOR)
    counts = {"customers": removed.customers, "purchases": removed.purchases}
    if removed.everything:
        _say(_("Took away the demo business with its %(customers)d customers and %(purchases)d purchases.") % counts)
    else:
        _say(_("Took away %(customers)d demo customers and %(purchases)d demo purchases.") % counts)
        if removed.staying:
            _say(_stayed(removed.staying))
        _say(_("The business stays, because other things belong to it. If you sign in as Ines, change her password now."))
    return 0


def _stayed(number: int) -> str:
    return ngettext(
        "%(number)d demo customer stays: you wrote to them, heard from them or noted something, and that is your own work now.",
        "%(number)d demo customers stay: you wrote to them, heard from them or noted something, and that is your own work now.",
        number,
    ) % {"number": number}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
