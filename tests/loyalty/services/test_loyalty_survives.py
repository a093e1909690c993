"""kill -9 after each single write of an act (case 39): nothing half done is left, and the same act again ends like one clean run."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.customers.models import Customer
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.bulk import copying, prepared
from regulars.groundwork.kernel.models import FactRow
from regulars.loyalty.models import Account, Entry, Hold, Lot, LotUse, RewardStock, ShopDelivery, Voucher
from regulars.loyalty.queries import account_faults, voucher_faults
from regulars.loyalty.services import PointsPaid, capture_hold, expire_lots, hold_units, record_sale, refund_sale
from regulars.purchases.models import Purchase, PurchaseLine
from regulars.purchases.queries import Sale, SaleLine

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, balance, bought, cents, local, opened
from tests.loyalty.rewarding import COFFEE, had, rich
from tests.loyalty.shop_payloads import woo_order, woo_refund
from tests.loyalty.web_shop import NOW, web_shop
from tests.till.loyalty_till import AT, at_the_till

pytestmark = pytest.mark.django_db(transaction=True)
JUNE = local("2026-06-15 12:00")
WRITES = ("INSERT", "UPDATE", "DELETE")
WRITES_MAX = 150
EVERYTHING = (Purchase, PurchaseLine, Account, Entry, Lot, LotUse, Hold, Voucher, ShopDelivery, FactRow)


def killed_after(write: int, act: Callable[[], object]) -> str:
    """Do the act in a process of its own that dies by SIGKILL right after so many writes; which that was, "" when it was done before."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL's alone: its threads don't outlive the fork
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _die_or_end(write, act, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return said
    assert os.WEXITSTATUS(status) == 0, said
    return ""


def _die_or_end(write: int, act: Callable[[], object], writing: int) -> None:
    count = 0

    def wrote(sql: str) -> None:
        nonlocal count
        if sql.lstrip()[:6].upper() in WRITES:
            count += 1
            if count == write:
                os.write(writing, sql[:60].encode())
                os.kill(os.getpid(), signal.SIGKILL)

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        wrote(sql)
        return found

    # What is prepared or copied goes past the framework's cursor on PostgreSQL; as the first statement of a transaction it is the cursor's, and counted there.
    straight = prepared._executed

    def counted_prepared(raw: Any, sql: str, values: Any) -> Any:
        found = straight(raw, sql, values)
        wrote(sql)
        return found

    copied = copying._copy_postgres

    def counted_copy(table: str, columns: Any, rows: Any) -> int:
        found = copied(table, columns, rows)
        wrote(f"INSERT INTO {table} (COPY)")
        return found

    prepared._executed = counted_prepared
    copying._copy_postgres = counted_copy
    try:
        with connection.execute_wrapper(counted):
            act()
        connection.close()
    except BaseException:
        os.write(writing, traceback.format_exc()[-3000:].encode())
        os._exit(3)
    sys.stdout.flush()
    os._exit(0)


def counts() -> dict[str, Any]:
    """How much there is of everything, and where every account stands."""
    found: dict[str, Any] = {model.__name__: model._default_manager.count() for model in EVERYTHING}
    found["stock"] = sorted(RewardStock.objects.filter(taken__gt=0).values_list("reward", "taken"))
    return found | {"accounts": sorted(Account.objects.values_list("pk", "balance", "held", "debt", "entries_count"))}


def facts() -> Counter[str]:
    """What was announced, by name."""
    return Counter(FactRow.objects.values_list("name", flat=True))


def state(customer: Customer) -> dict[str, Any]:
    """All that the books say of a customer, without numbers of rows."""
    accounts = Account.objects.filter(customer=customer).order_by("program_id", "unit")
    return {
        "accounts": list(accounts.values_list("unit", "balance", "held", "debt", "entries_count")),
        "entries": list(
            Entry.objects.filter(account__in=accounts)
            .order_by("account__program_id", "account__unit", "seq")
            .values_list("account__unit", "kind", "giver", "getter", "units", "at")
        ),
        "lots": sorted(Lot.objects.filter(account__in=accounts).values_list("account__unit", "quantity", "left", "held")),
        "uses": sorted(LotUse.objects.filter(lot__account__in=accounts).values_list("entry__kind", "units")),
        "holds": sorted(Hold.objects.filter(account__in=accounts).values_list("state", "units")),
        "vouchers": sorted(Voucher.objects.filter(customer=customer).values_list("reward", "state", "cost_minor")),
        "purchases": sorted(Purchase.objects.filter(customer=customer).values_list("kind", "amount_minor", "source")),
    }


def survives(killed: Callable[[], object], clean: Callable[[], object], ada: Customer, bo: Customer, *, whole: bool = True) -> None:
    """Ada's act is killed after its first write, its second, … until it comes to its end, and then told twice more; Bo's runs once."""
    before, told, points = counts(), facts(), []
    for write in range(1, WRITES_MAX):
        point = killed_after(write, killed)
        if not point:
            break
        points.append(point)
        assert not whole or counts() == before, f"half done after write {write}: {point}"
        assert list(account_faults()) == [], point
    assert 2 < len(points) < WRITES_MAX - 1, points
    done, told_once = counts(), facts()
    for _again in range(2):
        killed()
    assert counts() == done, "told again it changed something"
    clean()
    assert state(ada) == state(bo)
    if whole:
        assert facts() - told_once == told_once - told
    assert list(account_faults()) == []
    assert list(voucher_faults()) == []


def program(cast: Cast, **more: Any) -> Any:
    return opened(cast, rewards=[COFFEE | {"stock": 9}], cards=[], **more)


def sale(receipt: str, amount: str = "50.00") -> Sale:
    lines = [SaleLine(amount_minor=cents(amount) - 2000, product="cake"), SaleLine(amount_minor=2000, product="tart")]
    return Sale(at=JUNE, currency="EUR", amount_minor=cents(amount), source="till", receipt=receipt, lines=lines)


def test_39_a_sale_paid_with_points_killed_between_any_two_writes(cast: Cast) -> None:
    chosen = program(cast)
    rich(cast, cast.ada, cast.bo)

    def sell(customer: Customer, receipt: str) -> Callable[[], object]:
        paid = PointsPaid(program=chosen, unit="points", units=80)
        return lambda: record_sale(customer=customer, branch=cast.market, sale=sale(receipt), paid=paid, at=NOW, actor=ACTOR)

    survives(sell(cast.ada, "R-1"), sell(cast.bo, "R-2"), cast.ada, cast.bo)
    assert (balance(cast.ada, NOW).usable, Purchase.objects.filter(customer=cast.ada, receipt="R-1").count()) == (462, 1)


def test_39_a_sale_by_the_api_under_one_key_killed_between_any_two_writes(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast)
        till.give("A-1001", 80)
        till.give("B-1002", 80)

        def sell(customer: str) -> Callable[[], object]:
            body = till.sale(customer, "50.00", receipt=f"R-{customer}", redeem={"unit": "points", "units": 80})

            def act() -> object:
                answer = till.post("sales", body, key=f"k-{customer}")
                assert answer.status_code == 201, answer.content
                return answer

            return act

        survives(sell("A-1001"), sell("B-1002"), cast.ada, cast.bo)


def test_39_a_refund_killed_between_any_two_writes(cast: Cast) -> None:
    chosen = program(cast)
    rich(cast, cast.ada, cast.bo)
    sold = [
        record_sale(
            customer=one,
            branch=cast.market,
            sale=sale(f"R-{one.pk}"),
            paid=PointsPaid(program=chosen, unit="points", units=80),
            at=NOW,
            actor=ACTOR,
        ).purchase
        for one in (cast.ada, cast.bo)
    ]

    def give_back(place: int) -> Callable[[], object]:
        return lambda: refund_sale(sale=sold[place], receipt=f"B-{place}", refunded_at=NOW, at=NOW, actor=ACTOR, amount_minor=1680)

    survives(give_back(0), give_back(1), cast.ada, cast.bo)
    assert Purchase.objects.filter(kind="refund", customer=cast.ada).count() == 1


def test_39_a_reward_with_stock_killed_between_any_two_writes(cast: Cast) -> None:
    chosen = program(cast)
    rich(cast, cast.ada, cast.bo)
    survives(
        lambda: had(chosen, cast.ada, key="tap"),
        lambda: had(chosen, cast.bo, key="tap"),
        cast.ada,
        cast.bo,
    )
    assert RewardStock.objects.get().taken == 2


def test_39_a_capture_killed_between_any_two_writes(cast: Cast) -> None:
    chosen = program(cast)
    rich(cast, cast.ada, cast.bo)
    holds = [
        str(hold_units(program=chosen, customer=one, unit="points", units=200, at=NOW, actor=ACTOR).public_id)
        for one in (cast.ada, cast.bo)
    ]

    def capture(place: int) -> Callable[[], object]:
        return lambda: capture_hold(scope=cast.scope, public_id=holds[place], units=120, at=NOW, actor=ACTOR)

    survives(capture(0), capture(1), cast.ada, cast.bo)
    assert balance(cast.ada, NOW).usable == 380


def test_39_ends_of_lots_killed_between_any_two_writes(cast: Cast) -> None:
    """Each account is booked for itself: a killed run may have booked some of them, never one by half, and the next books the rest."""
    opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    for one in (cast.ada, cast.bo):
        bought(cast, one, "50", at=JUNE)
        bought(cast, one, "30", at=JUNE + DAY)
    after = JUNE + 60 * DAY
    survives(lambda: expire_lots(at=after), lambda: expire_lots(at=after), cast.ada, cast.bo, whole=False)
    assert [
        (one, units) for one, units in Entry.objects.filter(kind="expired").values_list("account__customer", "units").order_by("pk")
    ] == [
        (cast.ada.pk, 50),
        (cast.ada.pk, 30),
        (cast.bo.pk, 50),
        (cast.bo.pk, 30),
    ]


def test_39_a_web_shop_s_order_with_its_refund_killed_between_any_two_writes(cast: Cast) -> None:
    shop = web_shop(cast)

    def told(ref: int, name: str) -> Callable[[], object]:
        order = woo_order(ref, customer_id=0, billing={"email": f"{name}@mail.example"}, refunds=[woo_refund(ref + 1, "4.00")])
        return lambda: shop.tell(order, "order.updated")

    # A delivery that is told again counts itself: everything else stays.
    survives(told(10, "ada"), told(20, "bo"), cast.ada, cast.bo)
    assert balance(cast.ada, NOW + timedelta(hours=1)).usable == 20
