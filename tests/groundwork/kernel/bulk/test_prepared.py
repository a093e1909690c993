"""Prepared statements: the same answer whichever way they go, and those that are planned anew leave no plan behind."""

from __future__ import annotations

import pytest
from django.db import connection

from regulars.contacts.queries import story_of
from regulars.groundwork.kernel.bulk.prepared import PLANNED_ANEW, fetch_prepared

from tests.cast import Cast

LOOK = "SELECT id, display_name FROM customers_customer WHERE id = %s"


@pytest.mark.django_db(transaction=True)
def test_planned_anew_or_prepared_the_answer_is_the_same(cast: Cast) -> None:
    for _round in range(7):
        found = fetch_prepared(LOOK, cast.ada.pk)
        assert found == fetch_prepared(LOOK + PLANNED_ANEW, cast.ada.pk) == [(cast.ada.pk, cast.ada.display_name)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps plans")
@pytest.mark.django_db(transaction=True)
def test_a_story_is_planned_for_the_person_whose_it_is(cast: Cast) -> None:
    """A plan for anybody sorts all rows of somebody with ten thousand: 71 ms where their own plan takes less than one."""
    for _round in range(7):
        story_of(scope=cast.scope, customer=cast.ada)
        fetch_prepared(LOOK, cast.ada.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [row[0] for row in cursor.fetchall()]
    assert any("display_name FROM customers_customer" in one for one in kept)
    for table in ("contacts_contact t", "contacts_entry t", "purchases_purchase t"):
        assert not [one for one in kept if table in one and "ORDER BY" in one], table
