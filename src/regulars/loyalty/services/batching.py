"""Codes by the million: a batch is one transaction, one announcement, and its codes are made again from the key when they are printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import repeat
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.bulk.copying import copy_rows
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.events import VouchersMade
from regulars.loyalty.models import Program, Voucher, VoucherBatch
from regulars.loyalty.queries.voucher_codes import digests_for
from regulars.loyalty.rules.rewards import cost_minor, ends_with, voucher_ends
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.vouchers import reward_in

COUNT_MAX = 1_000_000
AT_ONCE = 50_000  # bounds the memory of a million
# What is NULL is left out: it costs COPY the short way.
COLUMNS = (
    "public_id",
    "code_digest",
    "program_id",
    "version_id",
    "batch_id",
    "reward",
    "state",
    "uses_max",
    "uses_count",
    "per_member_once",
    "took_stock",
    "cost_minor",
    "made_at",
    "cause",
    "key",
    "actor",
)


class BadBatch(Refusal):
    code = "bad_batch"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


def make_batch(
    *,
    program: Program,
    reward: str,
    count: int,
    at: datetime,
    actor: str,
    name: str = "",
    uses_max: int = 1,
    per_member_once: bool = False,
    ends_on: date | None = None,
) -> VoucherBatch:
    """Make so many codes for a reward, each for so many uses, until the end of a day (or as the reward says). All of them or none.

    The codes themselves are read by `codes_of_batch`. Raises UnknownReward, ProgramNotFound, BadBatch.
    """
    terms = terms_at(program=program, at=at)
    given = reward_in(terms, reward)
    _refuse_bad(count, uses_max)
    ends_at = ends_with(ends_on, terms.document.tzinfo) or voucher_ends(given, at, terms.document.tzinfo)
    if ends_at is not None and ends_at <= at:
        raise BadBatch("ends_on", _("The last day is over already."))
    with transaction.atomic():
        batch = VoucherBatch.objects.create(
            program=program,
            version=terms.version,
            reward=given.code,
            name=(name or given.name)[:80],
            count=count,
            made_at=at,
            ends_at=ends_at,
            actor=actor,
        )
        cost = cost_minor(given, terms.document.currency)
        same: tuple[Any, ...] = (
            program.pk,
            terms.version.pk,
            batch.pk,
            given.code,
            "created",
            uses_max,
            0,
            per_member_once,
            False,
            cost,
            at,
            "batch",
            "",
            actor,
        )
        columns, same = ((*COLUMNS, "ends_at"), (*same, ends_at)) if ends_at else (COLUMNS, same)
        copy_rows(table=Voucher._meta.db_table, columns=columns, rows=_rows(count, same))
        announce(VouchersMade(tenant_id=program.business_id, at=at, actor=actor, batch_id=batch.pk, count=count))
    return batch


def _refuse_bad(count: int, uses_max: int) -> None:
    for field, number in (("count", count), ("uses_max", uses_max)):
        if isinstance(number, bool) or not 1 <= number <= COUNT_MAX:
            raise BadBatch(field, _("This takes a whole number from 1 to %(most)s.") % {"most": COUNT_MAX})


def _rows(count: int, same: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, count, AT_ONCE):
        ids = [new_id() for _number in range(min(AT_ONCE, count - start))]
        for public_id, digest, rest in zip(ids, digests_for(vouchers=ids), repeat(same)):
            yield (public_id, digest, *rest)
