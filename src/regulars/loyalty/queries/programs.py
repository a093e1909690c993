"""Questions about programs: which there are, what they say at an instant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.dialect import instant_in, instant_value
from regulars.groundwork.kernel.bulk.instances import among, objects
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.loyalty.models import Program, ProgramVersion
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.document import read_program
from regulars.loyalty.rules.offer_index import OfferIndex

# A version without its text, which may be megabytes: `document_of` loads it once in a process.
LIGHT = ("id", "program_id", "number", "digest", "effective_at", "applied_at", "actor")
LIGHT_VERSION = f"SELECT {', '.join(f'v.{name}' for name in LIGHT)} FROM loyalty_programversion v"  # noqa: S608 — names of columns
IN_FORCE = f"{LIGHT_VERSION} WHERE v.program_id = %s AND v.effective_at <= %s ORDER BY v.effective_at DESC LIMIT 1"


def programs_of(*, scope: Scope) -> Sequence[Program]:
    """All programs of the business, by code."""
    return objects(Program, "FROM loyalty_program t WHERE t.business_id = %s ORDER BY t.code", scope.business_id)


def programs_in_force(*, scope: Scope, at: datetime) -> list[ProgramVersion]:
    """The version of each program that is in force at an instant, by the programs' codes; programs that have not begun are left out."""
    found = ((program, version_at(program=program, at=at)) for program in programs_of(scope=scope))
    return [version for _program, version in found if version]


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
    for row in fetch_prepared(IN_FORCE, program.pk, instant_value(at)):
        version = _light(row)
        version.program = program
        return version
    return None


def versions_numbered(*, ids: Collection[int]) -> dict[int, ProgramVersion]:
    """Versions by their ids, without their texts."""
    if not ids:
        return {}
    condition, values = among(sorted(ids))
    return {row[0]: _light(row) for row in fetch_prepared(f"{LIGHT_VERSION} WHERE v.id {condition}", *values)}


def versions_of(*, program: Program) -> Sequence[ProgramVersion]:
    """All versions, the newest first."""
    return list(ProgramVersion.objects.filter(program=program).order_by("-number"))


@dataclass(frozen=True)
class _Text:
    """The text of a version, known by its digest: what was read before needn't be loaded again."""

    digest: str
    version: ProgramVersion = field(compare=False, repr=False)


def document_of(version: ProgramVersion) -> Document:
    """What a version says. Versions never change, so it is read once in a process."""
    return _read(_Text(version.digest, version))


def offers_of(version: ProgramVersion) -> OfferIndex:
    """The offers of a version, indexed once in a process."""
    return _indexed(_Text(version.digest, version))


def _light(row: tuple[Any, ...]) -> ProgramVersion:
    cells = [instant_in(cell) if name.endswith("_at") else cell for name, cell in zip(LIGHT, row, strict=True)]
    return ProgramVersion.from_db(None, LIGHT, cells)


@lru_cache(maxsize=64)
def _indexed(text: _Text) -> OfferIndex:
    document = _read(text)
    return OfferIndex((*document.discounts, *document.specials))


@lru_cache(maxsize=64)
def _read(text: _Text) -> Document:
    return read_program(text.version.document)
