"""Draw simulated exams: DICOM pictures in both views with their exact truth.

    python scripts/simulate.py --out DIR --exams 20 --seed 0 --layout ge

Writes `PREFIXNNNN_lateral.dcm`, `PREFIXNNNN_ap.dcm`, a `.truth.json` beside each, and `PREFIXlabels.json` (COCO
keypoints) for `scripts/evaluate.py`. The same seed gives the same exams.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from oiscan.phantom.exam import ExamSettings, draw_exam
from oiscan.phantom.export import Layout, write_exam, write_label_file


def main() -> None:
    """Parse the command line, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--exams", type=int, default=10, help="how many people (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    parser.add_argument("--age", type=float, nargs=2, metavar=("FROM", "TO"), help="range of ages in years")
    parser.add_argument("--fractured", type=float, help="share of fractured vertebrae, 0 to 1; drawn where not given")
    parser.add_argument("--prefix", default="", help="first part of the file names")
    parser.add_argument("--style", type=float, help="0 radiograph to 1 DXA; drawn where not given")
    parser.add_argument("--pixel-mm", type=float, default=0.5, help="pixel size (default 0.5)")
    parser.add_argument("--layout", type=Layout, choices=list(Layout), default=Layout.GENERIC, help="DICOM layout")
    parser.add_argument("--hard", action="store_true", help="pictures as hard to read as training pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    labels = []
    for number in range(given.exams):
        seed = given.seed + number
        rng = np.random.default_rng([seed, 0])
        age = None if given.age is None else float(rng.uniform(*given.age))
        style = float(rng.uniform()) if given.style is None else given.style
        exam = draw_exam(ExamSettings(seed, age, given.fractured, style, given.pixel_mm, not given.hard))
        labels += write_exam(exam, given.out, f"{given.prefix}{number:04d}", given.layout)
        print(f"{number + 1}/{given.exams}: {exam.anatomy.age_years:.1f} years", flush=True)
    write_label_file(labels, given.out / f"{given.prefix}labels.json")


if __name__ == "__main__":
    main()
