"""What the kernel keeps of somebody who is forgotten: facts, audit salts, kept answers, jobs, import rows and files.

A *subject* is "kind:id" as facts and audit lines name it. *Words* are texts that can only mean this person: an address, a number, a card.
Each function can be repeated, and touches nothing else. The audit chain stays whole: only salts go, and with them the last way to guess
what a digest was made of (decision D20).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.db.models import Q

from regulars.groundwork.kernel.intake import receiving, refused
from regulars.groundwork.kernel.intake.running import forget_reading
from regulars.groundwork.kernel.models import AuditLine, BatchState, FactRow, ImportBatch, ImportChange, ImportFault, Job, KeptAnswer
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.tables.opening import open_table
from regulars.groundwork.kernel.tables.problems import code_of
from regulars.groundwork.kernel.tables.writing import restored, write_csv

GONE = {
    "type": "urn:regulars:problem:not_found",
    "title": "Not found",
    "status": 404,
    "detail": "This is no longer kept.",
    "code": "not_found",
}
PLAIN = ("tenant_id", "at", "actor", "headline", "name")


@dataclass
class Swept:
    """How many rows and files lost something."""

    facts: int = 0
    salts: int = 0
    answers: int = 0
    jobs: int = 0
    import_rows: int = 0
    files: int = 0


def sweep_records(*, tenant_id: int, subjects: Collection[str], subject_ids: Collection[int], words: Collection[str]) -> Swept:
    """Take a person out of everything the kernel keeps. Joins the caller's transaction; files go at once."""
    words = sorted({word for word in words if len(word) >= 4})
    return Swept(
        facts=_scrub_facts(tenant_id, subjects),
        salts=AuditLine.objects.filter(tenant_id=tenant_id, subject__in=subjects).exclude(salt="").update(salt=""),
        answers=_forget_answers(words),
        jobs=_forget_faults_of_jobs(words),
        import_rows=_forget_import_rows(tenant_id, subject_ids, words),
        files=_forget_files(tenant_id, words),
    )


def _scrub_facts(tenant_id: int, subjects: Collection[str]) -> int:
    """Ids, numbers and instants of a fact stay; every other text goes, for it may say something."""
    changed = 0
    for row in FactRow.objects.filter(tenant_id=tenant_id, subject__in=subjects).iterator(500):
        bare = {key: value if key in PLAIN else _bare(value) for key, value in row.body.items()}
        if bare != row.body:
            row.body = bare
            row.save(update_fields=["body"])
            changed += 1
    return changed


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return value if _says_nothing(value) else ""
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return [one for one in value if not isinstance(one, str | dict | list)]
    return value


def _says_nothing(text: str) -> bool:
    """Code words of the program ("email", "newsletter", "sale"): short, lower case, nothing that names a person."""
    return len(text) <= 20 and text.isascii() and text.replace("_", "").replace("-", "").isalpha() and text == text.lower()


def _containing(field: str, words: Collection[str]) -> Q:
    """Rows whose text holds one of the words, as they are or as JSON escapes them."""
    spelled = {*words, *(json.dumps(word)[1:-1] for word in words)}
    return reduce(or_, (Q(**{f"{field}__icontains": word}) for word in sorted(spelled)))


def _forget_answers(words: Collection[str]) -> int:
    if not words:
        return 0
    # An answer that is just being made (status 0) is that of the request which forgets; it says nothing and is still needed.
    gone = KeptAnswer.objects.filter(_containing("route", words)).exclude(status=0).delete()[0]
    return gone + KeptAnswer.objects.filter(_containing("body", words)).update(status=404, body=json.dumps(GONE))


def _forget_faults_of_jobs(words: Collection[str]) -> int:
    if not words:
        return 0
    changed = Job.objects.exclude(last_fault="").filter(_containing("last_fault", words)).update(last_fault="(forgotten)")
    for row in Job.objects.filter(state__in=("done", "dead")).filter(_containing("payload", words)).iterator(500):
        row.payload = {key: value for key, value in row.payload.items() if not isinstance(value, str | dict | list)}
        row.save(update_fields=["payload"])
        changed += 1
    return changed


def _forget_import_rows(tenant_id: int, subject_ids: Collection[int], words: Collection[str]) -> int:
    batches = ImportBatch.objects.filter(tenant_id=tenant_id)
    gone = ImportChange.objects.filter(batch__in=batches.filter(kind="customers"), subject_id__in=subject_ids).delete()[0]
    if words:
        for row in ImportFault.objects.filter(_containing("note", words), batch__in=batches).iterator(500):
            row.note = code_of(row.note)
            row.save(update_fields=["note"])
            gone += 1
    return gone


def _forget_files(tenant_id: int, words: Collection[str]) -> int:
    """Rows of error files go; a file that still waits to be taken over goes as a whole, and must be chosen anew."""
    if not words:
        return 0
    changed = 0
    for batch in ImportBatch.objects.filter(tenant_id=tenant_id).exclude(stored_as="").iterator(200):
        errors = refused.error_file(batch)
        if errors and _without_rows(errors, words, str(batch.plan.get("delimiter") or ",")):
            changed += 1
        kept = receiving.imports_folder() / batch.stored_as
        if kept.is_file() and _names(kept, words):
            receiving.forget_file(batch)
            if batch.state in (BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED):
                forget_reading(batch)
            changed += 1
    return changed


def _names(path: Path, words: Collection[str]) -> bool:
    try:
        return any(_holds(cells, words) for _number, cells in open_table(path).rows())
    except Refusal:
        return True  # What can't be read can't be cleared either.


def _holds(cells: list[str], words: Collection[str]) -> bool:
    text = "\x1f".join(restored(cell) for cell in cells).casefold()
    return any(word.casefold() in text for word in words)


def _without_rows(path: Path, words: Collection[str], delimiter: str) -> bool:
    table = open_table(path)
    rows = [cells for _number, cells in table.rows()]
    staying = [cells for cells in rows if not _holds(cells, words)]
    if len(staying) == len(rows):
        return False
    write_csv(path, [table.header, *[[restored(cell) for cell in cells] for cells in staying]], delimiter=delimiter)
    path.chmod(0o600)
    return True


def facts_about(*, tenant_id: int, subjects: Collection[str]) -> list[dict[str, Any]]:
    """The facts about these subjects in order, as plain values for an export."""
    rows = FactRow.objects.filter(tenant_id=tenant_id, subject__in=subjects).order_by("pk")
    return [
        {"at": row.at, "fact": row.name, "by": row.actor.partition(":")[0], "values": {k: v for k, v in row.body.items() if k not in PLAIN}}
        for row in rows
    ]
