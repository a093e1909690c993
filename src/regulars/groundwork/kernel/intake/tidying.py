"""Files of imports are kept no longer than they serve: they hold personal data."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Q

from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.intake import receiving, refused
from regulars.groundwork.kernel.intake.running import RESTING
from regulars.groundwork.kernel.intake.steering import BatchBusy, discard_batch
from regulars.groundwork.kernel.models import ImportBatch

WAITS = timedelta(days=30)
ERRORS_STAY = timedelta(days=90)
STRAYS_STAY = timedelta(days=1)


def forget_old_files(*, at: datetime) -> None:
    """Forget uploads that nobody took over within 30 days, rows not taken after 90, and files that belong to no import after a day."""
    silent = Q(started_at__lt=at - WAITS) | Q(started_at__isnull=True, uploaded_at__lt=at - WAITS)
    for batch in ImportBatch.objects.filter(silent, state__in=RESTING).iterator():
        with suppress(BatchBusy):  # Somebody took it up this very moment.
            discard_batch(batch=batch)
    for batch in ImportBatch.objects.filter(finished_at__lt=at - ERRORS_STAY).only("public_id").iterator():
        refused.forget_error_file(batch)
    _forget_strays(at)


def _forget_strays(at: datetime) -> None:
    """A process killed while it received a file leaves the file without a batch."""
    before = (at - STRAYS_STAY).timestamp()
    for entry in list(os.scandir(receiving.imports_folder())):
        if not entry.is_file(follow_symlinks=False) or entry.stat().st_mtime >= before:
            continue
        owned = ImportBatch.objects.filter(stored_as=entry.name).exists() or _is_error_file_of_a_batch(entry.name)
        if not owned:
            os.unlink(entry.path)


def _is_error_file_of_a_batch(name: str) -> bool:
    key = parsed(name.removesuffix(refused.ENDING)) if name.endswith(refused.ENDING) else None
    return key is not None and ImportBatch.objects.filter(public_id=key).exists()
