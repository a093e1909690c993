"""Finding customers by any prefix, within one's own branches and business."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.business.queries import Scope
from regulars.customers.models import SearchBeginnings
from regulars.customers.queries import CustomerKind, customers_after, find_customers
from regulars.customers.services import (
    ExternalIdTaken,
    Nameless,
    NewCustomer,
    add_contact_point,
    describe_customer,
    register_customer,
    remove_contact_point,
)

from tests.cast import ACTOR, NOON, Cast, enrol


def names(scope: Scope, text: str) -> list[str]:
    return [row.display_name for row in find_customers(scope=scope, text=text)]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["ada", "AD", "lind", "lindqvist ada", "ad li", "a-1001", "A-10", "ada@mail", "ada@mail.example"])
def test_a_customer_is_found_by_any_prefix(cast: Cast, typed: str) -> None:
    assert names(cast.scope, typed) == ["Ada Lindqvist"]


@pytest.mark.django_db
def test_every_word_must_fit(cast: Cast) -> None:
    assert names(cast.scope, "ada jensen") == []
    assert names(cast.scope, "zz") == []
    assert names(cast.scope, "%") == []
    assert names(cast.scope, "_da") == []


@pytest.mark.django_db
def test_accents_do_not_matter_in_either_direction(cast: Cast) -> None:
    enrol(cast.business, "Žofie", "Nováková", "Z-1", None)
    assert names(cast.scope, "zofie novak") == ["Žofie Nováková"]
    enrol(cast.business, "Jose", "Perez", "J-1", None)
    assert names(cast.scope, "pérez") == ["Jose Perez"]


@pytest.mark.django_db
def test_a_new_phone_number_is_found_and_a_removed_one_is_not(cast: Cast) -> None:
    point = add_contact_point(customer=cast.bo, kind="phone", value="+45 20 12 34 56", region="", at=NOON, actor=ACTOR)
    assert names(cast.scope, "20 12 34") == ["Bo Jensen"]
    assert names(cast.scope, "+4520") == ["Bo Jensen"]
    remove_contact_point(customer=cast.bo, contact_point_id=point.pk, at=NOON, actor=ACTOR)
    assert names(cast.scope, "20 12 34") == []


@pytest.mark.django_db
def test_a_changed_name_is_found_and_the_old_one_is_not(cast: Cast) -> None:
    describe_customer(
        customer=cast.bo, who=NewCustomer(given_name="Bo", family_name="Holm", language="hu"), branch_id=None, at=NOON, actor=ACTOR
    )
    assert names(cast.scope, "holm") == ["Holm Bo"]
    assert names(cast.scope, "jensen") == []


@pytest.mark.django_db
def test_a_cashier_of_one_branch_sees_its_customers_and_those_of_none(cast: Cast) -> None:
    """D2: lists, search and counts alike."""
    from regulars.customers.queries import counts_of

    market = Scope(business_id=cast.business.pk, branch_ids=frozenset({cast.market.pk}))
    assert names(market, "cleo") == []
    assert names(market, "bo") == ["Bo Jensen"]
    assert [row.display_name for row in customers_after(scope=market).rows] == ["Bo Jensen", "Ada Lindqvist"]
    assert counts_of(scope=market).all == 2


@pytest.mark.django_db
def test_another_business_sees_nobody(cast: Cast) -> None:
    foreign = Scope(business_id=cast.other.pk)
    assert names(foreign, "ada") == []
    assert customers_after(scope=foreign).rows == []


@pytest.mark.django_db
def test_pages_show_everybody_once_and_in_order(cast: Cast) -> None:
    for n in range(23):
        enrol(cast.business, f"Twin{n % 3}", "Same", f"T-{n}", None)
    seen, cursor = [], ""
    while True:
        page = customers_after(scope=cast.scope, cursor=cursor, size=5)
        seen += [(row.sort_name, row.pk) for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == 26


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jensen bo", ["Bo Jensen"]),
        ("je b", ["Bo Jensen"]),
        ("jen je", ["Bo Jensen"]),  # One begins the other: whoever has the longer has both.
        ("jensen bo-9", []),
        ("jensena bo", []),  # The first four letters fit, the whole doesn't.
        ("ada jensen", []),
        ("ada mail", []),
        ("lind ada@ma", ["Ada Lindqvist"]),
        ("lindqvist a-1001", ["Ada Lindqvist"]),
        ("straße łuk", ["Łukasz Straße"]),
        ("đặng ng", ["Nguyễn Đặng"]),
        ("東京 太", ["太郎 東京"]),
    ],
)
def test_all_words_must_fit_however_few_have_them_all(cast: Cast, typed: str, found: list[str]) -> None:
    enrol(cast.business, "Łukasz", "Straße", "S-1", None)
    enrol(cast.business, "Nguyễn", "Đặng", "S-2", None)
    enrol(cast.business, "太郎", "東京", "S-3", None)
    assert names(cast.scope, typed) == found


@pytest.mark.django_db
def test_a_pair_is_found_beyond_the_first_slice_of_the_index(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.customers.queries.finding.SLICE", 2)
    for n in range(8):
        enrol(cast.business, f"Aaa{n}", "Zimmer", f"Z-{n}", None)
    enrol(cast.business, "Wanda", "Zimmermann", "Z-9", None)
    assert names(cast.scope, "zimm wand") == ["Wanda Zimmermann"]
    assert names(Scope(business_id=cast.other.pk), "zimm wand") == []


@pytest.mark.django_db
def test_whoever_is_hit_by_many_words_hides_nobody_who_is_hit_by_one(cast: Cast) -> None:
    enrol(cast.business, "Xena", "Xenb Xenc Xend Xenf Zimmer", "X-1", None)
    enrol(cast.business, "Xenz", "Zimmer", "X-2", None)
    for n in range(8):  # so that the names, not the rarer family name, drive
        enrol(cast.business, f"Aaa{n}", "Zimmer", f"Z-{n}", None)
    found = [row.display_name for row in find_customers(scope=cast.scope, text="xen zimm", size=2)]
    assert found == ["Xena Xenb Xenc Xend Xenf Zimmer", "Xenz Zimmer"]


@pytest.mark.django_db
def test_what_changes_a_name_changes_its_beginnings(cast: Cast) -> None:
    """Two words are found by how they begin; who is renamed, or has no words left, is not found by the old ones."""
    who = NewCustomer(given_name="Xenia", family_name="Quist")
    describe_customer(customer=cast.bo, who=who, branch_id=None, at=NOON, actor=ACTOR)
    assert names(cast.scope, "qui xen") == ["Xenia Quist"]
    assert {"qu", "qui", "quis"} <= set(SearchBeginnings.objects.get(pk=cast.bo.pk).beginnings.split())
    number = register_customer(
        business_id=cast.business.pk, who=NewCustomer(external_ids={"card": "88 99"}), branch_id=None, at=NOON, actor=ACTOR
    )
    assert not SearchBeginnings.objects.filter(pk=number.pk).exists()


@pytest.mark.django_db
def test_a_search_costs_a_fixed_number_of_queries(cast: Cast) -> None:
    for n in range(30):
        enrol(cast.business, f"Person{n}", "Crowd", f"P-{n}", None)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(find_customers(scope=cast.scope, text="crowd")) == 30
    assert len(queries) == 3


@pytest.mark.django_db
def test_a_customer_needs_something_to_be_found_by(cast: Cast) -> None:
    with pytest.raises(Nameless):
        register_customer(business_id=cast.business.pk, who=NewCustomer(), branch_id=None, at=NOON, actor=ACTOR)
    only_number = register_customer(
        business_id=cast.business.pk, who=NewCustomer(external_ids={"card": "777"}), branch_id=None, at=NOON, actor=ACTOR
    )
    assert only_number.display_name == "777"


@pytest.mark.django_db
def test_a_number_belongs_to_one_customer_of_a_business(cast: Cast) -> None:
    with pytest.raises(ExternalIdTaken):
        enrol(cast.business, "Ada", "Again", "A-1001", None)
    assert names(cast.scope, "again") == [], "nothing half done"
    assert enrol(cast.other, "Ada", "Elsewhere", "A-1001", None)


@pytest.mark.django_db
def test_an_organisation_is_known_by_its_name(cast: Cast) -> None:
    who = NewCustomer(kind=CustomerKind.ORGANISATION, organisation_name="Café Zwölf GmbH")
    register_customer(business_id=cast.business.pk, who=who, branch_id=None, at=NOON, actor=ACTOR)
    assert names(cast.scope, "cafe zwolf") == ["Café Zwölf GmbH"]


@pytest.mark.django_db
def test_a_common_pair_of_words_fills_the_page_and_a_rare_one_is_still_found(cast: Cast) -> None:
    for n in range(14):
        enrol(cast.business, f"Maria{n}", f"Novak{n}", f"N-{n}", cast.market if n % 2 else cast.station)
    rare = enrol(cast.business, "Zita", "Novakova", "N-99", cast.station)
    found = find_customers(scope=cast.scope, text="nova mari", size=10)
    assert len(found) == 10
    assert all("Maria" in row.display_name for row in found)
    assert [row.pk for row in find_customers(scope=cast.scope, text="nova zit", size=10)] == [rare.pk]
    market = Scope(business_id=cast.business.pk, branch_ids=frozenset({cast.market.pk}))
    assert find_customers(scope=market, text="nova zit", size=10) == []
    assert {row.home_branch_id for row in find_customers(scope=market, text="nova mari", size=5)} == {cast.market.pk}
    assert len(find_customers(scope=market, text="nova mari", size=50)) == 7
