"""A whole list of certificates at once: all of it, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.business.queries import Scope
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.adapters.certificate_list import ListedCertificate, ListRefused, rows_of_list
from regulars.staff.models import Employee
from regulars.staff.queries.certificates import certificate_kinds
from regulars.staff.services.certifying import record_certificate

FAULTS_TOLD = 20


@dataclass(frozen=True)
class ListTaken:
    """How many certificates of a list were new, and how many stood there already."""

    new: int
    known: int


def record_certificate_list(*, scope: Scope, path: Path, at: datetime, actor: str) -> ListTaken:
    """Record every certificate of a CSV or XLSX file, earliest first, so that renewals build on one another. The same file again
    changes nothing. When one row can't be taken, none is: ListRefused names the rows. Raises UnreadableFile for what is no table.
    """
    rows = rows_of_list(path)
    people = {one.email.casefold(): one for one in Employee.objects.filter(business_id=scope.business_id, left_at=None)}
    kinds = {word.casefold(): one.code for one in certificate_kinds(scope=scope) for word in (one.code, one.name)}
    faults: dict[int, str] = {}
    made: list[bool] = []
    with transaction.atomic():
        for row in sorted(rows, key=lambda one: (str(one.achieved_on), one.number)):
            try:
                made.append(_record(scope, row, people, kinds, at, actor))
            except Refusal as refusal:
                faults[row.number] = refusal.sentence
        if faults:
            raise _refused(faults)
    return ListTaken(new=sum(made), known=len(made) - sum(made))


def _record(scope: Scope, row: ListedCertificate, people: dict[str, Employee], kinds: dict[str, str], at: datetime, actor: str) -> bool:
    if row.fault or row.achieved_on is None:
        raise ListRefused(row.fault)
    person, kind = people.get(row.email.casefold()), kinds.get(row.certificate.casefold())
    if person is None:
        raise ListRefused(_("Nobody who works here signs in as “%(email)s”.") % {"email": row.email[:80]})
    if kind is None:
        raise ListRefused(_("“%(name)s” is no kind of certificate here.") % {"name": row.certificate[:80]})
    with transaction.atomic():
        _row, is_new = record_certificate(
            scope=scope,
            employee=person,
            kind_code=kind,
            achieved_on=row.achieved_on,
            valid_through=row.valid_through,
            verifier=row.verifier,
            reference=row.reference,
            at=at,
            actor=actor,
        )
    return is_new


def _refused(faults: dict[int, str]) -> ListRefused:
    told = {number: faults[number] for number in sorted(faults)[:FAULTS_TOLD]}
    sentence = ngettext("Nothing was taken: %(count)s row can't be.", "Nothing was taken: %(count)s rows can't be.", len(faults))
    return ListRefused(sentence % {"count": len(faults)}, told)
