"""`regulars policy show|apply|publish`."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.models import Draft, Version
from regulars.project.cli import parser

from tests.cast import Cast

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, cast: Cast, *words: str) -> str:
    capsys.readouterr()
    arguments = parser().parse_args(["policy", *words, "--business", str(cast.business.pk)])
    assert arguments.run(arguments) == 0
    return capsys.readouterr().out


def test_a_template_goes_round_with_its_comments(capsys: Capture, cast: Cast, tmp_path: Path) -> None:
    template = said(capsys, cast, "show", "--template", "small-shop")
    assert 'zone = "Europe/Berlin"' in template
    path = tmp_path / "policy.toml"
    path.write_text(template)
    assert "Revision 1" in said(capsys, cast, "apply", str(path))
    assert said(capsys, cast, "show", "--draft").strip() == template.strip()
    with pytest.raises(Refusal, match="7 days to comment"):
        said(capsys, cast, "publish", str(path))
    assert "Version 1.0 holds" in said(capsys, cast, "publish", str(path), "--override", "first policy of a new shop")
    assert said(capsys, cast, "show").strip() == template.strip()
    assert said(capsys, cast, "show", "--versions").startswith("1.0\tfrom ")


def test_a_document_with_faults_changes_nothing(capsys: Capture, cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('title = "x"\nlanguage = "en"\n[[levels]]\nparagraph = "1"\n')
    for word in ("apply", "publish"):
        with pytest.raises(Refusal, match="/levels/0/text"):
            said(capsys, cast, word, str(path))
    assert not Draft.objects.exists()
    assert not Version.objects.exists()


def test_without_a_policy_the_starting_points_are_named(capsys: Capture, cast: Cast) -> None:
    with pytest.raises(Refusal, match="small-shop"):
        said(capsys, cast, "show")
