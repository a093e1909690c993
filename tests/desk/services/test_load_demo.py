"""The demo is loaded into an empty house only, and exactly it is taken away again."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.business.models import Branch, Business, Holiday
from regulars.business.queries import Scope, all_businesses, branches
from regulars.business.services import open_branch
from regulars.customers.models import Customer
from regulars.customers.queries import find_customers
from regulars.customers.services import NewCustomer, register_customer
from regulars.desk.rules import demo as story
from regulars.desk.services.demo import NoDemo, NotEmpty, is_loaded, load_demo, remove_demo, sign_ins
from regulars.groundwork.kernel.audit import faults_in_chains
from regulars.insight.queries.holding import scores_fit_their_refresh
from regulars.project.cli import run
from regulars.purchases.models import Purchase, PurchaseLine
from regulars.purchases.queries import Kind, Sale, SaleLine
from regulars.purchases.services import record_purchase
from regulars.service.models import Case
from regulars.service.queries import case_of
from regulars.staff.models import Employee
from regulars.staff.queries import Role, actor_of_employee, scope_of

from tests.cast import ACTOR, NOON, Cast


@pytest.fixture
def small_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same story with fewer people: what is tested is the loading."""
    monkeypatch.setattr("regulars.desk.rules.demo.story.PEOPLE", 60)
    monkeypatch.setattr("regulars.desk.rules.demo.story.PROSPECTS", 5)


def load() -> Scope:
    loaded = load_demo(at=NOON, actor=ACTOR)
    assert loaded.purchases == Purchase.objects.count() > 500
    assert loaded.customers == Customer.objects.count()
    return Scope(business_id=loaded.business_id)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_the_demo_has_branches_staff_of_every_role_customers_and_receipts_with_lines() -> None:
    scope = load()
    assert len(branches(scope=scope)) == 3
    assert set(Employee.objects.values_list("role", flat=True)) == {role.value for role in Role}
    assert Holiday.objects.exists()
    assert Customer.objects.filter(prospect=True).exists()
    sale = Purchase.objects.filter(kind=Kind.SALE).first()
    assert sale is not None
    assert sum(line.amount_minor for line in PurchaseLine.objects.filter(purchase=sale)) == sale.amount_minor
    assert Purchase.objects.filter(kind=Kind.REFUND, original__isnull=True).count() == 0
    assert [found.display_name for found in find_customers(scope=scope, text="cleo marsh")] == ["Cleo Marsh"]


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_everybody_named_at_the_start_can_sign_in(client: Client) -> None:
    load()
    assert is_loaded()
    assert len(sign_ins()) == len(story.STAFF) + 2
    for one in story.STAFF:
        response = Client().post("/sign-in/", {"email": one.email, "password": story.PASSWORD})
        assert response.status_code == 302, one.email


@pytest.mark.django_db
def test_a_house_that_is_lived_in_is_left_alone(cast: Cast) -> None:
    before = Customer.objects.count()
    with pytest.raises(NotEmpty):
        load_demo(at=NOON, actor=ACTOR)
    with pytest.raises(NoDemo):
        remove_demo(at=NOON, actor=ACTOR)
    assert Customer.objects.count() == before
    assert sign_ins() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_the_demo_goes_as_it_came() -> None:
    load()
    removed = remove_demo(at=NOON, actor=ACTOR)
    assert removed.everything
    for model in (Business, Branch, Employee, Customer, Purchase, PurchaseLine):
        assert not model.objects.exists(), model
    assert not is_loaded()
    assert list(faults_in_chains()) == []
    load()


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_a_branch_that_somebody_opened_keeps_the_business() -> None:
    scope = load()
    open_branch(business_id=scope.business_id, code="own", name="Own corner", at=NOON, actor=ACTOR)
    assert not remove_demo(at=NOON, actor=ACTOR).everything
    assert "own" in {one.code for one in branches(scope=scope)}
    assert not Purchase.objects.exists()
    assert list(scores_fit_their_refresh()) == [], "figures of the demo's customers must not outlive them"


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_the_command_loads_and_removes_and_refuses_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--no-migrate", "demo"]) == 0
    told = capsys.readouterr().out
    assert story.PASSWORD in told
    assert "ines@" in told
    assert run(["--no-migrate", "demo"]) == 2
    assert "empty database" in capsys.readouterr().err
    assert run(["--no-migrate", "demo", "--remove"]) == 0
    assert "Took away the demo business" in capsys.readouterr().out
    assert run(["--no-migrate", "demo", "--remove"]) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_what_somebody_brought_themselves_stays() -> None:
    scope = load()
    mine = register_customer(
        business_id=scope.business_id, who=NewCustomer(given_name="Own", family_name="Guest"), branch_id=None, at=NOON, actor=ACTOR
    )
    borrowed = Customer.objects.filter(family_name="Marsh").get()
    for buyer in (mine, borrowed):
        sale = Sale(at=NOON, currency="GBP", amount_minor=500, receipt=f"own-{buyer.pk}", lines=[SaleLine(amount_minor=500)])
        record_purchase(customer=buyer, branch=None, sale=sale, at=NOON, actor=ACTOR)
    removed = remove_demo(at=NOON, actor=ACTOR)
    assert not removed.everything
    assert set(Customer.objects.values_list("pk", flat=True)) == {mine.pk, borrowed.pk}
    assert Purchase.objects.count() == 2
    assert [one.name for one in all_businesses()] == [story.NAME]
    assert [one.name for one in Employee.objects.all()] == ["Ines Duarte"]


@pytest.mark.django_db
@pytest.mark.usefixtures("small_story")
def test_whoever_has_a_case_of_the_demo_may_see_it() -> None:
    load()
    owned = list(Case.objects.filter(owner__isnull=False).select_related("owner"))
    assert len({case.owner_id for case in owned}) > 3
    for case in owned:
        assert case_of(scope=scope_of(actor_of_employee(case.owner)), public_id=str(case.public_id)) == case
