"""`./regulars bench [NAME …]`: every promise about speed beside what it is measured against, in the same run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(names: list[str]) -> int:
    """Run the named benchmarks (bench_NAME.py), or all of them; exit code 1 when a promise was not kept."""
    known = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    broken = 0
    for name, path in known.items():
        if names and name not in names:
            continue
        print(f"── {name}", flush=True)
        broken += subprocess.call([sys.executable, str(path)], cwd=HERE.parent) != 0
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
