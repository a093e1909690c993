"""Files of imports go when they have served."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.groundwork.kernel.intake.kinds import Ground, kind_named
from regulars.groundwork.kernel.intake.plans import Plan
from regulars.groundwork.kernel.intake.receiving import imports_folder, receive_path, survey_path
from regulars.groundwork.kernel.intake.refused import error_file
from regulars.groundwork.kernel.intake.tidying import forget_old_files
from regulars.groundwork.kernel.models import BatchState, ImportBatch

from tests.cast import NOON, Cast
from tests.importing import import_file, table, written

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.VAR = tmp_path


def half_good(tmp_path: Path) -> Path:
    return written(tmp_path, table(("customer", "at", "amount"), ("A", "2024-01-02", "2.50"), ("B", "2024-02-30", "2.50")))


def test_rows_that_were_not_taken_stay_for_90_days(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, half_good(tmp_path), "--currency", "EUR")
    batch = ImportBatch.objects.get()
    assert batch.finished_at is not None
    forget_old_files(at=batch.finished_at + 89 * DAY)
    assert error_file(batch) is not None
    forget_old_files(at=batch.finished_at + 91 * DAY)
    assert error_file(batch) is None
    assert ImportBatch.objects.filter(pk=batch.pk, state=BatchState.FINISHED, failed=1).exists()


def test_an_upload_that_nobody_took_over_goes_after_30_days(cast: Cast, tmp_path: Path) -> None:
    ground = Ground(cast.business.pk, "Europe/Berlin", "EUR")
    path = half_good(tmp_path)
    batch = receive_path(kind=kind_named("purchases"), ground=ground, path=path, plan=Plan(), actor="employee:1", survey=survey_path(path))
    batch.refresh_from_db()
    forget_old_files(at=batch.uploaded_at + 29 * DAY)
    assert (imports_folder() / batch.stored_as).is_file()
    forget_old_files(at=batch.uploaded_at + 31 * DAY)
    assert not ImportBatch.objects.exists()
    assert list(imports_folder().iterdir()) == []


def test_a_file_without_an_import_goes_after_a_day(cast: Cast) -> None:
    stray = imports_folder() / "0123456789abcdef.csv"
    stray.write_text("left by a process that was killed")
    os.utime(stray, (NOON.timestamp(), NOON.timestamp()))
    forget_old_files(at=NOON + timedelta(hours=23))
    assert stray.is_file()
    forget_old_files(at=NOON + timedelta(hours=25))
    assert not stray.exists()
