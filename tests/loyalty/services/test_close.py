"""Days are closed in order and stay as they were; broken books stop spending."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.loyalty.models import Account, ClosedDay, Program
from regulars.loyalty.queries import statement_of
from regulars.loyalty.services import adjust_units, close_days, expire_lots, hold_units, prove_books
from regulars.loyalty.services.closing import DayNotOver

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, SHORT, bought, document, local, opened, recorded

pytestmark = pytest.mark.django_db
FIRST = local("2026-06-15 00:00")


def story(cast: Cast) -> Program:
    program = opened(cast, at=FIRST)
    bought(cast, cast.ada, "100", at=local("2026-06-15 10:00"))
    adjust_units(
        program=program, customer=cast.ada, unit="points", units=-30, reason="Wrong card", at=local("2026-06-16 09:00"), actor=ACTOR
    )
    bought(cast, cast.bo, "5", at=local("2026-06-17 09:00"))
    return program


def test_a_statement_adds_up_from_opening_to_closing(cast: Cast) -> None:
    program = story(cast)
    days = statement_of(program=program, unit="points", first=date(2026, 6, 15), last=date(2026, 6, 18))
    assert [(day.opening, day.movements["issued"], day.movements["adjusted"], day.closing) for day in days] == [
        (0, 100, 0, 100),
        (100, 0, -30, 70),
        (70, 5, 0, 75),
        (75, 0, 0, 75),
    ]


def test_67_a_closed_day_stays_and_what_comes_late_is_booked_later(cast: Cast) -> None:
    from regulars.loyalty.services import earn_by_purchase

    program = story(cast)
    late = recorded(cast, cast.ada, "40", at=local("2026-06-15 11:00"))
    assert close_days(program=program, through=date(2026, 6, 16), at=local("2026-06-17 12:00"), actor=ACTOR) == 2
    assert close_days(program=program, through=date(2026, 6, 16), at=local("2026-06-17 12:00"), actor=ACTOR) == 0
    entry = earn_by_purchase(purchase=late, at=local("2026-06-17 13:00"), actor=ACTOR)[0]
    assert (entry.at, entry.booked_on) == (local("2026-06-15 11:00"), date(2026, 6, 17))
    days = statement_of(program=program, unit="points", first=date(2026, 6, 15), last=date(2026, 6, 17))
    assert [(day.closing, day.closed) for day in days] == [(100, True), (70, True), (115, False)]
    assert list(ClosedDay.objects.order_by("closed_on").values_list("closing_units", flat=True)) == [100, 70]


def test_a_day_that_is_not_over_is_not_closed(cast: Cast) -> None:
    program = story(cast)
    with pytest.raises(DayNotOver):
        close_days(program=program, through=date(2026, 6, 17), at=local("2026-06-18 00:30"), actor=ACTOR)


def test_a11_a_figure_changed_by_hand_is_found_and_stops_that_program_alone(cast: Cast) -> None:
    from regulars.loyalty.services import apply_program

    program = story(cast)
    other = apply_program(scope=cast.scope, text=document(code="other"), at=FIRST + DAY, actor=ACTOR).version.program
    assert SHORT["code"] == program.code
    assert all(not proof.faults for proof in prove_books(at=FIRST + DAY, actor=ACTOR))
    account = Account.objects.get(customer=cast.ada)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_account SET balance = balance + 1 WHERE id = %s", [account.pk])
    proofs = {proof.program.code: proof for proof in prove_books(at=FIRST + DAY, actor=ACTOR)}
    assert {number for number, _sentence in proofs["crumbs"].faults} == {account.pk}
    assert (proofs["crumbs"].froze, proofs["other"].froze) == (True, False)
    program.refresh_from_db()
    other.refresh_from_db()
    assert f"account {account.pk}" in program.frozen_reason
    assert (program.frozen_at, other.frozen_at) == (FIRST + DAY, None)


def test_a_job_fails_on_books_that_differ_instead_of_looking_at_them_for_ever(cast: Cast) -> None:
    program = story(cast)
    hold_units(program=program, customer=cast.ada, unit="points", units=20, at=FIRST + DAY, actor=ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE loyalty_account SET held = 0")
    with pytest.raises(IntegrityError), transaction.atomic():
        expire_lots(at=FIRST + 2 * DAY)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loyalty_account SET entries_count = entries_count + 1 WHERE id = %s",
        "UPDATE loyalty_account SET debt = debt + 1 WHERE id = %s",
        'UPDATE loyalty_lot SET "left" = "left" - 1 WHERE account_id = %s',
        "UPDATE loyalty_lot SET held = held + 1 WHERE account_id = %s",
    ],
)
def test_every_kept_figure_is_proven(cast: Cast, statement: str) -> None:
    story(cast)
    account = Account.objects.get(customer=cast.ada)
    with connection.cursor() as cursor:
        cursor.execute(statement, [account.pk])
    found = {number for proof in prove_books(at=FIRST + DAY, actor=ACTOR) for number, _sentence in proof.faults}
    assert found == {account.pk}
