"""Compare a model with labelled pictures.

    python scripts/evaluate.py --data labels.json --model default --out evaluation [--compare OTHER] [--workers 2]

``labels.json`` is a COCO keypoint file (see `oiscan.labels`). Prints a table for each view and writes
``evaluation.json`` (figures by region, level, age band and look, with 95 % intervals over subjects) and ``worst.png``,
the pictures that went worst: as private as they are. Errors are shares of the labelled depth (lateral) or width (AP),
and millimetres where the pixel size is known. With ``--compare`` it also says which of two models is better, where the
interval of the difference leaves no doubt. Figures of simulated pictures say nothing of clinical accuracy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oiscan.errors import LabelError, OiscanError
from oiscan.evaluation.cases import Case, evaluate_labels, outcome, segmented, worst
from oiscan.evaluation.groups import compared_models, told
from oiscan.labels import LabelSet, read_labels
from oiscan.reports.picture import encode_png
from oiscan.reports.sheet import Tile, contact_sheet
from oiscan.segmentation import Model

WORST = 12


def main() -> None:
    """Parse the command line, evaluate, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="label file; its pictures lie beside it")
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    parser.add_argument("--compare", metavar="OTHER", help="name or folder of a model to be compared with")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    given = parser.parse_args()
    try:
        evaluate(given)
    except OiscanError as error:
        parser.error(str(error))


def evaluate(given: argparse.Namespace) -> None:
    """Evaluate and write what was found."""
    labels, model = read_labels(given.data), Model.load(given.model)
    if not labels.images:
        raise LabelError(f"{given.data.name} names no picture")
    cases = evaluate_labels(labels, model, given.workers)
    evaluation: dict[str, Any] = {
        "model": {"name": model.name, "sha256": model.sha256},
        "labels_sha256": hashlib.sha256(given.data.read_bytes()).hexdigest(),
        "views": told(cases, model),
    }
    if given.compare:
        evaluation["compared"] = comparison(cases, labels, Model.load(given.compare), given.workers)
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(evaluation, indent=1, allow_nan=False) + "\n"
    (given.out / "evaluation.json").write_text(text, encoding="utf-8")
    (given.out / "worst.png").write_bytes(encode_png(contact_sheet(tiles(worst(cases, WORST), cases, model))))
    for view, figures in evaluation["views"].items():
        print(table(view, figures))
    for view, gains in evaluation.get("compared", {}).get("views", {}).items():
        print("\n".join(f"{view} {name}: {gain['verdict']}" for name, gain in gains.items()))


def comparison(cases: Sequence[Case], labels: LabelSet, other: Model, workers: int) -> dict[str, Any]:
    """How much better the model is than the other one on the same pictures."""
    theirs = evaluate_labels(labels, other, workers)
    return {"with": {"name": other.name, "sha256": other.sha256}, "views": compared_models(cases, theirs)}


def tiles(chosen: Sequence[Case], cases: Sequence[Case], model: Model) -> list[Tile]:
    """Pictures for the sheet, each named by its place in the label file."""
    shown = []
    for case in chosen:
        scan, spine = segmented(model, case.image)
        shown.append(Tile(scan, case.image, spine, f"picture {cases.index(case) + 1}: {outcome(case)}"))
    return shown


def table(view: str, figures: dict[str, Any]) -> str:
    """Figures of one view as text: a row a figure, a column a region."""
    regions = figures["regions"]
    rows = [[f"{view}, {figures['scans']} scans", *regions]]
    for name in next(iter(regions.values())):
        rows.append([name, *(_told(region[name]) for region in regions.values())])
    lines = [f"{first:<26}" + "".join(f"{cell:>10}" for cell in rest) for first, *rest in rows]
    stated = "calibrated" if figures["calibrated"] else "uncalibrated"
    held = ", ".join(f"{share} regions hold {_told(held)}" for share, held in figures["coverage"].items())
    unread = [f"picture {one['picture']} could not be read: {one['reason']}" for one in figures["unread"]]
    return "\n".join([*lines, f"{stated} {held}", *unread, ""])


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.4f}"


if __name__ == "__main__":
    main()
