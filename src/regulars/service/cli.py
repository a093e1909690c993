"""`regulars service`: recompute the deadlines of open cases, verify that projections equal the replay of the streams."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import scope_named
from regulars.groundwork.kernel import clock
from regulars.service.services import recompute, verify

SHOWN = 50


def commands(add: Any) -> None:
    """Register `service recompute`, `service verify`."""
    service: ArgumentParser = add.add_parser("service", help="cases: recompute their deadlines, verify them against their streams")
    words = service.add_subparsers(dest="word", required=True)
    again = words.add_parser("recompute", help="work out the deadlines of all open cases anew, under the policy in force")
    again.set_defaults(run=_recompute)
    check = words.add_parser("verify", help="compare every case, promise and ledger with the replay of its events")
    check.set_defaults(run=_verify)
    for one in (again, check):
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
        one.add_argument("--json", action="store_true", help="one JSON object")


def _recompute(arguments: Namespace) -> int:
    done = recompute(scope=scope_named(business=arguments.business), at=clock.now())
    words = {"cases": done.cases, "applied": done.applied, "moved": done.moved}
    sentence = _("%(cases)s open cases looked at, %(applied)s under a newer version now, %(moved)s deadlines moved.")
    print(json.dumps(words) if arguments.json else sentence % words)  # noqa: T201 — the command's answer
    return 0


def _verify(arguments: Namespace) -> int:
    found = verify(scope=scope_named(business=arguments.business))
    if arguments.json:
        faults = [{"case": one[0], "place": one[1], "is": one[2], "should_be": one[3]} for one in found.faults]
        print(json.dumps({"cases": found.cases, "faults": faults}))  # noqa: T201 — the command's answer
        return 1 if found.faults else 0
    lines = [
        _("%(cases)s cases compared with their streams, %(faults)s differences.") % {"cases": found.cases, "faults": len(found.faults)}
    ]
    lines += [f"  #{case} {place}: {stands} ≠ {should}" for case, place, stands, should in found.faults[:SHOWN]]
    print("\n".join(lines))  # noqa: T201 — the command's answer
    return 1 if found.faults else 0
