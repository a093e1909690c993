"""What purchases earn, and that they earn it once."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from regulars.loyalty.models import Entry, ProgramVersion
from regulars.loyalty.services import earn_by_purchase

from tests.cast import ACTOR, Cast
from tests.loyalty.club import BASE, DAY, balance, bought, changed, kinds, local, opened, recorded, usable

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")


@pytest.mark.parametrize(
    ("rounding", "first", "second"),
    [("floor", 10, 11), ("half_up", 11, 12), ("half_even", 10, 12)],
    ids=["1 floor", "1 half-up", "1 half-even"],
)
def test_an_order_is_rounded_once_as_the_program_says(cast: Cast, rounding: str, first: int, second: int) -> None:
    opened(cast, points={"rounding": rounding})
    bought(cast, cast.ada, "10.50", at=JUNE)
    bought(cast, cast.ada, "11.50", at=JUNE)
    assert kinds(cast.ada) == [("issued", first), ("issued", second)]


def test_2_three_lines_of_half_a_euro_earn_together(cast: Cast) -> None:
    opened(cast, points={"rounding": "half_up"})
    bought(cast, cast.ada, "1.50", at=JUNE, lines=[("roll", "0.50")] * 3)
    assert usable(cast.ada, JUNE) == 2


def test_3_decimals_of_a_unit_are_exact(cast: Cast) -> None:
    opened(cast, points={"scale": 2})
    bought(cast, cast.ada, "267.39", at=JUNE)
    bought(cast, cast.ada, "0.89", at=JUNE)
    assert usable(cast.ada, JUNE) == 26828


def test_12_a_purchase_told_three_times_earns_once(cast: Cast) -> None:
    opened(cast)
    purchase = bought(cast, cast.ada, "10", at=JUNE)
    for _again in range(2):
        assert earn_by_purchase(purchase=purchase, at=JUNE, actor=ACTOR) == []
    assert kinds(cast.ada) == [("issued", 10)]


def test_13_what_never_earns_does_not(cast: Cast) -> None:
    opened(cast, never_earn={"products": ["gift card"]})
    bought(cast, cast.ada, "90", at=JUNE, lines=[("coffee", "40"), ("free roll", "0"), ("Gift Card", "50")])
    assert usable(cast.ada, JUNE) == 40


def test_14_points_wait_their_days_before_they_can_be_spent(cast: Cast) -> None:
    opened(cast, points={"pending_days": 14})
    bought(cast, cast.ada, "100", at=local("2026-03-01 10:00"))
    early, late = local("2026-03-15 09:59"), local("2026-03-15 10:00")
    assert (balance(cast.ada, early).usable, balance(cast.ada, early).pending) == (0, 100)
    assert (balance(cast.ada, late).usable, balance(cast.ada, late).pending) == (100, 0)


def test_nothing_earned_is_an_entry_that_says_what_was_missing(cast: Cast) -> None:
    opened(cast)
    bought(cast, cast.ada, "0.60", at=JUNE)
    entry = Entry.objects.get()
    assert (entry.units, entry.why["lacks_minor"]) == (0, 40)


def test_a_purchase_earns_by_the_version_of_its_own_day(cast: Cast) -> None:
    opened(cast)
    old = recorded(cast, cast.ada, "10", at=JUNE)
    changed(cast, at=JUNE + DAY, earning=[BASE | {"points": 2}])
    earn_by_purchase(purchase=old, at=JUNE + 2 * DAY, actor=ACTOR)
    bought(cast, cast.ada, "10", at=JUNE + 2 * DAY)
    assert kinds(cast.ada) == [("issued", 10), ("issued", 20)]


def test_who_must_ask_to_take_part_earns_nothing_unasked(cast: Cast) -> None:
    opened(cast, joining="by_request")
    bought(cast, cast.ada, "10", at=JUNE)
    assert kinds(cast.ada) == []


def test_another_business_hears_nothing(cast: Cast) -> None:
    opened(cast)
    bought(cast, cast.ada, "10", at=JUNE)
    assert not Entry.objects.filter(account__customer__business=cast.other).exists()


@pytest.mark.parametrize("act", ["change", "remove"])
def test_a5_books_are_never_changed(cast: Cast, act: str) -> None:
    opened(cast)
    bought(cast, cast.ada, "10", at=JUNE)
    for rows in (Entry.objects.all(), ProgramVersion.objects.all()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            if act == "change":
                rows.update(actor="somebody")
            else:
                rows._raw_delete(rows.db)
