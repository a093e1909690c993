"""Programs change by versions; what was promised stays."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Lot, Program, ProgramVersion
from regulars.loyalty.queries import document_of, program_coded, version_at, versions_of
from regulars.loyalty.services import DocumentRefused, apply_program, capture_hold, check_program, hold_units, join_program, redeem_reward
from regulars.loyalty.services.programs import FixedByBooks, InThePast, NoticeTooShort

from tests.cast import ACTOR, Cast
from tests.loyalty.club import BASE, DAY, bought, changed, document, kinds, local, opened, usable

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


MUG = {"code": "mug", "name": "Mug", "kind": "gift", "price": {"unit": "points", "units": 500}}
DEARER = MUG | {"price": {"unit": "points", "units": 600}}
MAY = local("2026-05-01 00:00")
MINUTE = timedelta(minutes=1)


def with_members(cast: Cast, **sections: Any) -> Program:
    """The program with thirty days' notice and one member, who has 1,000 points."""
    program = opened(cast, notice_days=30, **sections)
    bought(cast, cast.ada, "1000", at=local("2026-02-01 10:00"))
    return program


@pytest.mark.parametrize("days", [30, 31], ids=["to the day", "a day more"])
def test_50_a_dearer_reward_with_notice_is_taken(cast: Cast, days: int) -> None:
    program = with_members(cast, rewards=[MUG])
    changed(cast, at=MAY - days * DAY, notice_days=30, rewards=[DEARER], effective_at=MAY.isoformat())
    price = lambda at: document_of(version_at(program=program, at=at)).rewards[0].price.units  # type: ignore[arg-type, union-attr] # noqa: E731 — there is one
    assert (price(MAY - MINUTE), price(MAY)) == (500, 600)


@pytest.mark.parametrize("begins", [MAY, None], ids=["29 days", "at once"])
def test_50_a_dearer_reward_without_enough_notice_is_refused_and_nothing_is_applied(cast: Cast, begins: datetime | None) -> None:
    program = with_members(cast, rewards=[MUG])
    at = MAY - 29 * DAY
    sections: dict[str, Any] = {"notice_days": 30, "rewards": [DEARER], "earning": [BASE | {"points": 2}]}
    with pytest.raises(NoticeTooShort) as refused:
        changed(cast, at=at, **sections, **({"effective_at": begins.isoformat()} if begins else {}))
    told = refused.value.extra
    assert (refused.value.code, told["notice_days"], told["earliest_on"]) == ("notice_too_short", 30, "2026-05-02")
    assert told["changes"] == [
        {
            "place": "rewards.mug.price.units",
            "code": "costs_more",
            "detail": "rewards.mug.price.units: 600 instead of 500, it costs members more",
        }
    ]
    assert "2026-05-02" in refused.value.sentence
    assert "600 instead of 500" in refused.value.sentence
    assert [one.number for one in versions_of(program=program)] == [1]


def test_50_what_was_reserved_before_the_raise_costs_what_it_cost(cast: Cast) -> None:
    program = with_members(cast, rewards=[MUG])
    changed(cast, at=MAY - 40 * DAY, notice_days=30, rewards=[DEARER], effective_at=MAY.isoformat())
    before, after = MAY - 5 * MINUTE, MAY + 3 * MINUTE
    hold = hold_units(program=program, customer=cast.ada, unit="points", units=500, at=before, actor=ACTOR)
    captured, entries = capture_hold(scope=cast.scope, public_id=str(hold.public_id), at=after, actor=ACTOR)
    assert (captured.captured_units, [one.version.number for one in entries], usable(cast.ada, after)) == (500, [1], 500)
    with pytest.raises(Refusal, match="600"):
        redeem_reward(program=program, customer=cast.ada, reward="mug", at=after, actor=ACTOR)


def test_better_and_neutral_changes_hold_at_once(cast: Cast) -> None:
    with_members(cast, rewards=[DEARER])
    applied = apply_program(scope=cast.scope, text=document(notice_days=30, rewards=[MUG], name="Crumbs & more"), at=JUNE, actor=ACTOR)
    assert applied.made
    assert {one.bearing for one in applied.changes} == {"better", "neutral"}
    assert FactRow.objects.filter(name="loyalty.ProgramApplied").count() == 2


@pytest.mark.parametrize("joined", [False, True])
def test_where_nobody_ever_took_part_nobody_needs_to_be_told(cast: Cast, joined: bool) -> None:
    program = opened(cast, notice_days=30, rewards=[MUG])
    if joined:
        join_program(program=program, customer=cast.bo, at=JUNE - DAY, actor=ACTOR)
        with pytest.raises(NoticeTooShort):
            changed(cast, at=JUNE, notice_days=30, rewards=[DEARER])
    else:
        changed(cast, at=JUNE, notice_days=30, rewards=[DEARER])
    assert ProgramVersion.objects.count() == (1 if joined else 2)


def test_the_notice_is_the_one_that_was_promised_until_now(cast: Cast) -> None:
    with_members(cast, rewards=[MUG])
    with pytest.raises(NoticeTooShort) as refused:
        changed(cast, at=JUNE, notice_days=0, rewards=[DEARER])
    assert {one["code"] for one in refused.value.extra["changes"]} == {"notice_shorter", "costs_more"}


def test_51_points_keep_the_end_that_they_were_earned_with(cast: Cast) -> None:
    opened(cast, notice_days=30)
    bought(cast, cast.ada, "10", at=local("2025-01-15 10:00"))
    months = {"expiry": {"kind": "fixed", "months": 6}}
    changed(cast, at=local("2026-01-20 10:00"), notice_days=30, points=months, effective_at=local("2026-03-01 00:00").isoformat())
    bought(cast, cast.ada, "20", at=local("2026-03-10 10:00"))
    changed(cast, at=local("2026-04-01 10:00"), notice_days=30)
    bought(cast, cast.ada, "40", at=local("2026-04-02 10:00"))
    ends = list(Lot.objects.order_by("earned_at").values_list("expires_at", flat=True))
    assert ends == [None, local("2026-09-11 00:00"), None]
    assert usable(cast.ada, local("2030-01-01 12:00")) == 50
    assert kinds(cast.ada) == [("issued", 10), ("issued", 20), ("issued", 40)]
