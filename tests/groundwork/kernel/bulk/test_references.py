"""References checked by sets: within the block a missing one is told at once, behind it by the database again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.customers.models import Trait
from regulars.groundwork.kernel.bulk.dialect import fetch, lock_referred, numbers_sql, references_by_sets

from tests.cast import NOON, Cast

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite looks each reference up"),
]


def test_behind_the_block_the_database_looks_references_up_again(cast: Cast) -> None:
    with transaction.atomic():
        with references_by_sets(tables=(Trait._meta.db_table,)) as by_sets:
            assert by_sets
            assert fetch("SHOW session_replication_role") == [("replica",)]
        assert fetch("SHOW session_replication_role") == [("origin",)]
    with pytest.raises(IntegrityError), transaction.atomic():
        with references_by_sets(tables=(Trait._meta.db_table,)):
            pass
        Trait.objects.create(business=cast.business, customer_id=10**9, name="x", value="y", source="test", published_at=NOON)


def test_a_number_that_refers_to_nobody_is_refused_by_sets(cast: Cast) -> None:
    with transaction.atomic():
        lock_referred(table="customers_customer", ids=numbers_sql([cast.ada.pk, cast.bo.pk, cast.ada.pk]))
    with pytest.raises(IntegrityError), transaction.atomic():
        lock_referred(table="customers_customer", ids=numbers_sql([cast.ada.pk, 10**9]))
