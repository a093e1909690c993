"""Questions about programs: which there are, what they say at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from regulars.business.queries import Scope
from regulars.loyalty.models import Program, ProgramVersion
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.document import read_program
from regulars.loyalty.rules.offer_index import OfferIndex


def programs_of(*, scope: Scope) -> Sequence[Program]:
    """All programs of the business, by code."""
    return list(Program.objects.filter(business_id=scope.business_id).order_by("code"))


def program_names(*, scope: Scope, at: datetime) -> list[tuple[Program, str]]:
    """All programs of the business by code, each with its name at an instant; one that has not begun has its first version's. Two queries."""
    own = ProgramVersion.objects.filter(program=OuterRef("pk"))
    begun, first = own.filter(effective_at__lte=at).order_by("-effective_at"), own.order_by("effective_at")
    version = Coalesce(Subquery(begun.values("pk")[:1]), Subquery(first.values("pk")[:1]))
    rows = list(Program.objects.filter(business_id=scope.business_id).annotate(version_id=version).order_by("code"))
    versions = ProgramVersion.objects.in_bulk([one.version_id for one in rows if one.version_id])
    return [(one, document_of(versions[one.version_id]).name if one.version_id in versions else one.code) for one in rows]


def program_coded(*, scope: Scope, code: str) -> Program | None:
    """The program with this code, or None."""
    return Program.objects.filter(business_id=scope.business_id, code=code).first()


def version_at(*, program: Program, at: datetime) -> ProgramVersion | None:
    """The version in force at an instant, or None before the first."""
    return ProgramVersion.objects.filter(program=program, effective_at__lte=at).order_by("-effective_at").first()


def versions_of(*, program: Program) -> Sequence[ProgramVersion]:
    """All versions, the newest first."""
    return list(ProgramVersion.objects.filter(program=program).order_by("-number"))


def document_of(version: ProgramVersion) -> Document:
    """What a version says. Versions never change, so it is read once in a process."""
    return _read(version.digest, version.document)


def offers_of(version: ProgramVersion) -> OfferIndex:
    """The offers of a version, indexed once in a process."""
    return _indexed(version.digest, version.document)


@lru_cache(maxsize=64)
def _indexed(digest: str, text: str) -> OfferIndex:
    document = _read(digest, text)
    return OfferIndex((*document.discounts, *document.specials))


@lru_cache(maxsize=64)
def _read(_digest: str, text: str) -> Document:
    return read_program(text)
