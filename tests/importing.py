"""What the tests of imports share: files from text, a run through the same functions as the command line, the worker by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.groundwork.kernel import jobs
from regulars.project.cli import parser

COUNTS = ("read", "created", "updated", "identical", "skipped", "failed")


def import_file(capsys: pytest.CaptureFixture[str], path: Path, *options: str, kind: str = "purchases") -> tuple[int, dict[str, Any]]:
    """`regulars import KIND FILE --yes --json …` in this process; a refusal is exit code 2, as in the program itself."""
    from regulars.groundwork.kernel.refusals import Refusal

    capsys.readouterr()
    arguments = parser().parse_args(["import", kind, str(path), "--yes", "--json", *options])
    try:
        code = int(arguments.run(arguments))
    except Refusal as refusal:
        return 2, {"sentence": refusal.sentence}
    return code, json.loads(capsys.readouterr().out)


def counts(answer: dict[str, Any]) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: answer[name] for name in COUNTS if answer[name]}


def written(folder: Path, text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def work_off(lane: jobs.Lane = "long") -> list[str]:
    """Do what is queued, as the worker would; returns the outcomes."""
    outcomes = []
    while (work := jobs.claim(lane=lane, owner="test", lease=timedelta(seconds=30))) is not None:
        outcomes.append(jobs.perform(work))
    return outcomes


def table(header: Sequence[str], *rows: Sequence[object]) -> str:
    """Rows as CSV text (cells without separators)."""
    return "\n".join(",".join(str(cell) for cell in row) for row in [header, *rows]) + "\n"
