"""Voucher codes by the million on PostgreSQL: made and written to a file, looked up, and fought for.

Run: `./regulars bench vouchers` (`--codes 200000` for a quick look, `--lookups`). Beside the batch the bare cost: the same rows copied into a table of the
same shape by plain SQL, with nothing to derive. Promises: 1,000,000 codes in a file in under 60 s, a look-up under 2 ms (p95).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from secrets import token_hex

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from servers import server, settings_of
from world import EMAIL, PASSWORD, program

SECONDS_MAX, LOOKUP_MS_MAX = 60.0, 2.0
DOCUMENT = {
    "code": "bench",
    "name": "Bench",
    "currency": "EUR",
    "zone": "Europe/Berlin",
    "units": [{"code": "points", "name": "Points"}],
    "rewards": [{"code": "coffee", "name": "A coffee", "kind": "goods", "goods": {"products": ["Coffee"]}, "cost": "0.80"}],
}


def main() -> int:
    """Make, look up, use; exit code 1 when a promise is broken."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--codes", type=int, default=1_000_000)
    words.add_argument("--lookups", type=int, default=5_000)
    words.add_argument("--worker", default="", help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.worker:
        return ask(json.loads(given.worker))
    os.environ["REGULARS_SECRET_KEY"] = token_hex(32)  # one for all processes: codes are made from it
    with server() as address, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        return measure(address, Path(folder), given)


def measure(address: str, folder: Path, given: argparse.Namespace) -> int:
    """All runs, a line each."""
    program("staff", "add", "--email", EMAIL, "--name", "Owner", "--password-stdin", address=address, says=PASSWORD)
    rules, file = folder / "rules.json", folder / "codes.csv"
    rules.write_text(json.dumps(DOCUMENT))
    program("loyalty", "program", "apply", str(rules), address=address)
    begun = time.perf_counter()
    program(
        "loyalty",
        "vouchers",
        "make",
        "--program",
        "bench",
        "--reward",
        "coffee",
        "--count",
        str(given.codes),
        "--to",
        str(file),
        address=address,
    )
    made = time.perf_counter() - begun
    print(f"{given.codes:,} codes made and written: {made:.1f} s, {given.codes / made:,.0f}/s (the program's start included)")
    bare = bare_seconds(address)
    print(f"bare COPY of the same rows: {bare:.1f} s; the codes cost {made / bare:.1f} times that")
    with psycopg.connect(address, autocommit=True) as link:
        link.execute("VACUUM ANALYZE loyalty_voucher")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    task = {"codes": Random(7).sample(codes, min(given.lookups, len(codes)))}
    environment = os.environ | {
        "DATABASE_URL": address,
        "REGULARS_VAR": str(folder),
        "PYTHONPATH": "src",
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
    }
    handed = folder / "task.json"
    handed.write_text(json.dumps(task))
    said = subprocess.run(
        [sys.executable, __file__, "--worker", json.dumps(str(handed))], env=environment, check=True, capture_output=True, text=True
    )
    found = json.loads(said.stdout.splitlines()[-1])
    print(f"look-up by code: p50 {found['p50']:.2f} ms, p95 {found['p95']:.2f} ms; found {found['found']:,} of {len(task['codes']):,}")
    print(f"used by code, one after another: {found['uses']:,.0f}/s")
    print(settings_of(address))
    scaled = SECONDS_MAX * max(given.codes / 1_000_000, 0.1)
    faults = [f"{made:.1f} s, {scaled:.0f} were promised"] if made > scaled else []
    faults += [f"a look-up takes {found['p95']:.2f} ms (p95)"] if found["p95"] > LOOKUP_MS_MAX else []
    faults += ["not every code was found"] if found["found"] != len(task["codes"]) else []
    print("\n".join(f"BROKEN: {one}" for one in faults) or "Every promise is kept.")
    return 1 if faults else 0


def bare_seconds(address: str) -> float:
    """Copy the finished rows into a table with the same constraints and indexes, server to client to server."""
    with psycopg.connect(address, autocommit=True) as link:
        link.execute("CREATE TABLE bare_voucher (LIKE loyalty_voucher INCLUDING ALL)")
        begun = time.perf_counter()
        with psycopg.connect(address) as source, link.transaction():
            out, into = source.cursor(), link.cursor()
            with (
                out.copy("COPY (SELECT * FROM loyalty_voucher ORDER BY id) TO STDOUT") as reading,
                into.copy("COPY bare_voucher FROM STDIN") as writing,
            ):
                for block in reading:
                    writing.write(bytes(block))
        seconds = time.perf_counter() - begun
        link.execute("DROP TABLE bare_voucher")
    return seconds


def ask(handed: str) -> int:
    """In a process of the program: look codes up, then use some of them."""
    import django

    django.setup()
    from regulars.business.queries import scope_named
    from regulars.groundwork.kernel import clock
    from regulars.loyalty.queries import voucher_with_code
    from regulars.loyalty.services import redeem_voucher

    codes = json.loads(Path(handed).read_text())["codes"]
    scope = scope_named(business="")
    voucher_with_code(scope=scope, code=codes[0])  # opens the connection
    took, found = [], 0
    for code in codes:
        begun = time.perf_counter()
        found += voucher_with_code(scope=scope, code=code) is not None
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    some = codes[:500]
    begun = time.perf_counter()
    for code in some:
        redeem_voucher(scope=scope, code=code, at=clock.now(), actor="system:bench")
    uses = len(some) / (time.perf_counter() - begun)
    print(json.dumps({"p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)], "found": found, "uses": uses}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
