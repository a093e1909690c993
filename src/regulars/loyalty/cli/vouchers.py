"""`regulars loyalty vouchers`: codes made by the batch, a code used at the counter."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.business.queries import branch_by_code, scope_named
from regulars.customers.queries import customer_by_external_id
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.tables.writing import csv_lines
from regulars.loyalty.cli.reading import ACTOR, date_in, program_named, say
from regulars.loyalty.queries import VoucherBatch, codes_of_batch
from regulars.loyalty.services import Usage, make_batch, redeem_voucher


class NobodyThere(NotFound):
    code = "not_found"

    def __init__(self, what: str) -> None:
        super().__init__(_("There is no “%(what)s”.") % {"what": what[:80]})


class FileTaken(Refusal):
    code = "file_taken"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("“%(name)s” can't be written: it exists already, or its folder doesn't. No code was made.") % {"name": name[:200]}
        )


def voucher_words(acts: Any) -> None:
    """Register the words of `regulars loyalty vouchers`."""
    make = acts.add_parser("make", help="make codes for a reward and write them to a file")
    make.add_argument("--program", required=True, metavar="CODE")
    make.add_argument("--reward", required=True, metavar="CODE")
    make.add_argument("--count", required=True, type=int, metavar="N")
    make.add_argument("--to", required=True, metavar="FILE", help="a new CSV file that only you can read")
    make.add_argument("--name", default="", metavar="TEXT", help="what the batch is called; left out: as the reward")
    make.add_argument("--uses", type=int, default=1, metavar="N", help="how often each code may be used; left out: once")
    make.add_argument("--once-each", action="store_true", help="a code for many: each member may use it once")
    make.add_argument("--until", default="", metavar="DATE", help="the last day; left out: as the reward says")
    make.set_defaults(run=_make)
    redeem = acts.add_parser("redeem", help="use a code")
    redeem.add_argument("code", metavar="CODE")
    redeem.add_argument("--card", default="", metavar="NUMBER", help="the member's card")
    redeem.add_argument("--branch", default="", metavar="CODE")
    redeem.add_argument("--channel", default="till", metavar="CODE")
    redeem.set_defaults(run=_redeem)
    for one in (make, redeem):
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def _make(arguments: Namespace) -> int:
    program = program_named(scope_named(business=arguments.business), arguments.program)
    ends_on = date_in(arguments.until) if arguments.until else None
    # The place is taken before anything is made, never over another file, and for its owner's eyes alone.
    try:
        place = os.open(arguments.to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise FileTaken(arguments.to) from None
    try:
        with os.fdopen(place, "w", encoding="utf-8", newline="") as file:
            batch = make_batch(
                program=program,
                reward=arguments.reward,
                count=arguments.count,
                at=clock.now(),
                actor=ACTOR,
                name=arguments.name,
                uses_max=arguments.uses,
                per_member_once=arguments.once_each,
                ends_on=ends_on,
            )
            file.writelines(csv_lines(_rows(batch)))
    except Refusal:
        with suppress(OSError):
            Path(arguments.to).unlink()
        raise
    words = {"n": batch.count, "file": arguments.to}
    say([ngettext("%(n)s code is in %(file)s.", "%(n)s codes are in %(file)s.", batch.count) % words])
    return 0


def _rows(batch: VoucherBatch) -> Any:
    until = batch.ends_at.isoformat() if batch.ends_at else ""
    yield ["code", "reward", "ends_at"]
    for code in codes_of_batch(batch=batch):
        yield [code, batch.reward, until]


def _redeem(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    customer = customer_by_external_id(scope=scope, source="card", value=arguments.card) if arguments.card else None
    branch = branch_by_code(scope=scope, code=arguments.branch) if arguments.branch else None
    if (arguments.card and customer is None) or (arguments.branch and branch is None):
        raise NobodyThere(arguments.card if customer is None and arguments.card else arguments.branch)
    usage = Usage(customer=customer, branch=branch, channel=arguments.channel)
    use = redeem_voucher(scope=scope, code=arguments.code, at=clock.now(), actor=ACTOR, usage=usage, caller=ACTOR).use
    say([_("Used: one “%(reward)s”.") % {"reward": use.voucher.reward}])
    return 0
