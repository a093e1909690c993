"""`regulars service recompute` and `verify`: what they print, and their exit codes."""

from __future__ import annotations

import json

import pytest

from regulars.project.cli import run
from regulars.service.models import Case

from tests.cast import Cast
from tests.service.service_cast import call_team, opened


@pytest.mark.django_db
def test_both_tell_what_they_found(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_team(cast)
    case = opened(cast)
    words = ["--business", cast.business.name, "--json"]
    assert run(["service", "recompute", *words]) == 0
    assert json.loads(capsys.readouterr().out) == {"cases": 1, "applied": 0, "moved": 0}
    assert run(["service", "verify", *words]) == 0
    assert json.loads(capsys.readouterr().out) == {"cases": 1, "faults": []}
    Case.objects.filter(pk=case.pk).update(priority="low")
    assert run(["service", "verify", "--business", cast.business.name]) == 1
    text = capsys.readouterr().out
    assert "1 cases compared" in text
    assert f"#{case.pk} priority: low ≠ normal" in text
