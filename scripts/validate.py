"""Check what oiscan promises, and write down what was found.

    python scripts/validate.py files --out DIR [--n 10000] [--seed 0]

`files` reads N files broken on purpose and writes `DIR/files.json`: how many still gave a scan, the errors by class,
what crashed (nothing may), the longest time and the most memory. The exit status is 1 where something crashed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from oiscan.evaluation.robustness import read_damaged_files


def main() -> None:
    """Parse the command line, run the check, write what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    checks = parser.add_subparsers(dest="check", required=True, metavar="CHECK")
    files = checks.add_parser("files", help="read files broken on purpose")
    files.add_argument("--out", type=Path, required=True, help="folder to write to")
    files.add_argument("--n", type=int, default=10_000, help="how many files (default 10000)")
    files.add_argument("--seed", type=int, default=0, help="which series of files (default 0)")
    files.set_defaults(run=check_files)
    given = parser.parse_args()
    sys.exit(given.run(given))


def check_files(given: argparse.Namespace) -> int:
    """Read broken files; 1 where one of them crashed."""
    found = read_damaged_files(given.n, given.seed, lambda done: print(f"{done}/{given.n}", flush=True))
    write(given.out / "files.json", found)
    return int(bool(found["crashes"]))


def write(path: Path, found: dict[str, Any]) -> None:
    """Write and show what was found."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
