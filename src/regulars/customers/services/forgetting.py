"""Forgetting a person: identity goes, figures stay, and nothing brings them back (decision D20)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, all_businesses
from regulars.customers.adapters.erasure_journal import Entry, JournalUnreadable, note_erasure, noted_erasures
from regulars.customers.events import CustomerForgotten
from regulars.customers.models import (
    ConsentEvent,
    ContactPoint,
    Customer,
    Erasure,
    ExternalId,
    Forgotten,
    Household,
    HouseholdMember,
    LegalHold,
    Likeness,
    Membership,
    Merge,
    OptInRequest,
    SearchBeginnings,
    SearchWord,
    Suppression,
    Trait,
    WishStatement,
)
from regulars.customers.queries.finding import visible
from regulars.customers.queries.together import cluster_of
from regulars.customers.rules.suppression import key_from, suppression_digest
from regulars.customers.services.merging import one_merge_at_a_time
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.forgetting import sweep_records
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import NotFound, Refusal

PLAIN_HOUSEHOLD = "Household"
PSEUDONYM = "Forgotten customer"
REASONS = ("own_wish", "retention", "replay")
OWN_PARTS = (ContactPoint, ExternalId, SearchBeginnings, SearchWord, Trait, ConsentEvent, WishStatement, HouseholdMember, OptInRequest)


class Held(Refusal):
    code = "legal_hold"
    status = 409

    def __init__(self, reason: str) -> None:
        super().__init__(_("This customer must be kept for now: %(reason)s. Lift the hold first.") % {"reason": reason})


class ForgottenAlready(Refusal):
    code = "forgotten_already"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This customer has been forgotten. Only figures are left."))


class JournalBroken(Refusal):
    code = "journal_unreadable"

    def __init__(self, line: int) -> None:
        super().__init__(_("The journal of erasures can't be read at line %(line)s. Nothing after it was replayed.") % {"line": line})


@dataclass(frozen=True)
class Replayed:
    """What a replay of the journal did: entries read, and people forgotten again; of the other entries nothing is known any more."""

    entries: int
    forgotten: int


def forget_customer(*, scope: Scope, customer_id: int, reason: str = "own_wish", at: datetime, actor: str) -> Erasure:
    """Forget a person with all their merged records. What they bought stays, under a pseudonym that leads to nobody.

    Raises NotFound, Held (a legal hold stands), ForgottenAlready. Every floor above erases its part when it hears CustomerForgotten.
    """
    if reason not in REASONS:
        raise ValueError(reason)
    with transaction.atomic():
        one_merge_at_a_time(scope)
        if not visible(scope).filter(pk=customer_id).exists():
            raise NotFound(_("There is no such customer."))
        ids = cluster_of(scope=scope, customer_id=customer_id)
        hold = LegalHold.objects.filter(customer_id__in=ids, lifted_at__isnull=True).first()
        if hold:
            raise Held(hold.reason)
        return _forget_records(scope, ids, reason, at, actor)


def replay_erasures(*, path: Path | None = None, at: datetime, actor: str) -> Replayed:
    """Forget again, after a restore, whom the journal names and the restored records still know. Raises JournalBroken.

    Exactly the records of that time, holds notwithstanding: they were lifted before the erasure. A record is known again only when id and
    public id both fit: an id that meanwhile belongs to somebody else is left alone.
    """
    entries = forgotten = 0
    businesses = {one.pk for one in all_businesses()}
    try:
        for entry in noted_erasures(path):
            entries += 1
            if entry.business not in businesses:
                continue
            with transaction.atomic():
                scope = Scope(entry.business)
                one_merge_at_a_time(scope)
                _suppress_digests(entry.business, entry.suppressed, at)
                known = [pk for pk, digest in entry.records if _is_still(pk, digest)]
                if known:
                    LegalHold.objects.filter(customer_id__in=known, lifted_at__isnull=True).update(lifted_at=at, lifted_by=actor)
                    _forget_records(scope, known, "replay", at, actor)
                    forgotten += 1
    except JournalUnreadable as fault:
        raise JournalBroken(fault.line) from None
    return Replayed(entries, forgotten)


def _forget_records(scope: Scope, ids: Sequence[int], reason: str, at: datetime, actor: str) -> Erasure:
    rows = list(Customer.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    if Forgotten.objects.filter(customer_id__in=ids).exists():
        raise ForgottenAlready
    erasure = Erasure.objects.create(
        business_id=scope.business_id,
        records=[(row.pk, _digest(str(row.public_id))) for row in rows],
        suppressed=_suppress(scope, ids, at),
        reason=reason,
        actor=actor,
        at=at,
    )
    _erase(scope, rows)
    Forgotten.objects.bulk_create(Forgotten(customer=row, erasure=erasure) for row in rows)
    # Their facts were swept before this one is announced, so it stays readable for those who react.
    announce(
        CustomerForgotten(
            tenant_id=scope.business_id,
            at=at,
            actor=actor,
            customer_id=ids[0],
            customer_ids=list(ids),
            erasure_id=erasure.pk,
            reason=reason,
            headline="Forgotten: only figures are left",
        )
    )
    transaction.on_commit(partial(_note, erasure), robust=True)
    return erasure


def note_pending_erasures() -> int:
    """Write to the journal what a crash kept from being written. Returns how many."""
    pending = list(Erasure.objects.filter(noted_at__isnull=True).order_by("pk"))
    for erasure in pending:
        _note(erasure)
    return len(pending)


def _erase(scope: Scope, rows: Sequence[Customer]) -> None:
    ids = [row.pk for row in rows]
    words = _words(rows)
    Household.objects.filter(members__customer_id__in=ids).update(name=PLAIN_HOUSEHOLD)  # often a family's name
    for part in OWN_PARTS:
        part.objects.filter(customer_id__in=ids).delete()
    Likeness.objects.filter(Q(low_id__in=ids) | Q(high_id__in=ids)).delete()
    Membership.objects.filter(person_id__in=ids).delete()
    Membership.objects.filter(organisation_id__in=ids).delete()
    Merge.objects.filter(loser_id__in=ids).update(reason="")
    LegalHold.objects.filter(customer_id__in=ids).update(reason="")
    for row in rows:
        row.public_id = new_id()
        row.given_name = row.family_name = row.organisation_name = row.language = row.zone = row.note = row.sort_name = ""
        row.display_name = PSEUDONYM
        row.save()
    sweep_records(tenant_id=scope.business_id, subjects=[f"customer:{one}" for one in ids], subject_ids=ids, words=words)


def _words(rows: Sequence[Customer]) -> set[str]:
    """Texts that can only mean this person."""
    ids = [row.pk for row in rows]
    words = {str(row.public_id) for row in rows} | {row.display_name for row in rows if " " in row.display_name}
    for value, normal in ContactPoint.objects.filter(customer_id__in=ids).values_list("value", "normal"):
        words |= {value, normal}
    return words | set(ExternalId.objects.filter(customer_id__in=ids).values_list("value", flat=True))


def _suppress(scope: Scope, ids: Sequence[int], at: datetime) -> list[str]:
    key = key_from(settings.SECRET_KEY)
    points = {(kind, normal) for kind, normal in ContactPoint.objects.filter(customer_id__in=ids).values_list("kind", "normal")}
    numbers = ExternalId.objects.filter(customer_id__in=ids).values_list("source", "value")
    points |= {(f"number:{source}", value) for source, value in numbers}
    digests = sorted(suppression_digest(key=key, business_id=scope.business_id, kind=kind, normal=normal) for kind, normal in points)
    _suppress_digests(scope.business_id, digests, at)
    return digests


def _suppress_digests(business_id: int, digests: Sequence[str], at: datetime) -> None:
    Suppression.objects.bulk_create(
        (Suppression(business_id=business_id, digest=one, at=at) for one in digests), ignore_conflicts=True, batch_size=500
    )


def _note(erasure: Erasure) -> None:
    """To the journal first, then a mark that it stands there: a crash between them writes the line twice, which harms nobody."""
    entry = Entry(
        erasure=str(erasure.public_id),
        at=erasure.at.isoformat(),
        business=erasure.business_id,
        reason=erasure.reason,
        records=[(int(pk), str(digest)) for pk, digest in erasure.records],
        suppressed=[str(one) for one in erasure.suppressed],
    )
    note_erasure(entry)
    Erasure.objects.filter(pk=erasure.pk).update(noted_at=erasure.at)


def _is_still(pk: int, digest: str) -> bool:
    found = Customer.objects.filter(pk=pk).values_list("public_id", flat=True).first()
    return found is not None and _digest(str(found)) == digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
