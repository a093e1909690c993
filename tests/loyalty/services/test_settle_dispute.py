"""Disputes with offline tills are looked at by somebody (case 38)."""

from __future__ import annotations

import pytest

from regulars.groundwork.kernel.models import FactRow
from regulars.loyalty.models import Dispute
from regulars.loyalty.queries import disputes_of, disputes_open
from regulars.loyalty.services import DisputeNotFound, DisputeOver, PointsPaid, record_sale, settle_dispute
from regulars.loyalty.services.disputing import DisputeUnexplained
from regulars.purchases.queries import Sale

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, balance, bought, local, opened

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")
INES = "employee:12"


def overspent(cast: Cast) -> Dispute:
    """Ada had 200 and spent 300 at a till that was offline."""
    program = opened(cast, offline_overspend="debt")
    bought(cast, cast.ada, "200", at=JUNE - DAY)
    sale = Sale(at=JUNE, currency="EUR", amount_minor=3000, source="till", receipt="T-1", lines=[])
    paid = PointsPaid(program=program, unit="points", units=300)
    for _again in range(3):
        record_sale(customer=cast.ada, branch=cast.market, sale=sale, paid=paid, at=JUNE + DAY, actor=ACTOR, offline=True)
    assert balance(cast.ada, JUNE + DAY).debt == 100
    return Dispute.objects.get()


def settled(cast: Cast, dispute: Dispute, how: str, why: str = "Two tills were offline") -> Dispute:
    return settle_dispute(scope=cast.scope, public_id=str(dispute.public_id), how=how, why=why, at=JUNE + 2 * DAY, actor=INES)  # type: ignore[arg-type] # one of the two


@pytest.mark.parametrize(("how", "earned", "debt", "usable"), [("kept", 0, 100, 0), ("forgiven", 0, 0, 0), ("forgiven", 150, 0, 50)])
def test_38_what_is_still_owed_stays_or_is_forgiven_once(cast: Cast, how: str, earned: int, debt: int, usable: int) -> None:
    dispute = overspent(cast)
    if earned:
        bought(cast, cast.ada, str(earned), at=JUNE + DAY)
    row = settled(cast, dispute, how)
    assert (row.settled_how, row.settled_by, row.settled_why) == (how, INES, "Two tills were offline")
    with pytest.raises(DisputeOver):
        settled(cast, dispute, "forgiven")
    account = balance(cast.ada, JUNE + 2 * DAY)
    assert (account.debt, account.usable) == (debt, usable)
    assert FactRow.objects.filter(name="loyalty.DisputeSettled").count() == 1
    assert disputes_open(program=row.program) == 0


def test_a_dispute_is_settled_with_what_was_found_and_by_its_own_business(cast: Cast) -> None:
    dispute = overspent(cast)
    for why in ("", " ", "x" * 401):
        with pytest.raises(DisputeUnexplained):
            settled(cast, dispute, "kept", why)
    strange = cast.scope.__class__(business_id=cast.other.pk)
    with pytest.raises(DisputeNotFound):
        settle_dispute(scope=strange, public_id=str(dispute.public_id), how="kept", why="x", at=JUNE, actor=INES)
    standing, looked_at = disputes_of(scope=cast.scope, program=dispute.program, at=JUNE)
    assert ([(one.units, one.unit_name) for one in standing], looked_at) == ([("100", "Points")], [])
