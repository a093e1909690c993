"""The same program as an installed wheel: everything it needs is inside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed() -> Path:
    """The wheel's content in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-wheel-"))
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True)
    (wheel,) = folder.glob("regulars-*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.once
def test_the_wheel_holds_every_file_of_the_package(installed: Path) -> None:
    source = {path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    inside = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    assert not source - inside
    assert any(path.name == "LICENSE" for path in inside)
    assert "regulars=regulars.project.cli:main" in (next(installed.glob("*.dist-info")) / "entry_points.txt").read_text().replace(" ", "")


@pytest.mark.once
def test_the_installed_program_serves_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DATABASE_URL", "DJANGO_"))}
    environment |= {"PYTHONPATH": str(installed), "REGULARS_VAR": str(tmp_path / "var")}
    program = [sys.executable, "-m", "regulars"]
    where = subprocess.run(
        [sys.executable, "-c", "import regulars; print(regulars.__file__)"], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert str(installed) in where.stdout
    with subprocess.Popen(
        [*program, "run", "--no-demo", "--port", "8973"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "Stop with" in line:
                    break
            (link,) = [word for line in lines for word in line.split() if "/welcome/?code=" in word]
            with urllib.request.urlopen(link.replace("localhost", "127.0.0.1")) as page:
                text = page.read().decode()
            assert "Welcome to Regulars" in text
            assert "/design/assets/" in text
        finally:
            process.terminate()
        assert process.wait(40) == 0
