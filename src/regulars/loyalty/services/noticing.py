"""Notices before units end by inactivity: who has to be told, and the proof that they were (case 28).

Nothing here sends anything. The hourly task says who has to be told by a fact, the command line lists them; whoever tells them (a letter, a
mail of the firm's own, the till) records it with its proof, and only then do the units end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.events import ExpiryNoticed, ExpiryNoticeDue
from regulars.loyalty.models import Account, ExpiryNotice, Lot, Program
from regulars.loyalty.queries.notices import notice_terms, unproven
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.rules.calendars import local_day
from regulars.loyalty.rules.units import INSTANT, Unit, ends_by_notice, notice_from
from regulars.loyalty.services.booking import Purse, open_purse
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.refusals import UnknownUnit

ACTOR = "system:loyalty"
AT_ONCE = 200
WAY_MAX, PROOF_MAX = 40, 200


class NothingToTell(Refusal):
    code = "no_notice_due"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Nothing of this member ends for which a notice would count now."))


class NoticeUnproven(Refusal):
    code = "notice_unproven"

    def __init__(self) -> None:
        words = {"way": WAY_MAX, "proof": PROOF_MAX}
        super().__init__(_("Say by which way (at most %(way)s characters) and where the proof is (at most %(proof)s).") % words)


def ask_for_notices(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Say who has to be told now, once for each end. Gives how many; twice equals once."""
    asked = 0
    for program, unit_code, notice in unproven(at=at):
        zone = notice.document.tzinfo
        rows = Lot.objects.filter(account__program=program, account__unit=unit_code, left__gt=0, expires_at=None)
        rows = rows.filter(due_at__lte=at + timedelta(days=notice.terms.from_days + 2))
        open_one = ExpiryNotice.objects.filter(account=OuterRef("account"), due_at=OuterRef("due_at"), sent_at=None)
        for number, due_at, units in rows.exclude(Exists(open_one)).values_list("account", "due_at").annotate(units=Sum("left")):
            if asked >= limit:
                return asked
            if local_day(at, zone) >= notice_from(notice.terms, due_at, zone):
                asked += _ask(Account.objects.select_related("customer", "program").get(pk=number), notice.unit, due_at, units, at)
    return asked


def record_expiry_notice(
    *, program: Program, customer: Customer, unit: str, way: str, proof: str, at: datetime, actor: str
) -> Sequence[ExpiryNotice]:
    """A member was told at this instant that units end: those whose end is near enough now have one, never before the notice's days have gone.

    Recorded when it is sent, since nobody can be told in the past. Raises NothingToTell (again, too), NoticeUnproven, UnknownUnit, ProgramNotFound.
    """
    if not way.strip() or not proof.strip() or len(way) > WAY_MAX or len(proof) > PROOF_MAX:
        raise NoticeUnproven
    terms = terms_at(program=program, at=at)
    if terms.document.unit(unit) is None:
        raise UnknownUnit(unit)
    with transaction.atomic():
        purse = open_purse(terms=terms, customer=customer, unit=unit, at=at, actor=actor)
        ends: dict[tuple[int, datetime], datetime] = {}
        for lot in purse.lots.values():
            if lot.left and lot.due_at is not None and lot.expires_at is None:
                end = ends_by_notice(notice_terms(purse.unit), lot.due_at, at, terms.document.tzinfo)
                if end is not None:
                    ends[lot.account_id, lot.due_at] = end
        if not ends:
            raise NothingToTell
        return [_noted(purse, number, due_at, end, way.strip(), proof.strip()) for (number, due_at), end in sorted(ends.items())]


def _noted(purse: Purse, number: int, due_at: datetime, ends_at: datetime, way: str, proof: str) -> ExpiryNotice:
    lots = Lot.objects.filter(account=number, due_at=due_at, expires_at=None, left__gt=0)
    units = lots.aggregate(sum=Sum("left"))["sum"] or 0
    lots.update(expires_at=ends_at)
    for lot in purse.lots.values():
        if (lot.account_id, lot.due_at, lot.expires_at) == (number, due_at, None):
            lot.expires_at = ends_at
    said = {"sent_at": purse.at, "ends_at": ends_at, "way": way, "proof": proof, "actor": purse.actor}
    if not ExpiryNotice.objects.filter(account=number, due_at=due_at, sent_at=None).update(**said):
        ExpiryNotice.objects.create(account_id=number, due_at=due_at, wanted_at=purse.at, **said)
    row = ExpiryNotice.objects.select_related("account__program").get(account=number, due_at=due_at, sent_at=purse.at)
    day = local_day(ends_at - INSTANT, purse.terms.document.tzinfo).isoformat()
    program = row.account.program
    fact = ExpiryNoticed(
        tenant_id=program.business_id,
        at=purse.at,
        actor=purse.actor,
        customer_id=row.account.customer_id,
        program_id=program.pk,
        unit=row.account.unit,
        units=units,
        ends_on=day,
        way=way,
        headline=gettext_noop("Told that %(units)s %(unit)s end on %(day)s"),
        headline_values={"units": shown_units(purse.unit, units), "unit": purse.unit.name, "day": day},
    )
    announce(fact)
    return row


def _ask(account: Account, unit: Unit, due_at: datetime, units: int, at: datetime) -> bool:
    """The constraint decides: of two tasks at once one asks."""
    version = version_at(program=account.program, at=at)
    assert version is not None
    day = local_day(due_at - INSTANT, document_of(version).tzinfo).isoformat()
    try:
        with transaction.atomic():
            ExpiryNotice.objects.create(account=account, due_at=due_at, wanted_at=at, actor=ACTOR)
            fact = ExpiryNoticeDue(
                tenant_id=account.program.business_id,
                at=at,
                actor=ACTOR,
                customer_id=account.customer_id,
                program_id=account.program_id,
                unit=account.unit,
                units=units,
                due_on=day,
                headline=gettext_noop("Has to be told: %(units)s %(unit)s end after %(day)s"),
                headline_values={"units": shown_units(unit, units), "unit": unit.name, "day": day},
            )
            announce(fact)
    except IntegrityError:
        return False
    return True
