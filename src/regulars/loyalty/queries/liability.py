"""What members have of a program all together, and what that will cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from regulars.business.queries import Scope
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Account, Hold, Lot, Membership, Program, ProgramVersion
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.liability import Expected, expected_cost
from regulars.loyalty.rules.units import Unit


@dataclass(frozen=True, kw_only=True)
class Liability:
    """All members together, in smallest units: usable now, not active yet, reserved, and owed; `expected` what it will cost, where known."""

    unit: Unit
    usable: int
    pending: int
    held: int
    owed: int
    expected: Expected | None

    @property
    def outstanding(self) -> int:
        """What members hold. One member's debt takes nothing from another's points, so it stands apart."""
        return self.usable + self.pending + self.held


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A program in the list: what it says now (None before its first day), when what it says next begins, and who takes part."""

    program: Program
    version: ProgramVersion | None
    document: Document | None
    begins_next_at: datetime | None
    members: int
    outstanding: Mapping[str, int]


def liability_of(*, program: Program, at: datetime) -> list[Liability]:
    """Each unit's sums at an instant, by code: ended lots and ended holds count as ended whatever a job has done."""
    version = version_at(program=program, at=at)
    if version is None:
        return []
    lots = _lots(program, at)
    holds = _holds(program, at)
    owed = dict(Account.objects.filter(program=program).values_list("unit").annotate(owed=Sum("debt")))
    decimals = digits_of(program.currency)
    found = []
    for unit in _counted(document_of(version)):
        now, later = lots.get(unit.code, (0, 0))
        held, living = holds.get(unit.code, (0, 0))
        usable = now - living
        expected = expected_cost(unit, usable + later + held, decimals=decimals)
        found.append(Liability(unit=unit, usable=usable, pending=later, held=held, owed=owed.get(unit.code, 0), expected=expected))
    return found


def members_of(*, program: Program) -> int:
    """How many customers take part."""
    return Membership.objects.filter(program=program, left_at__isnull=True).count()


def standings_of(*, scope: Scope, at: datetime) -> Sequence[Standing]:
    """Every program of the business with its figures, by code, in a fixed number of queries. Units as the books have them."""
    begun = ProgramVersion.objects.filter(program=OuterRef("pk"), effective_at__lte=at).order_by("-effective_at")
    coming = ProgramVersion.objects.filter(program=OuterRef("pk"), effective_at__gt=at).order_by("effective_at")
    rows = list(
        Program.objects.filter(business_id=scope.business_id)
        .annotate(version_id=Subquery(begun.values("pk")[:1]), next_at=Subquery(coming.values("effective_at")[:1]))
        .order_by("code")
    )
    versions = ProgramVersion.objects.in_bulk([one.version_id for one in rows if one.version_id])
    members = dict(
        Membership.objects.filter(program__in=rows, left_at__isnull=True).values_list("program").annotate(count=Count("pk")).order_by()
    )
    sums: dict[int, dict[str, int]] = {}
    for number, unit, balance in Account.objects.filter(program__in=rows).values_list("program", "unit").annotate(sum=Sum("balance")):
        sums.setdefault(number, {})[unit] = balance
    return [_standing(one, versions.get(one.version_id), one.next_at, members.get(one.pk, 0), sums.get(one.pk, {})) for one in rows]


def _standing(program: Program, version: ProgramVersion | None, next_at: datetime | None, members: int, sums: dict[str, int]) -> Standing:
    document = document_of(version) if version else None
    return Standing(program=program, version=version, document=document, begins_next_at=next_at, members=members, outstanding=sums)


def _lots(program: Program, at: datetime) -> dict[str, tuple[int, int]]:
    """By unit: what is left in living lots, active ones and those that are not yet."""
    living = Lot.objects.filter(account__program=program, left__gt=0).filter(Q(expires_at=None) | Q(expires_at__gt=at))
    active = Q(active_at__lte=at)
    rows = living.values_list("account__unit").annotate(
        now=Coalesce(Sum("left", filter=active), 0), later=Coalesce(Sum("left", filter=~active), 0)
    )
    return {unit: (now, later) for unit, now, later in rows.order_by()}


def _holds(program: Program, at: datetime) -> dict[str, tuple[int, int]]:
    """By unit: what open holds reserve, and how much of that lies in lots that still live."""
    running = Hold.objects.filter(account__program=program, state="held", ends_at__gt=at)
    living = Q(lots__lot__expires_at=None) | Q(lots__lot__expires_at__gt=at)
    rows = running.values_list("account__unit").annotate(
        all=Coalesce(Sum("lots__units"), 0), living=Coalesce(Sum("lots__units", filter=living), 0)
    )
    return {unit: (units, alive) for unit, units, alive in rows.order_by()}


def _counted(document: Document) -> list[Unit]:
    return sorted((*document.units, *document.stamps), key=lambda one: one.code)
