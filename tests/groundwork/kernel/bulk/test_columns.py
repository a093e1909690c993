from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db.models import BooleanField, ExpressionWrapper, Q

from regulars.groundwork.kernel.bulk.columns import ColumnKind, instant, stream_columns
from regulars.groundwork.kernel.models import FactRow, Job

pytestmark = pytest.mark.django_db

START = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def facts(count: int) -> list[FactRow]:
    return FactRow.objects.bulk_create(
        FactRow(name=f"fact {place}", tenant_id=place - 3, at=START + timedelta(days=place, microseconds=place),
                actor="system:test", subject="", body={})
        for place in range(count)
    )  # fmt: skip


KINDS = {"tenant_id": ColumnKind.WHOLE, "when": ColumnKind.INSTANT, "third": ColumnKind.FLAG}


def columns_of(**asked):
    rows = FactRow.objects.annotate(when=instant("at"), third=ExpressionWrapper(Q(name="fact 3"), output_field=BooleanField()))
    return list(stream_columns(rows.order_by("tenant_id").values_list(*KINDS), KINDS, **asked))


def test_columns_hold_exactly_what_the_rows_hold_however_they_are_cut():
    facts(1000)
    for at_once in (1, 7, 999, 1000, 10_000):
        parts = columns_of(at_once=at_once)
        joined = {name: np.concatenate([part[name] for part in parts]) for name in KINDS}
        assert joined["tenant_id"].tolist() == list(range(-3, 997))
        assert joined["third"].tolist() == [place == 3 for place in range(1000)]
        expected = [-1 + place * (86_400_000_000 + 1) for place in range(1000)]
        assert joined["when"].tolist() == expected


def test_no_rows_are_no_parts():
    assert columns_of() == []


def test_an_empty_value_is_refused_rather_than_misread():
    Job.objects.create(kind="kernel.deliver", lane="quick", key="1", payload={})
    rows = Job.objects.annotate(when=instant("leased_until")).values_list("id", "when")
    with pytest.raises(ValueError, match="NULL"):
        list(stream_columns(rows, {"id": ColumnKind.WHOLE, "when": ColumnKind.INSTANT}))


@pytest.mark.django_db(transaction=True)
def test_between_two_parts_the_database_answers_other_questions():
    facts(50)
    rows = FactRow.objects.order_by("tenant_id").values_list("tenant_id")
    seen = []
    for part in stream_columns(rows, {"tenant_id": ColumnKind.WHOLE}, at_once=7):
        seen += part["tenant_id"].tolist()
        FactRow.objects.filter(tenant_id=-3).update(subject=str(len(seen)))
    assert seen == list(range(-3, 47))
