"""Bad input: eighty hostile files from a seeded generator. A clear sentence, nothing half done, never a server error."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.groundwork.kernel.tables.problems import sentence_of
from regulars.purchases.models import Purchase

from tests.cast import Cast
from tests.hostile_files import COUNT, hostile_files
from tests.importing import COUNTS, import_file, work_off

FILES = list(hostile_files())
MAPPED = ("--currency", "EUR", "--map", "customer=customer", "at=at", "amount=amount")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.VAR = tmp_path


def test_there_are_eighty_and_always_the_same() -> None:
    assert len(FILES) == COUNT == 80
    assert list(hostile_files()) == FILES


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "content"), FILES, ids=[name for name, _content in FILES])
def test_the_command_line_takes_it_rightly_or_refuses_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    code, answer = import_file(capsys, path, *MAPPED)
    if code == 2:
        assert len(answer["sentence"]) > 15
        assert not Purchase.objects.exists()
        assert not ImportBatch.objects.filter(state=BatchState.RUNNING).exists()
    else:
        assert code == (3 if answer["failed"] else 0)
        assert answer["read"] == sum(answer[part] for part in COUNTS[1:])
        assert Purchase.objects.count() == answer["purchases"]
        for note in ImportBatch.objects.get().faults.values_list("note", flat=True):
            assert sentence_of(note).endswith(".")
            assert sentence_of(note) != note
        again = import_file(capsys, path, *MAPPED)[1]
        assert (again["created"], again["identical"], again["failed"]) == (0, answer["created"], answer["failed"])
    assert not [table for table in connection.introspection.table_names() if table.startswith("intake_")]


@pytest.mark.parametrize(("name", "content"), FILES[::4], ids=[name for name, _content in FILES[::4]])
def test_the_screen_never_breaks_over_it(desk: Client, cast: Cast, name: str, content: bytes) -> None:
    answer = desk.post("/imports/", {"kind": "purchases", "file": SimpleUploadedFile(name, content)})
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        assert not ImportBatch.objects.exists()
        return
    page = desk.get(answer.url)
    assert page.status_code == 200
    form = page.context["form"]
    planned = desk.post(f"{answer.url}plan/", {field: form[field].value() or "" for field in form.fields})
    assert planned.status_code in (302, 422)
    assert set(work_off()) <= {"done"}
    assert desk.get(answer.url).status_code == 200
    batch = ImportBatch.objects.get()
    if batch.state == BatchState.CHECKED:
        desk.post(f"{answer.url}run/")
        assert set(work_off()) == {"done"}
        batch.refresh_from_db()
        assert batch.state == BatchState.FINISHED
        assert Purchase.objects.filter(business=cast.business).count() == batch.result.get("purchases", 0)
    assert desk.get(answer.url).status_code == 200
