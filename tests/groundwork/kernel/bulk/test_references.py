"""Foreign keys are checked by sets only where no trigger of ours would be silenced."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.customers.models import Trait
from regulars.groundwork.kernel.bulk.dialect import (
    check_references_by_sets,
    fetch,
    joined_by_sets,
    lock_referred,
    numbers_sql,
    references_by_sets,
    run,
)

from tests.cast import NOON, Cast


def privileged() -> bool:
    return connection.vendor == "postgresql" and bool(
        fetch("SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')")[0][0]
    )


@pytest.mark.django_db
def test_a_table_with_a_trigger_of_ours_is_never_written_past_it(cast: Cast) -> None:
    with transaction.atomic():
        assert not check_references_by_sets(tables=["kernel_auditline", "customers_customer"])
    with transaction.atomic():
        assert check_references_by_sets(tables=["customers_customer"]) == privileged()


@pytest.mark.django_db
def test_a_row_referred_to_that_is_gone_is_found(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite checks each row itself")
    with transaction.atomic():
        lock_referred(table="customers_customer", ids=f"SELECT {cast.ada.pk}")
        with pytest.raises(IntegrityError):
            lock_referred(table="customers_customer", ids=f"SELECT {cast.ada.pk} UNION SELECT 999999999")


@pytest.mark.django_db
def test_fresh_tables_are_never_joined_row_by_row(cast: Cast) -> None:
    """What the planner takes for one row may be fifty thousand: an import of that size once took a minute instead of two seconds."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite makes itself an index for such a join")
    plan = "EXPLAIN SELECT * FROM fresh_heads h LEFT JOIN fresh_names n ON n.ref = h.ref WHERE h.problem IS NULL AND h.known IS NULL"
    with transaction.atomic():
        run(
            "CREATE TEMPORARY TABLE fresh_heads AS SELECT n::text AS ref, NULL::text AS problem, NULL::bigint AS known FROM generate_series(1, 20000) n"
        )
        run("CREATE TEMPORARY TABLE fresh_names AS SELECT n::varchar(120) AS ref FROM generate_series(1, 500) n")
        assert "Nested Loop" in str(fetch(plan)), "the planner no longer falls for it; the guard may go"
        with joined_by_sets():
            assert "Nested Loop" not in str(fetch(plan))
        assert fetch("SHOW enable_nestloop")[0][0] == "on"
        run("DROP TABLE fresh_heads, fresh_names")


@pytest.mark.django_db(transaction=True)
def test_behind_the_block_the_database_looks_references_up_again(cast: Cast) -> None:
    if not privileged():
        pytest.skip("nobody may switch that off here")
    with transaction.atomic():
        with references_by_sets(tables=(Trait._meta.db_table,)) as by_sets:
            assert by_sets
            assert fetch("SHOW session_replication_role") == [("replica",)]
        assert fetch("SHOW session_replication_role") == [("origin",)]
    with pytest.raises(IntegrityError), transaction.atomic():
        with references_by_sets(tables=(Trait._meta.db_table,)):
            pass
        Trait.objects.create(business=cast.business, customer_id=10**9, name="x", value="y", source="test", published_at=NOON)


@pytest.mark.django_db
def test_numbers_that_refer_to_nobody_are_found(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite checks each row itself")
    with transaction.atomic():
        lock_referred(table="customers_customer", ids=numbers_sql([cast.ada.pk, cast.bo.pk, cast.ada.pk]))
        with pytest.raises(IntegrityError):
            lock_referred(table="customers_customer", ids=numbers_sql([cast.ada.pk, 10**9]))
