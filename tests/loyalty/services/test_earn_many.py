"""Many purchases earn together what each of them would have earned alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from regulars.customers.queries import Customer
from regulars.customers.services import NewCustomer, merge_customers, register_customer
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.intake.undoing import begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import ImportBatch
from regulars.loyalty.models import Account, Entry, Lot, Membership, TierStanding, Voucher
from regulars.loyalty.queries import account_faults
from regulars.loyalty.services import earn_by_purchase, earn_by_purchases, spend_units
from regulars.loyalty.services import earning_many as many
from regulars.project.cli import run
from regulars.purchases.queries import Purchase

from tests.cast import ACTOR, Cast
from tests.importing import import_file, table, written
from tests.loyalty.club import BASE, DAY, bought, local, opened, recorded, refunded

pytestmark = pytest.mark.django_db
MAY, JUNE = local("2026-05-04 10:00"), local("2026-06-15 12:00")
STATUS = {"code": "status", "name": "Status", "kind": "qualifying"}
RULES: dict[str, Any] = {
    "units": [{"code": "points", "name": "Points", "expiry": {"kind": "fixed", "months": 6}, "pending_days": 2}, STATUS],
    "earning": [BASE, {"code": "status", "name": "Status", "unit": "status", "points": 1, "per_amount": 1}],
    "ladder": {"currency": "status", "tiers": [{"code": "gold", "name": "Gold", "from_units": 500, "earning": "2"}]},
    "cards": [{"code": "buns", "name": "Buns", "goods": {"products": ["Bun"]}, "target": 2, "reward": {"code": "bun"}}],
    "rewards": [{"code": "bun", "name": "A bun", "kind": "goods", "goods": {"products": ["Bun"]}}],
}


class Undone(Exception):
    """What was only tried."""


def buyer(cast: Cast, name: str) -> Customer:
    who = NewCustomer(given_name=name, external_ids={"card": name})
    return register_customer(business_id=cast.business.pk, who=who, branch_id=None, at=MAY, actor=ACTOR)


def books() -> dict[str, list[Any]]:
    """All that is in the books, but for numbers that any run gives anew."""
    entry = (
        "account__customer",
        "account__unit",
        "seq",
        "kind",
        "giver",
        "getter",
        "units",
        "at",
        "booked_at",
        "booked_on",
        "version",
        "key",
        "why",
        "actor",
    )
    return {
        "entries": list(Entry.objects.order_by("account__customer", "account__unit", "seq").values_list(*entry)),
        "lots": list(Lot.objects.order_by("account__customer", "account__unit", "entry__seq").values_list("quantity", "left", "earned_at", "active_at", "expires_at")),
        "accounts": list(Account.objects.order_by("customer", "unit").values_list("customer", "unit", "balance", "debt", "entries_count", "moved_at")),
        "tiers": list(TierStanding.objects.order_by("customer").values_list("customer", "tier", "anchor_on", "reviews")),
        "members": list(Membership.objects.order_by("customer").values_list("customer", "joined_at")),
        "vouchers": list(Voucher.objects.order_by("customer").values_list("customer", "reward", "cause")),
    }  # fmt: skip


def told(cast: Cast) -> tuple[list[Purchase], set[int]]:
    """A program with members of every sort, and what they buy; gives the purchases and who is nothing special."""
    program = opened(cast, **RULES)
    names = ("plain", "other", "nothing", "stamped", "rising", "owing", "merged", "twice", "gold")
    who = {name: buyer(cast, name) for name in names}
    for name in names:
        bought(cast, who[name], "10", at=MAY)
    bought(cast, who["gold"], "600", at=MAY)
    sale = bought(cast, who["owing"], "50", at=MAY)
    spend_units(program=program, customer=who["owing"], unit="points", units=60, why={}, at=MAY + 3 * DAY, actor=ACTOR)
    refunded(cast, sale, "50", at=MAY + 4 * DAY)
    other = buyer(cast, "loser")
    merge_customers(scope=cast.scope, loser_id=other.pk, survivor_id=who["merged"].pk, at=MAY, actor=ACTOR)
    newcomer = buyer(cast, "newcomer")
    sales = [recorded(cast, who[name], "20.50", at=JUNE) for name in ("plain", "other", "owing", "merged", "twice", "twice", "gold")]
    sales += [
        recorded(cast, who["nothing"], "0.40", at=JUNE),
        recorded(cast, who["stamped"], "6", at=JUNE, lines=[("Bun", "6")]),
        recorded(cast, who["rising"], "495", at=JUNE),
        recorded(cast, newcomer, "30", at=JUNE),
        recorded(cast, who["plain"], "7", at=MAY - 800 * DAY),
    ]
    return sales, {who[name].pk for name in ("other", "nothing", "gold")}


def test_together_they_earn_what_each_would_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sales, plain = told(cast)
    alone: dict[str, list[Any]] = {}
    with pytest.raises(Undone), transaction.atomic():
        for sale in sorted(sales, key=lambda one: (one.at, one.pk)):
            earn_by_purchase(purchase=sale, at=JUNE + DAY, actor=ACTOR)
        alone = books()
        raise Undone
    before = Entry.objects.count()
    long_way: list[int] = []
    earn_in = many.earn_in

    def noted(**given: Any) -> list[Entry]:
        long_way.append(given["purchase"].customer_id)
        return earn_in(**given)

    monkeypatch.setattr(many, "earn_in", noted)
    made = earn_by_purchases(scope=cast.scope, numbers=[sale.pk for sale in sales], at=JUNE + DAY, actor=ACTOR)
    together = books()
    assert {name: together[name] for name in alone} == alone
    assert list(account_faults()) == []
    assert made == Entry.objects.count() - before
    assert {sale.customer_id for sale in sales} - set(long_way) == plain


def test_again_nothing_is_booked_and_what_stands_is_not_looked_at_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sales, _plain = told(cast)
    numbers = [sale.pk for sale in sales if sale.at == JUNE]
    assert earn_by_purchases(scope=cast.scope, numbers=numbers, at=JUNE, actor=ACTOR)
    before = books()
    monkeypatch.setattr(many, "earn_in", lambda **_given: pytest.fail("it stands already"))
    assert earn_by_purchases(scope=cast.scope, numbers=numbers, at=JUNE + DAY, actor=ACTOR) == 0
    assert books() == before


def test_another_till_that_was_quicker_only_costs_a_second_look(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sales, plain = told(cast)
    mine = [sale for sale in sales if sale.customer_id in plain]
    earn_by_purchase(purchase=mine[0], at=JUNE, actor=ACTOR)
    monkeypatch.setattr(many, "_booked_before", lambda *_given: set())  # it came in between
    assert earn_by_purchases(scope=cast.scope, numbers=[one.pk for one in mine], at=JUNE, actor=ACTOR) == 3 * (len(mine) - 1)
    assert list(account_faults()) == []


def test_what_was_imported_earns_by_a_word_and_then_stays_when_the_import_is_undone(
    cast: Cast, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR = tmp_path
    cast.mallory.delete()
    cast.other.delete()  # files are for the one business that there is
    opened(cast)
    bought(cast, cast.ada, "1", at=MAY)
    header = ("customer", "at", "amount", "receipt", "product", "original")
    rows = [("I", "2026-06-15 12:00:00", "9.00", "R1", "Rye", ""), ("I", "2026-06-16 12:00:00", "-3.00", "R2", "Rye", "R1")]
    file = written(tmp_path, table(header, *rows, ("J", "2023-06-15 12:00:00", "4.00", "R3", "Rye", "")))
    code, first = import_file(capsys, file, "--currency", "EUR")
    assert (code, first["refunds_without_original"]) == (0, 0), first
    for answer in ("3 purchases looked at, 1 entries booked.", "3 purchases looked at, 0 entries booked."):
        with clock.standing_at(JUNE + 30 * DAY):
            assert run(["loyalty", "earn", "--since", "2020-01-01", "--business", cast.business.name]) == 0
        assert capsys.readouterr().out.strip() == answer
    buyer = Purchase.objects.get(receipt="R1").customer
    assert [(one.kind, one.signed) for one in Entry.objects.filter(account__customer=buyer).order_by("seq")] == [
        ("issued", 9),
        ("clawed", -3),
    ]
    batch = ImportBatch.objects.get(pk=first["batch"])
    begin_undo(batch, at=JUNE + 31 * DAY)
    batch = carry_out_undo(batch_id=batch.pk, at=JUNE + 31 * DAY, actor=ACTOR, progress=lambda *_step: None)
    assert (batch.undone, batch.kept) == (1, 2)
    assert sorted(Purchase.objects.filter(receipt__startswith="R").values_list("receipt", flat=True)) == ["R1", "R2"]
