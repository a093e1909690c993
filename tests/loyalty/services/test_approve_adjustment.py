"""What is more than one person may adjust alone waits for another one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import AdjustmentRequest, Entry
from regulars.loyalty.queries import account_faults, requests_of
from regulars.loyalty.services import adjust_units, approve_adjustment, forfeit_accounts, lapse_adjustments, refuse_adjustment, spend_units
from regulars.loyalty.services.adjusting import REQUEST_DAYS
from regulars.loyalty.services.approving import RefusalUnexplained, RequestNotFound, RequestSettled, SecondPersonNeeded
from regulars.loyalty.services.spending import NotEnoughUnits

from tests.cast import Cast
from tests.loyalty.club import DAY, bought, kinds, local, opened, usable

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")
TOM, INES = "employee:11", "employee:12"


def asked(cast: Cast, units: int = 500, *, by: str = TOM, person: str = "", key: str = "") -> AdjustmentRequest:
    """More than the hundred that one person may; Ada has 40."""
    program = opened(cast, adjustment_units_max=100)
    if not Entry.objects.exists():
        bought(cast, cast.ada, "40", at=JUNE - DAY)
    done = adjust_units(
        program=program, customer=cast.ada, unit="points", units=units, reason="The oven", at=JUNE, actor=by, key=key, person=person
    )
    assert done.request is not None
    assert done.entries == []
    return done.request


def decided(cast: Cast, request: AdjustmentRequest, *, by: str = INES, at=JUNE + DAY) -> list[Entry]:
    return approve_adjustment(scope=cast.scope, public_id=str(request.public_id), at=at, actor=by)


@pytest.mark.parametrize(("units", "asks"), [(100, False), (101, True)])
def test_only_what_is_above_the_limit_waits(cast: Cast, units: int, asks: bool) -> None:
    program = opened(cast, adjustment_units_max=100)
    done = adjust_units(program=program, customer=cast.ada, unit="points", units=units, reason="The oven", at=JUNE, actor=TOM)
    assert (done.request is not None, [one.units for one in done.entries]) == (asks, [] if asks else [units])
    assert usable(cast.ada, JUNE) == (0 if asks else units)


def test_another_person_approves_and_it_is_booked_once(cast: Cast) -> None:
    request = asked(cast)
    entries = decided(cast, request)
    assert (usable(cast.ada, JUNE + DAY), entries[0].actor, entries[0].why) == (540, INES, {"reason": "The oven", "asked_by": TOM})
    with pytest.raises(RequestSettled) as again:
        decided(cast, request, by="employee:13")
    assert again.value.extra == {"state": "approved"}
    assert usable(cast.ada, JUNE + DAY) == 540
    names = list(FactRow.objects.filter(name__startswith="loyalty.Adjustment").order_by("pk").values_list("name", flat=True))
    assert names == ["loyalty.AdjustmentAsked", "loyalty.AdjustmentDecided"]


@pytest.mark.parametrize("person", ["", INES], ids=["the person", "the person behind a key"])
def test_whoever_asked_does_not_decide(cast: Cast, person: str) -> None:
    request = asked(cast, by="key:4" if person else INES, person=person)
    with pytest.raises(SecondPersonNeeded):
        decided(cast, request, by=INES)
    row = AdjustmentRequest.objects.filter(pk=request.pk)
    with pytest.raises(IntegrityError), transaction.atomic():  # the table has the last word
        row.update(state="approved", decided_by=INES, decided_at=JUNE)
    assert row.get().state == "asked"
    assert usable(cast.ada, JUNE + DAY) == 40


def test_a_refusal_needs_its_reason_and_stays(cast: Cast) -> None:
    request = asked(cast)
    words = {"scope": cast.scope, "public_id": str(request.public_id), "at": JUNE, "actor": INES}
    for why in ("", " ", "x" * 401):
        with pytest.raises(RefusalUnexplained):
            refuse_adjustment(why=why, **words)
    assert refuse_adjustment(why="It was 50", **words).state == "refused"
    with pytest.raises(RequestSettled):
        decided(cast, request)
    assert kinds(cast.ada) == [("issued", 40)]
    _waiting, settled = requests_of(scope=cast.scope, program=request.program, at=JUNE)
    assert [(one.state, one.units, one.row.decided_why) for one in settled] == [("refused", "500", "It was 50")]


def test_what_nobody_decides_lapses_job_or_no_job(cast: Cast) -> None:
    request = asked(cast)
    end = JUNE + timedelta(days=REQUEST_DAYS)
    waiting, settled = requests_of(scope=cast.scope, program=request.program, at=end)
    assert ([one.state for one in settled], waiting) == (["lapsed"], [])
    with pytest.raises(RequestSettled, match="lapsed"):
        decided(cast, request, at=end)
    assert (lapse_adjustments(at=end - timedelta(seconds=1)), lapse_adjustments(at=end), lapse_adjustments(at=end)) == (0, 1, 0)
    assert AdjustmentRequest.objects.get().decided_at == end


def test_what_can_not_be_taken_any_more_stays_undecided(cast: Cast) -> None:
    with pytest.raises(NotEnoughUnits):
        asked(cast, -500)
    bought(cast, cast.ada, "460", at=JUNE - DAY)
    request = asked(cast, -400)
    spend_units(program=request.program, customer=cast.ada, unit="points", units=200, why={}, at=JUNE, actor=TOM)
    with pytest.raises(NotEnoughUnits):
        decided(cast, request)
    assert AdjustmentRequest.objects.get().state == "asked"
    assert usable(cast.ada, JUNE) == 300


def test_the_same_key_asks_once_and_books_once(cast: Cast) -> None:
    request = asked(cast, key="desk:1")
    assert asked(cast, key="desk:1").pk == request.pk
    decided(cast, request)
    program = request.program
    again = adjust_units(program=program, customer=cast.ada, unit="points", units=500, reason="The oven", at=JUNE, actor=TOM, key="desk:1")
    assert again.request is not None
    assert (again.request.state, usable(cast.ada, JUNE + DAY)) == ("approved", 540)


def test_another_business_finds_nothing(cast: Cast) -> None:
    request = asked(cast)
    strange = cast.scope.__class__(business_id=cast.other.pk)
    with pytest.raises(RequestNotFound):
        approve_adjustment(scope=strange, public_id=str(request.public_id), at=JUNE, actor=INES)
    with pytest.raises(Refusal, match="no such request"):
        approve_adjustment(scope=cast.scope, public_id="42", at=JUNE, actor=INES)


def test_who_is_forgotten_leaves_no_words_behind(cast: Cast) -> None:
    request = asked(cast)
    forfeit_accounts(customer_ids=[cast.ada.pk], at=JUNE, actor=INES)
    row = AdjustmentRequest.objects.get()
    assert (row.state, row.reason) == ("refused", "")
    with pytest.raises(RequestSettled):
        decided(cast, request)
    assert list(account_faults()) == []
