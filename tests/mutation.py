"""Mutation testing of loyalty's pure rules: does a test notice when a rule is changed?

    pip install --require-hashes -r requirements/mutation.txt
    python tests/mutation.py                 all ledger rules, in a folder of its own
    python tests/mutation.py lots units      only these

Prints how many changed copies of each module the pure tests of the rules killed, then each survivor as it would be changed. Figures and the
survivors that stay, with their reasons: docs/how-it-works/mutation.md.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = "src/regulars/loyalty/rules"
MODULES = ("lots", "units", "earning", "receipts", "shares", "paying", "fitting", "cards", "tiers")
# mutmut's own codes (mutmut/stats.py): the tests failed; failed while they were collected; ran out of time or memory.
KILLED = {1, 3, 24, 36, 152, 255, -24, -9, -11}
# In place of the tests' own conftest, which wants a database: properties draw the same examples for each copy, however slow the machine.
CONFTEST = """
from hypothesis import settings
settings.register_profile("mutation", derandomize=True, deadline=None, database=None)
settings.load_profile("mutation")
"""
SETTINGS = """
[project]
name = "mutants"
version = "0"
[tool.pytest.ini_options]
addopts = "-p no:django -p no:cacheprovider"
markers = ["pure", "once"]
pythonpath = ["src", "."]
[tool.mutmut]
source_paths = ["src/"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
also_copy = ["tests", "src"]
"""


def main(names: list[str]) -> int:
    """Run, print, and fail below nine in ten."""
    modules = names or list(MODULES)
    with tempfile.TemporaryDirectory(prefix="mutation") as place:
        folder = Path(place)
        for part in ("src", "tests"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        files = [f"{RULES}/{one}.py" for one in modules]
        tests = [f"tests/loyalty/rules/test_{one}.py" for one in modules]
        (folder / "pyproject.toml").write_text(SETTINGS.format(modules=json.dumps(files), tests=json.dumps(tests)))
        (folder / "tests/conftest.py").write_text(CONFTEST)
        workers = os.environ.get("MUTATION_WORKERS", str(os.cpu_count() or 1))
        command = [sys.executable, "-m", "mutmut"]
        with (folder / "run.log").open("w") as log:
            done = subprocess.run([*command, "run", "--max-children", workers], cwd=folder, stdout=log, stderr=log, check=False)
        if done.returncode:
            print((folder / "run.log").read_text()[-3000:])
            return 2
        rates = [told(folder, one, command) for one in modules]
    return 0 if rates and min(rates) >= 0.9 else 1


def told(folder: Path, module: str, command: list[str]) -> float:
    """Print one module's figures and survivors; the share that was killed."""
    found = json.loads((folder / "mutants" / RULES / f"{module}.py.meta").read_text())["exit_code_by_key"]
    killed = [name for name, code in found.items() if code in KILLED]
    print(f"{module}: {len(killed)} of {len(found)} killed ({len(killed) / len(found):.1%})")
    for name in sorted(set(found) - set(killed)):
        shown = subprocess.run([*command, "show", name], cwd=folder, capture_output=True, text=True, check=False).stdout
        lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        print(f"  {name} ({found[name]})\n" + "\n".join(f"    {line}" for line in lines))
    return len(killed) / len(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
