"""Units that need a notice before they end by inactivity: Québec's rule (case 28)."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.groundwork.kernel.models import FactRow
from regulars.loyalty.models import ExpiryNotice, Lot, Program
from regulars.loyalty.queries import notices_wanted
from regulars.loyalty.services import (
    NothingToTell,
    NoticeUnproven,
    adjust_units,
    ask_for_notices,
    expire_lots,
    record_expiry_notice,
    spend_units,
    transfer_units,
)

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, balance, bought, changed, kinds, local, opened, usable

pytestmark = pytest.mark.django_db
YEAR = {"kind": "activity", "months": 12}
QUEBEC = {"expiry": YEAR | {"notice": {"from_days": 60, "to_days": 30}}}
LAST = local("2026-06-30 23:59")


def idle(cast: Cast) -> Program:
    """Ada bought once, on 30 June 2025: a year without a visit is over at the end of 30 June 2026."""
    program = opened(cast, points=QUEBEC)
    bought(cast, cast.ada, "100", at=local("2025-06-30 10:00"))
    return program


def told(program: Program, cast: Cast, at: datetime) -> list[ExpiryNotice]:
    found = record_expiry_notice(program=program, customer=cast.ada, unit="points", way="letter", proof="RN 1", at=at, actor=ACTOR)
    return list(found)


@pytest.mark.parametrize(
    ("notice", "last_good", "first_bad"),
    [
        ("2026-05-20 10:00", "2026-06-30 23:59", "2026-07-01 00:00"),
        ("2026-05-01 00:00", "2026-06-30 23:59", "2026-07-01 00:00"),
        ("2026-05-31 23:00", "2026-06-30 23:59", "2026-07-01 00:00"),
        ("2026-06-10 10:00", "2026-07-10 23:59", "2026-07-11 00:00"),
        ("2026-08-01 10:00", "2026-08-31 23:59", "2026-09-01 00:00"),
        (None, "2030-01-01 00:00", None),
    ],
    ids=["28 in time", "28 the first day", "28 the last day", "28 late", "28 after the end", "28 none"],
)
def test_units_end_only_after_their_notice(cast: Cast, notice: str | None, last_good: str, first_bad: str | None) -> None:
    program = idle(cast)
    if notice:
        (row,) = told(program, cast, local(notice))
        assert (row.way, row.proof, row.sent_at) == ("letter", "RN 1", local(notice))
    assert usable(cast.ada, local(last_good)) == 100
    assert expire_lots(at=local(last_good)) == 0
    if first_bad:
        assert usable(cast.ada, local(first_bad)) == 0, "whatever a job has done"
        assert expire_lots(at=local(first_bad) + DAY) == 1
        assert kinds(cast.ada) == [("issued", 100), ("expired", -100)]
        assert balance(cast.ada, local(first_bad)).total == 0


def test_28_a_notice_that_comes_too_early_is_none(cast: Cast) -> None:
    program = idle(cast)
    with pytest.raises(NothingToTell):
        told(program, cast, local("2026-04-30 23:00"))
    assert usable(cast.ada, local("2027-01-01 00:00")) == 100


def test_who_comes_back_has_a_new_year_and_needs_a_new_notice(cast: Cast) -> None:
    program = idle(cast)
    told(program, cast, local("2026-05-20 10:00"))
    spend_units(program=program, customer=cast.ada, unit="points", units=40, why={}, at=local("2026-06-29 10:00"), actor=ACTOR)
    assert usable(cast.ada, local("2028-01-01 00:00")) == 60
    with pytest.raises(NothingToTell):
        told(program, cast, local("2026-06-30 10:00"))
    (row,) = told(program, cast, local("2027-05-20 10:00"))
    assert row.ends_at == local("2027-06-30 00:00")
    assert usable(cast.ada, local("2027-06-30 00:00")) == 0


def test_the_same_notice_again_is_refused_and_one_needs_its_proof(cast: Cast) -> None:
    program = idle(cast)
    for words in ({"way": "", "proof": "x"}, {"way": "mail", "proof": " "}, {"way": "mail", "proof": "x" * 201}):
        with pytest.raises(NoticeUnproven):
            record_expiry_notice(program=program, customer=cast.ada, unit="points", at=local("2026-05-20 10:00"), actor=ACTOR, **words)
    told(program, cast, local("2026-05-20 10:00"))
    with pytest.raises(NothingToTell):
        told(program, cast, local("2026-06-20 10:00"))
    assert Lot.objects.get().expires_at == local("2026-07-01 00:00")


def test_who_has_to_be_told_is_said_once(cast: Cast) -> None:
    program = idle(cast)
    assert ask_for_notices(at=local("2026-04-30 23:00")) == 0
    may = local("2026-05-01 00:30")
    assert (ask_for_notices(at=may), ask_for_notices(at=may)) == (1, 0)
    assert FactRow.objects.filter(name="loyalty.ExpiryNoticeDue").count() == 1
    assert [(one.account.customer, one.units, one.due_at) for one in notices_wanted(program=program, at=may)] == [
        (cast.ada, 100, local("2026-07-01 00:00"))
    ]
    told(program, cast, may + DAY)
    assert list(notices_wanted(program=program, at=may + DAY)) == []
    assert (ExpiryNotice.objects.count(), ask_for_notices(at=LAST)) == (1, 0)
    assert FactRow.objects.filter(name="loyalty.ExpiryNoticed").count() == 1


def test_who_came_back_meanwhile_need_not_be_told(cast: Cast) -> None:
    program = idle(cast)
    may = local("2026-05-02 10:00")
    ask_for_notices(at=may)
    bought(cast, cast.ada, "5", at=may + DAY)
    assert list(notices_wanted(program=program, at=may + 2 * DAY)) == []


def test_units_that_move_to_another_member_need_a_notice_there(cast: Cast) -> None:
    program = idle(cast)
    told(program, cast, local("2026-05-20 10:00"))
    words = {"program": program, "unit": "points", "at": local("2026-05-21 10:00"), "actor": ACTOR}
    transfer_units(giver=cast.ada, getter=cast.bo, units=30, **words)
    assert usable(cast.bo, local("2030-01-01 00:00")) == 30


def test_a_notice_asked_for_from_now_on_holds_for_what_moves_from_now_on(cast: Cast) -> None:
    """The version that brings the notice is better for members; what lay there unmoved keeps the end that it was given."""
    opened(cast, points={"expiry": YEAR})
    bought(cast, cast.ada, "10", at=local("2025-06-30 10:00"))
    bought(cast, cast.bo, "10", at=local("2025-06-30 10:00"))
    program = changed(cast, at=local("2026-01-01 10:00"), points=QUEBEC)
    bought(cast, cast.bo, "5", at=local("2026-02-01 10:00"))
    assert (usable(cast.ada, local("2026-07-01 00:00")), usable(cast.bo, local("2027-07-01 00:00"))) == (0, 15)
    adjust_units(program=program, customer=cast.ada, unit="points", units=3, reason="x", at=local("2026-02-01 10:00"), actor=ACTOR)
    assert usable(cast.ada, local("2030-07-01 00:00")) == 3
