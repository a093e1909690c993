"""Retention: what a dry run shows is what a run does; a hold spares."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from regulars.contacts.services import ContactParticulars, log_contact
from regulars.customers.models import Customer, Forgotten
from regulars.customers.queries import retention_due
from regulars.customers.services import RuleRefused, keep_to_retention, merge_customers, place_hold, set_retention
from regulars.groundwork.kernel.refusals import NotFound
from regulars.project.cli import parser
from regulars.purchases.queries import Sale
from regulars.purchases.services import record_purchase

from tests.cast import ACTOR, NOON, Cast, enrol

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=800)


@pytest.fixture(autouse=True)
def own_files(tmp_path: object, settings: object) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]


def rule(cast: Cast, subject: str, days: int, enabled: bool = True) -> None:
    set_retention(scope=cast.scope, subject=subject, days=days, enabled=enabled, at=NOON, actor=ACTOR)


def ending(cast: Cast) -> dict[str, set[int]]:
    return {name: {row.pk for row in rows} for name, rows in retention_due(scope=cast.scope, at=LATER).ending.items()}


def buys(cast: Cast, customer: Customer, days: int) -> None:
    sale = Sale(at=NOON + timedelta(days=days), currency="EUR", amount_minor=100, receipt=f"{customer.pk}-{days}")
    record_purchase(customer=customer, branch=None, sale=sale, at=NOON + timedelta(days=days), actor=ACTOR)


def test_nothing_ends_until_a_rule_is_switched_on(cast: Cast) -> None:
    assert ending(cast) == {}
    rule(cast, "prospects", 700, enabled=False)
    assert ending(cast) == {}


def test_a_run_ends_exactly_what_the_dry_run_showed(cast: Cast) -> None:
    """Reliability M7."""
    lively = enrol(cast.business, "Una", "Lively", "U-1", None)
    asked = ContactParticulars(channel="phone", direction="in", nature="question")
    log_contact(scope=cast.scope, customer_id=lively.pk, particulars=asked, at=NOON + timedelta(days=300), actor=ACTOR)
    written_to = enrol(cast.business, "Uma", "Silent", "U-2", None)
    sent = ContactParticulars(channel="email", direction="out", nature="question")
    log_contact(scope=cast.scope, customer_id=written_to.pk, particulars=sent, at=NOON + timedelta(days=300), actor=ACTOR)
    buys(cast, cast.cleo, 10)
    place_hold(scope=cast.scope, customer_id=cast.bo.pk, reason="dispute", at=NOON, actor=ACTOR)
    rule(cast, "prospects", 700)
    due = retention_due(scope=cast.scope, at=LATER)
    shown = {row.pk for row in due.ending["prospects"]}
    assert shown == {cast.ada.pk, written_to.pk}
    assert [row.pk for row in due.spared] == [cast.bo.pk]
    done = keep_to_retention(scope=cast.scope, at=LATER, actor=ACTOR)
    assert (done.ended, done.spared) == ({"prospects": 2}, 1)
    assert set(Forgotten.objects.values_list("customer_id", flat=True)) == shown
    assert ending(cast) == {"prospects": set()}


def test_a_sign_of_life_under_any_record_counts_for_the_person(cast: Cast) -> None:
    buys(cast, cast.ada, 10)
    buys(cast, cast.bo, 300)
    rule(cast, "customers", 600)
    assert ending(cast) == {"customers": {cast.ada.pk}}
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON, actor=ACTOR)
    assert ending(cast) == {"customers": set()}
    place_hold(scope=cast.scope, customer_id=cast.bo.pk, reason="dispute", at=NOON, actor=ACTOR)
    rule(cast, "customers", 100)
    due = retention_due(scope=cast.scope, at=LATER)
    assert (due.ending, [row.pk for row in due.spared]) == ({"customers": []}, [cast.ada.pk]), "held under one record, held as a person"


def test_lengths_that_make_no_sense_are_refused(cast: Cast) -> None:
    for days in (0, 29, 40_000):
        with pytest.raises(RuleRefused):
            rule(cast, "prospects", days)
    with pytest.raises(NotFound):
        rule(cast, "everybody", 365)


def test_the_command_shows_before_it_acts(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    def say(*words: str) -> dict[str, object]:
        capsys.readouterr()
        arguments = parser().parse_args(["customers", "retention", "--json", "--business", "Fennel & Rye", *words])
        assert arguments.run(arguments) == 0
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    Customer.objects.filter(pk=cast.ada.pk).update(created_at=NOON - timedelta(days=2000))
    cast.ada.contact_points.update(added_at=NOON - timedelta(days=2000))
    shown = say("--set", "prospects", "900")
    assert shown["rules"] == {"prospects": 900, "customers": None}
    assert shown["ending"] == {"prospects": [str(cast.ada.public_id)]}
    assert not Forgotten.objects.exists()
    assert say("--run")["ended"] == {"prospects": 1}
    assert say("--set", "prospects", "0")["rules"] == {"prospects": None, "customers": None}
