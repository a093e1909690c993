"""Foreign keys are checked by sets only where no trigger of ours would be silenced."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.groundwork.kernel.bulk.dialect import check_references_by_sets, fetch, lock_referred

from tests.cast import Cast


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
