"""`regulars loyalty notices`: who has to be told before their units end, and that they were."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import scope_named
from regulars.customers.queries import customer_kept
from regulars.groundwork.kernel import clock
from regulars.loyalty.cli.reading import ACTOR, program_named, say
from regulars.loyalty.queries import notices_wanted, shown_units
from regulars.loyalty.services import ask_for_notices, record_expiry_notice


def notice_words(acts: Any) -> None:
    """Register the words."""
    wanted = acts.add_parser("wanted", help="who has to be told: customer, unit, how many, the day after which they are due to end")
    wanted.set_defaults(run=_wanted)
    record = acts.add_parser("record", help="a member has been told just now")
    record.add_argument("customer", metavar="CUSTOMER", help="the member's id")
    record.add_argument("--unit", required=True, metavar="CODE")
    record.add_argument("--way", required=True, metavar="WAY", help="letter, mail, till …")
    record.add_argument("--proof", required=True, metavar="TEXT", help="where the proof is: a posting number, a message's id")
    record.set_defaults(run=_record)
    for one in (wanted, record):
        one.add_argument("--program", required=True, metavar="CODE")
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def _wanted(arguments: Namespace) -> int:
    at = clock.now()
    while ask_for_notices(at=at):
        pass
    rows = notices_wanted(program=program_named(scope_named(business=arguments.business), arguments.program), at=at)
    say(f"{one.account.customer.public_id} {one.account.unit} {shown_units(one.unit, one.units)} {one.due_at.isoformat()}" for one in rows)
    return 0


def _record(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    notices = record_expiry_notice(
        program=program_named(scope, arguments.program),
        customer=customer_kept(scope=scope, public_id=arguments.customer),
        unit=arguments.unit,
        way=arguments.way,
        proof=arguments.proof,
        at=clock.now(),
        actor=ACTOR,
    )
    say(_("They end at %(at)s.") % {"at": one.ends_at.isoformat()} for one in notices if one.ends_at)
    return 0
