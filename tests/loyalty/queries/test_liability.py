"""What members have together, and what it will cost (case 64)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.loyalty.models import Account
from regulars.loyalty.queries import Liability, liability_of, members_of, standings_of, statement_of
from regulars.loyalty.rules.liability import expected_cost
from regulars.loyalty.rules.units import Unit
from regulars.loyalty.services import expire_lots, hold_units, spend_units

from tests.cast import ACTOR, Cast
from tests.loyalty.club import bought, local, opened, refunded

MAY, JUNE = local("2026-05-01 12:00"), local("2026-06-15 12:00")


def of_points(cast: Cast, at=JUNE) -> Liability:
    (found,) = liability_of(program=Account.objects.first().program, at=at)
    return found


@pytest.mark.django_db
def test_case_64_liability_and_breakage_of_what_is_outstanding(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "1000.00", at=local("2026-04-01 12:00"))
    bought(cast, cast.ada, "9000.00", at=local("2026-06-10 12:00"))
    assert expire_lots(at=JUNE) == 1
    spend_units(customer=cast.ada, program=program, unit="points", units=4000, at=JUNE, why={}, key="r", actor=ACTOR)
    found = of_points(cast)
    assert (found.usable, found.pending, found.held, found.owed, found.outstanding) == (5000, 0, 0, 0, 5000)
    assert found.expected is not None
    assert (found.expected.liability_minor, found.expected.breakage_minor) == (4000, 1000)
    (line,) = statement_of(program=program, unit="points", first=JUNE.date(), last=JUNE.date())
    assert line.closing == 5000, "the statement says the same"


@pytest.mark.django_db
def test_pending_and_held_points_are_outstanding_and_one_members_debt_takes_nothing_from_anothers(cast: Cast) -> None:
    program = opened(cast, points={"pending_days": 14})
    bought(cast, cast.ada, "100.00", at=MAY)
    sale = bought(cast, cast.bo, "50.00", at=MAY)
    spend_units(customer=cast.bo, program=program, unit="points", units=30, at=JUNE, why={}, key="s", actor=ACTOR)
    refunded(cast, sale, "50.00", at=JUNE)
    hold_units(customer=cast.ada, program=program, unit="points", units=40, at=JUNE, actor=ACTOR)
    bought(cast, cast.ada, "7.00", at=JUNE)
    found = of_points(cast)
    assert (found.usable, found.pending, found.held, found.owed, found.outstanding) == (60, 7, 40, 30, 107)


@pytest.mark.django_db
def test_a_lot_that_has_ended_is_not_outstanding_although_no_job_was_here(cast: Cast) -> None:
    opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "10.00", at=MAY)
    assert of_points(cast, at=MAY).outstanding == 10
    assert of_points(cast, at=MAY + timedelta(days=40)).outstanding == 0


@pytest.mark.django_db
def test_the_list_has_members_units_and_what_begins_next(cast: Cast, django_assert_num_queries) -> None:
    program = opened(cast)
    opened(cast, code="later", at=JUNE + timedelta(days=3))
    bought(cast, cast.ada, "10.00", at=MAY)
    assert members_of(program=program) == 1
    with django_assert_num_queries(4):
        crumbs, later = standings_of(scope=cast.scope, at=JUNE)
    assert (crumbs.members, dict(crumbs.outstanding), crumbs.begins_next_at) == (1, {"points": 10}, None)
    assert crumbs.document is not None
    assert (later.members, later.document, later.begins_next_at) == (0, None, JUNE + timedelta(days=3))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("cost", "use", "scale", "units", "decimals", "expected"),
    [
        ("0.01", "80", 0, 5000, 2, (4000, 1000)),
        ("0.01", None, 0, 5000, 2, (5000, 0)),
        ("0.01", "80", 2, 500000, 2, (4000, 1000)),
        ("0.005", "50", 0, 1, 2, (0, 1)),
        ("1", "80", 0, 100, 0, (80, 20)),
        (None, "80", 0, 100, 2, None),
    ],
)
def test_cost_and_breakage_add_up_to_the_full_cost(cost, use, scale, units, decimals, expected) -> None:
    unit = Unit.model_validate({"code": "p", "name": "P", "scale": scale, "cost": cost, "expected_use_percent": use}, strict=False)
    found = expected_cost(unit, units, decimals=decimals)
    assert (found and (found.liability_minor, found.breakage_minor)) == expected
