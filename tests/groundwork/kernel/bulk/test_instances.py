"""Prepared statements give the same model objects as the framework's own queries."""

from __future__ import annotations

import pytest
from django.db.models import Model

from regulars.business.models import Branch, Business, OpeningHours
from regulars.customers.models import ContactPoint, Customer, Trait
from regulars.groundwork.kernel.bulk.instances import among, instances, objects, put_many, uuid_value
from regulars.staff.models import Employee

from tests.cast import NOON, Cast


def columns_of(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Business, Branch, Customer, ContactPoint, Employee, Trait])
def test_every_column_reads_as_the_framework_reads_it(cast: Cast, model: type[Model]) -> None:
    Trait.objects.create(
        business=cast.business, customer=cast.ada, name="segment", value="regular", explanation={"n": [1, None]}, published_at=NOON
    )
    Branch.objects.filter(pk=cast.market.pk).update(closed_on=NOON.date())
    known = [columns_of(row) for row in model._default_manager.order_by("pk")]
    read = [columns_of(row) for row in objects(model, f"FROM {model._meta.db_table} t ORDER BY t.id")]
    assert known
    assert read == known


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_the_answer_is_the_same(cast: Cast) -> None:
    (found,) = objects(Customer, "FROM customers_customer t WHERE t.public_id = %s", uuid_value(cast.ada.public_id))
    assert columns_of(found) == columns_of(Customer.objects.get(pk=cast.ada.pk))


@pytest.mark.django_db
def test_what_an_outer_join_leaves_empty_is_none(cast: Cast) -> None:
    chosen, ids = among([cast.ada.pk, cast.bo.pk])
    rest = f"FROM customers_customer c LEFT JOIN business_branch b ON b.id = c.home_branch_id WHERE c.id {chosen} ORDER BY c.id"
    rows = instances(((Customer, "c"), (Branch, "b")), rest, *ids)
    assert [(customer.pk, branch and branch.pk) for customer, branch in rows] == [(cast.ada.pk, cast.market.pk), (cast.bo.pk, None)]


@pytest.mark.django_db
def test_related_rows_read_along_answer_without_another_query(cast: Cast, django_assert_num_queries: object) -> None:
    put_many(cast.ada, "contact_points", [])
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert list(cast.ada.contact_points.all()) == []


@pytest.mark.pure
def test_a_column_that_nobody_can_read_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="reader"):
        objects(OpeningHours, "FROM business_openinghours t")
