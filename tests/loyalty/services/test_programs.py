"""Programs change by versions; what was promised stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import ProgramVersion
from regulars.loyalty.queries import document_of, program_coded, version_at, versions_of
from regulars.loyalty.services import DocumentRefused, apply_program, check_program
from regulars.loyalty.services.programs import FixedByBooks, InThePast

from tests.cast import ACTOR, Cast
from tests.loyalty.club import BASE, DAY, changed, document, local, opened

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")


def test_the_same_document_again_changes_nothing(cast: Cast) -> None:
    program = opened(cast, at=JUNE)
    same = json.dumps(json.loads(document()), indent=3, sort_keys=True)
    assert not apply_program(scope=cast.scope, text=same, at=JUNE + DAY, actor=ACTOR).made
    assert [one.number for one in versions_of(program=program)] == [1]
    assert FactRow.objects.filter(name="loyalty.ProgramApplied").count() == 1


def test_a_version_waits_for_its_day(cast: Cast) -> None:
    program = opened(cast, at=JUNE)
    changed(cast, at=JUNE, earning=[BASE | {"points": 3}], effective_at=(JUNE + 30 * DAY).isoformat())
    points = lambda at: document_of(version_at(program=program, at=at)).earning[0].points  # type: ignore[arg-type] # noqa: E731 — there is one
    assert (points(JUNE + 29 * DAY), points(JUNE + 30 * DAY)) == (1, 3)
    assert version_at(program=program, at=JUNE - DAY) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"effective_at": (JUNE - DAY).isoformat()}, InThePast),
        ({"currency": "USD"}, FixedByBooks),
        ({"zone": "Europe/Paris"}, FixedByBooks),
        ({"points": {"scale": 2}}, FixedByBooks),
        ({"points": {"code": "other"}, "earning": []}, FixedByBooks),
        ({"points": {"kind": "qualifying", "worth": None}}, FixedByBooks),
    ],
    ids=["past", "currency", "zone", "scale", "unit gone", "kind"],
)
def test_what_the_books_are_kept_in_stays(cast: Cast, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    opened(cast, at=JUNE - 2 * DAY)
    with pytest.raises(refusal):
        changed(cast, at=JUNE, **changes)
    assert ProgramVersion.objects.count() == 1


def test_each_business_has_its_own(cast: Cast) -> None:
    opened(cast)
    strange = cast.scope.__class__(business_id=cast.other.pk)
    assert program_coded(scope=strange, code="crumbs") is None


def test_20_hours_that_never_come_are_warned_of() -> None:
    hours = {"from_on": "2026-03-08", "until_on": "2026-03-08", "from_time": "02:00", "until_time": "03:00"}
    text = document(zone="America/New_York", earning=[BASE | {"period": hours}])
    _document, warnings = check_program(text=text, at=local("2026-01-01 00:00"))
    assert [(one.place, one.code, one.sentence) for one in warnings] == [("earning.0.period", "hours_never", "")]


def test_a_document_is_refused_with_every_fault_and_its_place() -> None:
    with pytest.raises(DocumentRefused) as refused:
        check_program(text=document(earning=[BASE | {"unit": "miles"}, BASE | {"points": 1}]), at=JUNE)
    assert [(one["place"], one["code"]) for one in refused.value.extra["faults"]] == [
        ("earning.base", "code_twice"),
        ("earning.0.unit", "unknown_unit"),
    ]
