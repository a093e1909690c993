"""Programs begin and change: by versions, never by rewriting what was promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.events import MemberJoined, ProgramApplied, ProgramFroze
from regulars.loyalty.models import Membership, Program, ProgramVersion
from regulars.loyalty.queries.meaning import change_in_words, ever_had_members
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.rules.document import BadDocument, Fault, digest_of, never_now, read_program, written
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.judging import Judged, first_day_after, judged_changes, notice_ends, worst
from regulars.loyalty.services.booking import Terms
from regulars.loyalty.services.refusals import ProgramFrozen, ProgramNotFound

CHANGES_TOLD = 5  # in the sentence; the list beside it has all


class DocumentRefused(Refusal):
    code = "program_refused"

    def __init__(self, faults: list[Fault]) -> None:
        fields = {one.place or "document": one.sentence or one.code for one in faults}
        faults_shown = [{"place": one.place, "code": one.code, "detail": one.sentence} for one in faults]
        super().__init__(_("The program can't be taken as it is."), fields=fields, faults=faults_shown)


class InThePast(Refusal):
    code = "effective_in_the_past"

    def __init__(self) -> None:
        sentence = _("A new version begins now or later: what was promised until now stays.")
        super().__init__(sentence, fields={"effective_at": sentence})


class NoticeTooShort(Refusal):
    code = "notice_too_short"

    def __init__(self, *, worse: list[Judged], days: int, earliest: datetime, day: date) -> None:
        words = {"days": days, "day": day.isoformat(), "what": "; ".join(change_in_words(one) for one in worse[:CHANGES_TOLD])}
        sentence = (
            _("This takes something from members, so they hear of it %(days)s days before: it may begin on %(day)s. %(what)s") % words
        )
        super().__init__(
            sentence,
            fields={"effective_at": sentence},
            notice_days=days,
            earliest_at=earliest.isoformat(),
            earliest_on=day.isoformat(),
            changes=[{"place": ".".join(one.change.place), "code": one.code, "detail": change_in_words(one)} for one in worse],
        )


class FixedByBooks(Refusal):
    code = "fixed_by_books"

    def __init__(self, what: str) -> None:
        sentence = _("“%(what)s” can't change any more: the books are kept in it.") % {"what": what}
        super().__init__(sentence, fields={what: sentence})


@dataclass(frozen=True)
class Applied:
    """The version that stands now, whether this call made it, and what deserves a look."""

    version: ProgramVersion
    made: bool
    warnings: list[Fault]
    changes: list[Judged] = field(default_factory=list)


def check_program(*, text: str | bytes, at: datetime) -> tuple[Document, list[Fault]]:
    """A document and what deserves a look. Raises DocumentRefused."""
    try:
        document = read_program(text)
    except BadDocument as bad:
        raise DocumentRefused(bad.faults) from None
    return document, list(never_now(document, at=at))


def apply_program(*, scope: Scope, text: str | bytes, at: datetime, actor: str, origin: str = "") -> Applied:
    """Make a document the program's next version, from its `effective_at` or now. The same document again changes nothing.

    What is better for members or neutral may begin at once; what is worse begins `notice_days` later at the earliest, by the version that
    stands until then (P9). A program that never had members may change at once: nobody was promised anything. Who joins inserts a row that
    points to the program, and so waits for the lock under which this looks (a foreign key's own lock on PostgreSQL, the one writer of SQLite).

    Raises DocumentRefused, InThePast, NoticeTooShort, FixedByBooks (the currency, the zone, and each unit's scale and kind stay).
    """
    document, warnings = check_program(text=text, at=at)
    canonical = written(document)
    begins = document.effective_at or at
    if begins < at and not origin:
        raise InThePast
    with transaction.atomic():
        Program.objects.get_or_create(
            business_id=scope.business_id,
            code=document.code,
            defaults={"currency": document.currency, "zone": document.zone, "opened_at": begins, "origin": origin},
        )
        program = Program.objects.select_for_update().get(business_id=scope.business_id, code=document.code)
        newest = ProgramVersion.objects.filter(program=program).order_by("-number").first()
        if newest and newest.digest == digest_of(canonical):
            return Applied(newest, made=False, warnings=warnings)
        changes = []
        if newest:
            _refuse_other_books(program, newest, document, begins)
            changes = judged_changes(document_of(newest), document, begins_at=begins)
            if not origin:  # the demo tells of a past in which nobody was there to be told
                _refuse_short_notice(program, document_of(newest), changes, at, begins)
        version = ProgramVersion.objects.create(
            program=program,
            number=newest.number + 1 if newest else 1,
            document=canonical,
            digest=digest_of(canonical),
            effective_at=begins,
            applied_at=at,
            actor=actor,
        )
        fact = ProgramApplied(
            tenant_id=scope.business_id, at=at, actor=actor, program_id=program.pk, version_id=version.pk, number=version.number
        )
        announce(fact, after={"digest": version.digest, "bearing": worst(changes) if newest else "first"})
    return Applied(version, made=True, warnings=warnings, changes=changes)


def join_program(*, program: Program, customer: Customer, at: datetime, actor: str) -> bool:
    """A customer takes part; again changes nothing. Gives whether they joined by this call."""
    look = "SELECT 1 FROM loyalty_membership m WHERE m.program_id = %s AND m.customer_id = %s AND m.left_at IS NULL"
    if fetch_prepared(look, program.pk, customer.pk):
        return False
    with transaction.atomic():
        row, made = Membership.objects.get_or_create(program=program, customer=customer, defaults={"joined_at": at})
        again = not made and Membership.objects.filter(pk=row.pk, left_at__isnull=False).update(left_at=None, joined_at=at)
        if made or again:
            fact = MemberJoined(
                tenant_id=customer.business_id,
                at=at,
                actor=actor,
                customer_id=customer.pk,
                program_id=program.pk,
                headline=gettext_noop("Joined the program %(program)s"),
                headline_values={"program": program.code},
            )
            announce(fact)
        return bool(made or again)


def freeze_program(*, program: Program, reason: str, at: datetime, actor: str) -> bool:
    """Stop spending in a program, once, because its books don't agree."""
    with transaction.atomic():
        froze = Program.objects.filter(pk=program.pk, frozen_at__isnull=True).update(frozen_at=at, frozen_reason=reason[:400])
        if froze:
            announce(ProgramFroze(tenant_id=program.business_id, at=at, actor=actor, program_id=program.pk, reason=reason[:400]))
        return bool(froze)


def thaw_program(*, program: Program, at: datetime, actor: str) -> bool:
    """Let members spend again."""
    return bool(Program.objects.filter(pk=program.pk, frozen_at__isnull=False).update(frozen_at=None, frozen_reason=""))


def terms_at(*, program: Program | None, at: datetime, spending: bool = False) -> Terms:
    """The version in force at an instant. Raises ProgramNotFound before the first one, and ProgramFrozen when it is about spending."""
    version = version_at(program=program, at=at) if program else None
    if program is None or version is None:
        raise ProgramNotFound
    if spending and fetch_prepared("SELECT 1 FROM loyalty_program p WHERE p.id = %s AND p.frozen_at IS NOT NULL", program.pk):
        raise ProgramFrozen
    return Terms(version=version, document=document_of(version))


def _refuse_other_books(program: Program, newest: ProgramVersion, document: Document, begins: datetime) -> None:
    if begins <= newest.effective_at:
        raise InThePast
    for what in ("currency", "zone"):
        if getattr(program, what) != getattr(document, what):
            raise FixedByBooks(what)
    for old in document_of(newest).units:
        new = document.unit(old.code)
        if new is None or (new.scale, new.kind) != (old.scale, old.kind):
            raise FixedByBooks(f"units.{old.code}")
    for name in ("tiers", "cards"):
        gone = _codes(document_of(newest), name) - _codes(document, name)
        if gone:
            raise FixedByBooks(f"{name}.{min(gone)}")


def _refuse_short_notice(program: Program, before: Document, changes: list[Judged], at: datetime, begins: datetime) -> None:
    worse = [one for one in changes if one.bearing == "worse"]
    earliest = notice_ends(at, before.notice_days, before.tzinfo)
    if worse and begins < earliest and ever_had_members(program=program):
        raise NoticeTooShort(worse=worse, days=before.notice_days, earliest=earliest, day=first_day_after(earliest, before.tzinfo))


def _codes(document: Document, name: str) -> set[str]:
    return set(document.tier_codes) if name == "tiers" else {card.code for card in document.cards}
