"""docs/how-it-works/loyalty.md says what the program does: its tables are executed."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Dispute, Entry
from regulars.loyalty.queries import quote_for
from regulars.loyalty.services import (
    NothingToTell,
    NoticeTooShort,
    PointsPaid,
    adjust_units,
    apply_program,
    approve_adjustment,
    earn_by_purchase,
    record_expiry_notice,
    record_sale,
    refuse_adjustment,
    spend_units,
)
from regulars.purchases.queries import Purchase, Sale, SaleLine

from tests.cast import ACTOR, Cast, enrol
from tests.loyalty.club import START, balance, cents, local, recorded, refunded

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
JUNE = local("2026-06-15 12:00")
TEXT = (Path(__file__).parents[2] / "docs" / "how-it-works" / "loyalty.md").read_text(encoding="utf-8")


def rows_of(head: str) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    lines = TEXT[TEXT.index(head) :].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2 : lines.index("")]]


@pytest.fixture(autouse=True)
def program(cast: Cast) -> object:
    match = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert match
    return apply_program(scope=cast.scope, text=match[1], at=START, actor=ACTOR).version.program


def goods(text: str) -> list[tuple[str, str]]:
    return [(part.strip().rpartition(" ")[0], part.strip().rpartition(" ")[2]) for part in text.split(",")]


def bought(cast: Cast, who: object, text: str, at: datetime) -> Purchase:
    lines = goods(text)
    total = sum(cents(amount) for _name, amount in lines)
    sale = recorded(cast, who, f"{total // 100}.{total % 100:02}", at=at, lines=lines)  # type: ignore[arg-type] # a customer
    earn_by_purchase(purchase=sale, at=at, actor=ACTOR)
    return sale


def test_what_a_purchase_earns(cast: Cast) -> None:
    for number, (when, what, points, why) in enumerate(rows_of("| When (Berlin) | Bought |")):
        who = enrol(cast.business, "Some", "Body", f"D-{number}", None)
        bought(cast, who, what, local(when))
        entry = Entry.objects.get(account__customer=who, account__unit="points")
        assert entry.units == int(points), what
        counted = [step["rule"] for step in entry.why["rules"] if step["reason"] == "counts"]
        names = {"base": "One point per euro", "morning": "Early birds"}
        lacks = f"lacks 0.{entry.why['lacks_minor']:02}" if "lacks_minor" in entry.why else ""
        assert why == (lacks or ", ".join(names[code] for code in counted)), what


def test_one_members_story(cast: Cast, program: object) -> None:
    first = None
    for when, what, usable, owed in rows_of("| When (Berlin) | What |"):
        at = local(when)
        word, amount = re.match(r"(buys|spends|brings back|a year after) ?(.*)", what).groups()  # type: ignore[union-attr] # it matches
        if word == "buys":
            sale = bought(cast, cast.ada, f"cake {amount}", at)
            first = first or sale
        elif word == "spends":
            spend_units(program=program, customer=cast.ada, unit="points", units=int(amount), why={}, at=at, actor=ACTOR)  # type: ignore[arg-type] # a Program
        elif word == "brings back":
            refunded(cast, first, amount.split()[0], at=at)  # type: ignore[arg-type] # bought before
        stands = balance(cast.ada, at)
        assert (stands.usable, stands.debt) == (int(usable), int(owed)), what


def test_cards(cast: Cast) -> None:
    for number, (paid, free, given, full, left) in enumerate(rows_of("| Coffees bought |")):
        at = local(f"2026-06-{15 + number} 12:00")
        lines = ", ".join(["coffee 3.00"] * int(paid) + ["coffee 0"] * int(free))
        sale = bought(cast, cast.ada, lines, at)
        entries = Entry.objects.filter(account__unit="coffee-card")
        assert entries.get(purchase=sale, kind="issued").units == int(given)
        assert entries.filter(kind="redeemed", why__purchase=sale.pk).count() == int(full)
        assert balance(cast.ada, at, unit="coffee-card").usable == int(left)


def test_what_a_basket_comes_to(cast: Cast) -> None:
    for basket, to_pay, because in rows_of("| Basket |"):
        lines = [SaleLine(product=name, amount_minor=cents(amount)) for name, amount in goods(basket)]
        at = local("2026-06-15 12:00")
        quote = quote_for(scope=cast.scope, customer=cast.ada, lines=lines, currency="EUR", channel="till", branch=None, at=at)
        assert quote.total_minor == cents(to_pay), basket
        assert ", ".join(one.offer for one in quote.programs[0].priced.applied) == because


def with_value(place: str, value: str) -> dict[str, object]:
    """The document of the page with one value changed."""
    match = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert match
    shape = json.loads(match[1])
    *steps, last = place.split(".")
    row = shape
    for step in steps:
        row = next(one for one in row if one["code"] == step) if isinstance(row, list) else row[step]
    row[last] = json.loads(value)
    return shape  # type: ignore[no-any-return] # JSON


def test_when_the_program_changes(cast: Cast) -> None:
    bought(cast, cast.ada, "cake 10.00", local("2026-03-01 12:00"))
    for place, value, bearing, begins in rows_of("| What changes |"):
        shape = with_value(place, value)
        at, first = local("2026-04-01 12:00"), local(begins)
        with transaction.atomic():
            if first > at:
                with pytest.raises(NoticeTooShort):
                    apply_program(
                        scope=cast.scope, text=json.dumps(shape | {"effective_at": (first - MINUTE).isoformat()}), at=at, actor=ACTOR
                    )
            applied = apply_program(scope=cast.scope, text=json.dumps(shape | {"effective_at": first.isoformat()}), at=at, actor=ACTOR)
            assert [(".".join(one.change.place), one.bearing) for one in applied.changes] == [(place, bearing)]
            transaction.set_rollback(True)


def test_adjustments_that_take_two_people(cast: Cast) -> None:
    """The steps of the table, one after another; "approves" is about what was asked for last."""
    program = apply_program(
        scope=cast.scope, text=json.dumps(with_value("adjustment_units_max", "100")), at=JUNE, actor=ACTOR
    ).version.program
    words = {"scope": cast.scope, "why": "So it is"}
    request = None
    for who, does, then, usable in rows_of("| Who | Does |"):
        word, *rest = does.split()
        actor, at = f"employee:{who}", JUNE + timedelta(days=14 if "after" in rest else 0)
        try:
            if word in ("gives", "takes"):
                units = int(rest[0]) * (1 if word == "gives" else -1)
                done = adjust_units(program=program, customer=cast.ada, unit="points", units=units, reason="So it is", at=at, actor=actor)
                request = done.request
                answer = request.state if request else "booked"
            else:
                decide = approve_adjustment if word == "approves" else refuse_adjustment
                decide(public_id=str(request.public_id), at=at, actor=actor, **words)  # type: ignore[union-attr, operator] # asked for before
                request.refresh_from_db()  # type: ignore[union-attr] # likewise
                answer = request.state  # type: ignore[union-attr] # likewise
        except Refusal as refusal:
            answer = refusal.code
        assert (answer, balance(cast.ada, at).usable) == (then, int(usable)), (who, does)


def test_notices_before_points_end_by_inactivity(cast: Cast) -> None:
    match = re.search(r'`"expiry": (\{.*?\}\})`', TEXT)
    assert match
    for number, (told, until) in enumerate(rows_of("| Told on |")):
        who = enrol(cast.business, "Some", "Body", f"N-{number}", None)
        shape = with_value("units.points.expiry", match[1])
        program = apply_program(scope=cast.scope, text=json.dumps(shape), at=local("2025-06-01 12:00"), actor=ACTOR).version.program
        bought(cast, who, "cake 10.00", local("2025-06-30 12:00"))
        try:
            at = local(f"{told} 12:00")
        except ValueError:
            assert told == "nobody told them"
        else:
            with contextlib.suppress(NothingToTell):
                record_expiry_notice(program=program, customer=who, unit="points", way="letter", proof="RN", at=at, actor=ACTOR)
        days = (local("2030-01-01 12:00"),) if until == "never" else (local(f"{until} 23:59"), local(f"{until} 23:59") + MINUTE)
        assert [balance(who, day).usable for day in days] == [10, 0][: len(days)], told


def test_tills_that_were_offline(cast: Cast) -> None:
    for number, (says, first, second, usable, owed, disputes) in enumerate(rows_of("| The program says |")):
        who = enrol(cast.business, "Some", "Body", f"T-{number}", None)
        noon = JUNE + timedelta(days=number * 31)
        # What is worse for members was told thirty days before.
        begins = {"effective_at": noon.isoformat()}
        text = json.dumps(with_value("offline_overspend", f'"{says}"') | begins)
        program = apply_program(scope=cast.scope, text=text, at=JUNE, actor=ACTOR).version.program
        adjust_units(program=program, customer=who, unit="points", units=500, reason="A start", at=noon, actor=ACTOR)
        at = noon + timedelta(hours=1)
        for _sync in range(3):
            for till, then in (("first", first), ("second", second)):
                sale = Sale(
                    at=noon + timedelta(minutes=30), currency="EUR", amount_minor=3000, source=till, receipt=f"{till}-{number}", lines=[]
                )
                paid = PointsPaid(program=program, unit="points", units=300)
                try:
                    record_sale(customer=who, branch=cast.market, sale=sale, paid=paid, at=at, actor=ACTOR, offline=True)
                    answer = "takes 300"
                except Refusal as refusal:
                    answer = refusal.code
                assert answer == then, (says, till)
        stands = balance(who, at)
        assert (stands.usable, stands.debt, Dispute.objects.filter(customer=who).count()) == (int(usable), int(owed), int(disputes))
