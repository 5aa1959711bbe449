"""Draw simulated exams: DICOM pictures in both views with their exact truth. Or one sheet to look at, or a whole trial.

    python scripts/simulate.py --out DIR --exams 20 --seed 0 --layout ge --look ge
    python scripts/simulate.py gallery --out sheet.png [--real LABELS.json ...]
    python scripts/simulate.py study --out DIR --seed 0 [--children 26]

The first writes `PREFIXNNNN_lateral.dcm`, `PREFIXNNNN_ap.dcm`, a `.truth.json` beside each, `PREFIXNNNN.exam.json` with
all that the exam was made from, and `PREFIXlabels.json` (COCO keypoints and outlines) for `scripts/evaluate.py`.

The second draws a sheet of variety as the networks see it: training scenes and every look, whole pictures and crops,
with real pictures beside them where label files are given. A sheet with real pictures is as private as they are.

The third draws a trial of two drugs for `oiscan followup DIR/study.toml`: children who grow, are treated and come back
after 12 and 24 months, with tables of doses, laboratory values, motor scores and events, and `truth.json`. Some visits
are missed, some vertebrae cannot be read, and one child is scanned on another scanner at the end.

The same seed gives the same exams, the same sheet and the same trial.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from oiscan.errors import OiscanError
from oiscan.phantom.exam import ExamSettings, Route, draw_exam
from oiscan.phantom.export import Layout, write_exam, write_label_file
from oiscan.phantom.looks import SCANNER_LOOKS, STYLES, Look
from oiscan.phantom.meshes import read_arches
from oiscan.phantom.study.scans import Pictures
from oiscan.phantom.study.writing import CHILDREN, write_study

ANY = "any"


def main() -> None:
    """Exams, unless the first word is `gallery` or `study`."""
    others = {"gallery": gallery, "study": study}
    other = others.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if other is None:
        exams(sys.argv[1:])
    else:
        other(sys.argv[2:])


def exams(words: list[str]) -> None:
    """Parse the command line, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--exams", type=int, default=10, help="how many people (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    parser.add_argument("--age", type=float, nargs=2, metavar=("FROM", "TO"), help="range of ages in years")
    parser.add_argument("--fractured", type=float, help="share of fractured vertebrae, 0 to 1; drawn where not given")
    parser.add_argument("--prefix", default="", help="first part of the file names")
    parser.add_argument("--style", type=float, help="0 radiograph to 1 DXA; drawn to fit the look where not given")
    parser.add_argument("--pixel-mm", type=float, default=0.5, help="pixel size (default 0.5)")
    parser.add_argument("--layout", type=Layout, choices=list(Layout), default=Layout.GENERIC, help="DICOM layout")
    parser.add_argument("--look", choices=[*Look, ANY], default=Look.PLAIN,
                        help="what the pictures look like (default plain); hard: as hard to read as training pictures; "
                             "relief: as no training picture does")
    parser.add_argument("--route", type=Route, choices=list(Route), default=Route.FAST, help="how they are made")
    parser.add_argument("--anatomy", type=Path, metavar="DIR",
                        help="folder with vhp_lumbar_pelvis.npz: scanned arches for the physical route")
    given = parser.parse_args(words)
    if given.anatomy is not None and given.route is not Route.PHYSICAL:
        parser.error("--anatomy needs --route physical: the fast route draws no meshes")
    try:
        meshes = read_arches(given.anatomy) if given.anatomy is not None else None
    except OiscanError as error:
        parser.error(str(error))
    given.out.mkdir(parents=True, exist_ok=True)
    labels = []
    for number in range(given.exams):
        exam = draw_exam(_settings(given, given.seed + number), meshes)
        labels += write_exam(exam, given.out, f"{given.prefix}{number:04d}", given.layout)
        print(f"{number + 1}/{given.exams}: {exam.anatomy.age_years:.1f} years", flush=True)
    write_label_file(labels, given.out / f"{given.prefix}labels.json")


def _settings(given: argparse.Namespace, seed: int) -> ExamSettings:
    """What was asked for, and the rest drawn from the seed."""
    rng = np.random.default_rng([seed, 0])
    age = None if given.age is None else float(rng.uniform(*given.age))
    share = rng.uniform()
    look = SCANNER_LOOKS[int(rng.integers(len(SCANNER_LOOKS)))] if given.look == ANY else Look(given.look)
    low, high = STYLES[look]
    style = low + (high - low) * float(share) if given.style is None else given.style
    return ExamSettings(seed, age, given.fractured, style, given.pixel_mm, look, given.route)


def gallery(words: list[str]) -> None:
    """Parse the command line, draw the sheet."""
    from oiscan.evaluation.gallery import sheet, write_sheet

    parser = argparse.ArgumentParser(prog="simulate.py gallery", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    parser.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    parser.add_argument("--real", type=Path, nargs="+", default=[], help="label files of real pictures to put beside")
    given = parser.parse_args(words)
    try:
        write_sheet(sheet(given.seed, given.real), given.out)
    except OiscanError as error:
        parser.error(str(error))


def study(words: list[str]) -> None:
    """Parse the command line, draw the trial."""
    parser = argparse.ArgumentParser(prog="simulate.py study", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=0, help="which trial (default 0)")
    parser.add_argument("--children", type=int, default=CHILDREN, help=f"how many (default {CHILDREN})")
    parser.add_argument("--route", type=Route, choices=list(Route), default=Route.PHYSICAL,
                        help="how the lateral pictures are made (default physical: about a second a picture)")
    given = parser.parse_args(words)
    if given.children < 1:
        parser.error("--children must be 1 or more")
    write_study(given.out, Pictures(given.seed, given.route), given.children,
                lambda done: print(f"{done}/{given.children} children", flush=True))  # fmt: skip


if __name__ == "__main__":
    main()
