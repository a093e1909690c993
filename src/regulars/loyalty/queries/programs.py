"""Questions about programs: which there are, what they say at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from regulars.business.queries import Scope
from regulars.loyalty.models import Program, ProgramVersion
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.document import read_program
from regulars.loyalty.rules.offer_index import OfferIndex


def programs_of(*, scope: Scope) -> Sequence[Program]:
    """All programs of the business, by code."""
    return list(Program.objects.filter(business_id=scope.business_id).order_by("code"))


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
