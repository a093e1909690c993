"""BG/NBD fit on a million simulated customers: Regulars beside `lifetimes`, in one run.

    .venv/bin/python benchmarks/bench_bg_nbd_fit.py [--customers 1000000] [--runs 3] [--seed 7]

`lifetimes` lives in an environment of its own, `.venv-peers`, made here from requirements/peers.txt when missing. Both
read the same file of x, t_x, T in whole days. Times are wall and CPU seconds of the fit alone, in a fresh process each,
after one small fit that loads and compiles everything; the median is compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
TRUE = {"r": 0.77, "alpha": 23.85, "a": 0.45, "b": 4.43}
LEAST_RATIO = 50.0
DIGITS = 1e-6

OURS = """
import json, sys, time
import numpy as np
from regulars.insight.rules.bg_nbd_fit import fit_bg_nbd
columns = np.load(sys.argv[1])
x, recency, age = columns["x"], columns["recency"], columns["age"]
fit_bg_nbd(x[:5000], recency[:5000], age[:5000])
wall, cpu = time.perf_counter(), time.process_time()
fit = fit_bg_nbd(x, recency, age)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
p = fit.parameters
print(json.dumps({"wall": wall, "cpu": cpu, "parameters": [p.r, p.alpha, p.a, p.b], "status": fit.status,
                  "log_likelihood": fit.log_likelihood, "gradient": fit.gradient}))
"""

THEIRS = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter
columns = np.load(sys.argv[1])
frame = pd.DataFrame({name: columns[name] for name in ("x", "recency", "age")}).astype(float)
head = frame.iloc[:5000]
BetaGeoFitter().fit(head["x"], head["recency"], head["age"])
wall, cpu = time.perf_counter(), time.process_time()
model = BetaGeoFitter().fit(frame["x"], frame["recency"], frame["age"])
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"wall": wall, "cpu": cpu, "parameters": [float(model.params_[n]) for n in ("r", "alpha", "a", "b")],
                  "log_likelihood": -float(model._negative_log_likelihood_) * len(frame)
                  if hasattr(model, "_negative_log_likelihood_") else None}))
"""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=7)
    asked = arguments.parse_args()
    theirs_python = peers_python()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.npz"
        np.savez(path, **simulated(asked.customers, asked.seed))
        ours = [timed(sys.executable, OURS, path) for _ in range(asked.runs)]
        theirs = [timed(theirs_python, THEIRS, path) for _ in range(asked.runs)]
    return report(asked.customers, ours, theirs)


def simulated(customers: int, seed: int) -> dict[str, np.ndarray]:
    """Customers who behave as BG/NBD says, first seen on any day of three years, in whole days."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(TRUE["r"], 1 / TRUE["alpha"], customers)
    dropout = rng.beta(TRUE["a"], TRUE["b"], customers)
    age = rng.integers(1, 1096, customers)
    count, moment = np.zeros(customers, dtype=np.int64), np.zeros(customers)
    active = np.arange(customers)
    while len(active):
        visit = moment[active] + rng.exponential(1 / rate[active])
        seen = visit < age[active]
        active, visit = active[seen], visit[seen]
        moment[active] = visit
        count[active] += 1
        active = active[rng.random(len(active)) >= dropout[active]]
    return {"x": count, "recency": np.ceil(moment).astype(np.int64), "age": age}


def peers_python() -> str:
    python = PEERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        lock = ROOT / "requirements" / "peers.txt"
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock],
            check=True,
        )  # fmt: skip
    return str(python)


def timed(python: str, program: str, path: Path) -> dict:
    answer = subprocess.run([python, "-c", program, path], capture_output=True, text=True, cwd=ROOT / "src", check=False)
    if answer.returncode:
        sys.exit(answer.stderr)
    return json.loads(answer.stdout.splitlines()[-1])


def report(customers: int, ours: list[dict], theirs: list[dict]) -> int:
    rows = {"Regulars": ours, "lifetimes": theirs}
    print(f"| {customers:,} customers | wall s (median) | CPU s (median) | r | alpha (days) | a | b |")
    print("|---|---|---|---|---|---|---|")
    middle = {}
    for name, runs in rows.items():
        middle[name] = (
            statistics.median(run["wall"] for run in runs),
            statistics.median(run["cpu"] for run in runs),
        )
        numbers = " | ".join(f"{number:.7g}" for number in runs[0]["parameters"])
        print(f"| {name} | {middle[name][0]:.3f} | {middle[name][1]:.3f} | {numbers} |")
    ratio = middle["lifetimes"][0] / middle["Regulars"][0]
    pairs = zip(ours[0]["parameters"], theirs[0]["parameters"], strict=True)
    apart = max(abs(mine / other - 1) for mine, other in pairs)
    print()
    print(f"lifetimes : Regulars = {ratio:.0f} : 1 by wall time (target {LEAST_RATIO:.0f}); "
          f"parameters differ by at most {apart:.1e} relative (target {DIGITS:.0e}); "
          f"steepest gradient of ours {ours[0]['gradient']:.1e}.")  # fmt: skip
    return 0 if ratio >= LEAST_RATIO and apart <= DIGITS else 1


if __name__ == "__main__":
    sys.exit(main())
