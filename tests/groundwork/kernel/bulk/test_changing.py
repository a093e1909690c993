"""Many rows changed at once hold what was said of each, and no other row changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection, transaction

from regulars.groundwork.kernel.bulk import changing
from regulars.groundwork.kernel.bulk.changing import change_rows
from regulars.groundwork.kernel.models import Job

AT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("at_once", [2, 1_000])
def test_each_row_gets_its_own_values_and_the_others_none(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(changing, "ROWS_AT_ONCE", at_once)
    jobs = Job.objects.bulk_create([Job(kind="test", lane="short", key=str(n), state="done", settled_at=AT) for n in range(6)])
    said = [(f"{{\"n\": 'it''s' {n}, \\N}}", AT + timedelta(hours=n), None if n % 2 else AT, n) for n in range(5)]
    # None is refused for a column that must hold something, so it goes where it may stand.
    rows = [(fault, due, leased or AT, attempts, job.pk) for (fault, due, leased, attempts), job in zip(said, jobs, strict=False)]
    change_rows(model=Job, names=["last_fault", "due_at", "settled_at", "attempts"], rows=rows)
    kept = list(Job.objects.order_by("pk").values_list("last_fault", "due_at", "settled_at", "attempts", "pk"))
    assert kept[:5] == rows
    assert (kept[5][0], kept[5][3]) == ("", 0)
    change_rows(model=Job, names=["state", "settled_at"], rows=[("queued", None, job.pk) for job in jobs[:3]])
    assert set(Job.objects.filter(state="queued").values_list("pk", "settled_at")) == {(job.pk, None) for job in jobs[:3]}
    change_rows(model=Job, names=["attempts"], rows=[])


@pytest.mark.django_db
def test_a_text_too_long_is_refused_not_cut() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no lengths")
    job = Job.objects.create(kind="test", lane="short", key="1")
    with pytest.raises(DataError), transaction.atomic():
        change_rows(model=Job, names=["lane"], rows=[("a lane with a long name", job.pk)])
