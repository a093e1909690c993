"""By hand: give or take units with a reason, and move them from one member to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.events import AdjustmentAsked, UnitsAdjusted
from regulars.loyalty.models import AdjustmentRequest, Entry, Program
from regulars.loyalty.rules.lots import drawn
from regulars.loyalty.services.booking import Line, Purse, open_purse, open_purses
from regulars.loyalty.services.lifetimes import keep_alive
from regulars.loyalty.services.programs import join_program
from regulars.loyalty.services.refusals import BadUnits
from regulars.loyalty.services.spending import UNITS_MAX, Spent, require, spendable_terms, standing_entries
from regulars.loyalty.services.stamping import fill_cards

REASON_MAX = 400
REQUEST_DAYS = 14


class ReasonMissing(Refusal):
    code = "reason_missing"

    def __init__(self) -> None:
        sentence = _("An adjustment needs its reason, in at most %(most)s characters.") % {"most": REASON_MAX}
        super().__init__(sentence, fields={"reason": sentence})


class ToThemselves(Refusal):
    code = "transfer_to_same_member"

    def __init__(self) -> None:
        super().__init__(_("Both ends of the transfer are the same person."), fields={"to": _("Name another member.")})


@dataclass(frozen=True, kw_only=True)
class Adjusted(Spent):
    """What was booked; or the request that waits for a second person, and nothing booked yet."""

    request: AdjustmentRequest | None = None


def adjust_units(
    *,
    program: Program,
    customer: Customer,
    unit: str,
    units: int,
    reason: str,
    at: datetime,
    actor: str,
    key: str = "",
    person: str = "",
) -> Adjusted:
    """Give (above zero) or take (below zero) units with a reason; with a `key`, once.

    Above the program's limit for one person it is not booked but asked: it waits for somebody else (`approve_adjustment`), at most `REQUEST_DAYS`.
    `person` is the employee behind a key that asks ("employee:3"): they don't count as somebody else.
    Raises BadUnits, UnknownUnit, ReasonMissing, NotEnoughUnits (case 16).
    """
    if not reason.strip() or len(reason) > REASON_MAX:
        raise ReasonMissing
    if isinstance(units, bool) or units == 0:
        raise BadUnits(_("An adjustment gives or takes at least one unit."))
    terms = spendable_terms(program=program, unit=unit, units=abs(units), at=at, by_hand=True)
    most = terms.document.adjustment_units_max
    with transaction.atomic():
        purse = open_purse(terms=terms, customer=customer, unit=unit, at=at, actor=actor)
        # After the accounts: who joins is written to the audit trail, whose end all of the business shares.
        join_program(program=program, customer=customer, at=at, actor=actor)
        if key and (known := standing_entries(purse, key)):
            return Adjusted(entries=known, made=False)
        if key and (waiting := AdjustmentRequest.objects.filter(program=program, key=key).first()):
            return Adjusted(entries=[], made=False, request=waiting)
        if most is not None and abs(units) > most:
            return Adjusted(entries=[], request=_ask(purse, customer, units, reason.strip(), key, person or actor))
        line = Line(kind="adjusted", other="adjusted", at=at, key=key, why={"reason": reason.strip()})
        return Adjusted(entries=book_adjustment(purse, units, line))


def book_adjustment(purse: Purse, units: int, line: Line) -> list[Entry]:
    """Book units given or taken by hand in a locked purse, and tell of it. Raises NotEnoughUnits."""
    if units > 0:
        entries = [purse.give(units, line), *_full(purse, purse.unit.code)]
    else:
        require(purse, -units)
        entries = purse.take(drawn(purse.open_lots(), -units, purse.at), line)
    tenant = purse.terms.version.program.business_id
    for entry in entries:
        fact = UnitsAdjusted(tenant_id=tenant, at=purse.at, actor=purse.actor, entry_id=entry.pk, units=entry.signed)
        announce(fact, after={"units": entry.signed})
    return entries


def _ask(purse: Purse, customer: Customer, units: int, reason: str, key: str, person: str) -> AdjustmentRequest:
    """A request for a second person; what can't be taken now is refused now."""
    if units < 0:
        require(purse, -units)
    program = purse.terms.version.program
    row = AdjustmentRequest.objects.create(
        program=program,
        customer=customer,
        unit=purse.unit.code,
        units=units,
        reason=reason,
        key=key,
        asked_at=purse.at,
        asked_by=purse.actor,
        asked_for_by=person,
        ends_at=purse.at + timedelta(days=REQUEST_DAYS),
    )
    fact = AdjustmentAsked(tenant_id=program.business_id, at=purse.at, actor=purse.actor, request_id=row.pk, units=units)
    announce(fact, after={"units": units})
    return row


def _full(purse: Purse, unit: str) -> list[Entry]:
    """A stamp by hand may fill a card."""
    card = next((one for one in purse.terms.document.cards if one.code == unit), None)
    return fill_cards(purse=purse, card=card, at=purse.at, key="", purchase_id=None) if card else []


def transfer_units(
    *, program: Program, giver: Customer, getter: Customer, unit: str, units: int, at: datetime, actor: str, key: str = ""
) -> list[Entry]:
    """Move units from one member to another; they keep the ends that they had. With a `key`, once.

    Raises ToThemselves, BadUnits, UnknownUnit, NotEnoughUnits, ProgramFrozen.
    """
    if units > UNITS_MAX:
        raise BadUnits(_("This is too much."))
    terms = spendable_terms(program=program, unit=unit, units=units, at=at)
    with transaction.atomic():
        purses = open_purses(terms=terms, customers=[giver, getter], units=[unit], at=at, actor=actor)
        join_program(program=program, customer=getter, at=at, actor=actor)
        out, into = purses
        if {one.pk for one in out.accounts} & {one.pk for one in into.accounts}:
            raise ToThemselves
        if key and (known := standing_entries(out, key)):
            return [*known, *Entry.objects.filter(account__in=into.accounts, act=known[0].act).order_by("pk")]
        require(out, units)
        into.act = out.act
        uses = drawn(out.open_lots(), units, at)
        entries = out.take(uses, Line(kind="transferred", other="transfer", at=at, key=key))
        for number, part in uses:
            lot = out.lots[number]
            line = Line(kind="transferred", other="transfer", at=at)
            # What ends only after a notice has told nothing to its new owner yet; where the program knows of none any more it never ends.
            ends = lot.expires_at if lot.due_at is None else lot.due_at if into.unit.expiry.notice else None
            entries.append(into.give(part, line, lives=(lot.active_at, ends), priority=lot.priority))
        keep_alive(out)
        return entries
