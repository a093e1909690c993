"""Questions about notices before units end by inactivity: whose units are due, and who has to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from regulars.loyalty.models import Account, ExpiryNotice, Lot, Program
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.units import Notice, Unit

FARTHEST = timedelta(days=367)


@dataclass(frozen=True, kw_only=True)
class NoticeTerms:
    """By what a notice of a unit counts."""

    document: Document
    unit: Unit
    terms: Notice


@dataclass(frozen=True, kw_only=True)
class NoticeWanted:
    """A member who has to be told that so many units end; until they were told, they don't."""

    account: Account
    unit: Unit
    units: int
    due_at: datetime
    wanted_at: datetime


def notice_terms(unit: Unit) -> Notice:
    """The unit's own terms; for units that came under a notice which the program has given up since, the usual ones."""
    return unit.expiry.notice or Notice()


def unproven(*, at: datetime) -> Iterator[tuple[Program, str, NoticeTerms]]:
    """Programs and units that have ends which wait for a notice."""
    due = Lot.objects.filter(left__gt=0, due_at__lte=at + FARTHEST, expires_at=None)
    pairs = sorted(set(due.values_list("account__program", "account__unit").distinct()))
    programs = Program.objects.in_bulk({number for number, _unit in pairs})
    for number, code in pairs:
        version = version_at(program=programs[number], at=at)
        document = document_of(version) if version else None
        unit = document.unit(code) if document else None
        if document is not None and unit is not None:
            yield programs[number], code, NoticeTerms(document=document, unit=unit, terms=notice_terms(unit))


def notices_wanted(*, program: Program, at: datetime) -> Sequence[NoticeWanted]:
    """Who has to be told, the longest waiting first; who came back or spent everything since is not among them."""
    version = version_at(program=program, at=at)
    if version is None:
        return []
    document = document_of(version)
    rows = ExpiryNotice.objects.filter(account__program=program, sent_at=None).select_related("account__customer")
    found = []
    for row in rows.order_by("wanted_at", "pk"):
        lots = Lot.objects.filter(account=row.account_id, due_at=row.due_at, expires_at=None, left__gt=0)
        units = lots.aggregate(sum=Sum("left"))["sum"]
        unit = document.unit(row.account.unit)
        if units and unit is not None:
            found.append(NoticeWanted(account=row.account, unit=unit, units=units, due_at=row.due_at, wanted_at=row.wanted_at))
    return found
