"""Compare a model with labelled pictures, or the grades in a results folder with those of readers.

    python scripts/evaluate.py --data labels --model default --out evaluation [--compare OTHER] [--workers 2]
    python scripts/evaluate.py --readers readers.csv --results OUT --out agreement

``labels`` holds a COCO keypoint file (see `oiscan.labels`). Pictures that it puts in the part to train on (`split`),
and those that a model's card says it was trained on, are left out. Prints a table for each view and writes
``evaluation.json`` (figures by region, level, age band and look, with 95 % intervals over subjects) and ``worst.png``,
the pictures that went worst: as private as they are. Errors are shares of the labelled depth (lateral) or width (AP),
and millimetres where the pixel size is known. With ``--compare`` it also says how much better or worse the model is
than the other one, and calls it "better" or "worse" only where the 95 % interval of the difference leaves no doubt,
else "cannot tell". Figures of simulated pictures say nothing of clinical accuracy.

``readers.csv`` has a line a vertebra a reader: ``scan_id, level, reader, status, grade, deformity``, and may have
heights (see `oiscan.evaluation.agreement.readers`). Prints a table and writes ``agreement.json``, ``agreement.txt`` and
the plots ``confusion.png``, ``calibration.png`` and ``bland_altman.png``, those that there are numbers for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oiscan.errors import LabelError, OiscanError
from oiscan.evaluation.agreement.comparison import Panel, compare
from oiscan.evaluation.agreement.plots import bland_altman_plot, calibration_plot, confusion_plot
from oiscan.evaluation.agreement.readers import read_readers
from oiscan.evaluation.agreement.results import read_results
from oiscan.evaluation.agreement.statistics import agreement
from oiscan.evaluation.agreement.table import agreement_table
from oiscan.evaluation.cases import Case, evaluate_labels, outcome, segmented, worst
from oiscan.evaluation.groups import compared_models, told
from oiscan.labels import LabelSet, read_labels
from oiscan.reports.picture import encode_png
from oiscan.reports.sheet import Tile, contact_sheet
from oiscan.segmentation import Model
from oiscan.training.dataset import label_file, not_trained_on

WORST = 12
PLOTS = {"confusion": confusion_plot, "calibration": calibration_plot, "bland_altman": bland_altman_plot}


def main() -> None:
    """Parse the command line, evaluate, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="label file, or its folder; the pictures lie beside it")
    source.add_argument("--readers", type=Path, help="what readers say of the scans in --results")
    parser.add_argument("--results", type=Path, help="results folder that `oiscan score` wrote, with --readers")
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    parser.add_argument("--compare", metavar="OTHER", help="name or folder of a model to be compared with")
    parser.add_argument("--out", type=Path, default=Path("evaluation"), help="folder to write to (default: evaluation)")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    given = parser.parse_args()
    if (given.readers is None) != (given.results is None):
        parser.error("--readers and --results go together")
    try:
        agree(given) if given.readers else evaluate(given)
    except OiscanError as error:
        parser.error(str(error))


def evaluate(given: argparse.Namespace) -> None:
    """Evaluate and write what was found."""
    model, other = Model.load(given.model), Model.load(given.compare) if given.compare else None
    file = label_file(given.data)
    labels, left_out = held_back(file, [one.card for one in (model, other) if one])
    cases = evaluate_labels(labels, model, given.workers)
    evaluation: dict[str, Any] = {
        "model": {"name": model.name, "sha256": model.sha256},
        "labels_sha256": sha256(file),
        "left_out_trained_on": left_out,
        "views": told(cases, model),
    }
    if other:
        evaluation["compared"] = comparison(cases, labels, other, given.workers)
    write_json(given.out / "evaluation.json", evaluation)
    (given.out / "worst.png").write_bytes(encode_png(contact_sheet(tiles(worst(cases, WORST), cases, model))))
    for view, figures in evaluation["views"].items():
        print(table(view, figures))
    for view, gains in evaluation.get("compared", {}).get("views", {}).items():
        print("\n".join(f"{view} {name}: {gained(gain)}" for name, gain in gains.items()))
    if left_out:
        print(f"{left_out} pictures to train on were left out")


def held_back(file: Path, cards: Sequence[dict[str, Any]]) -> tuple[LabelSet, int]:
    """Pictures the models were not trained on, and how many others there are."""
    named, images = len(read_labels(file).images), not_trained_on(file, cards)
    if not images:
        raise LabelError(f"{file.name} names no picture" + " that is not to train on" * bool(named))
    return LabelSet(images), named - len(images)


def agree(given: argparse.Namespace) -> None:
    """Compare the grades of a results folder with those of readers, and write what was found."""
    panel = Panel.of(read_readers(given.readers), read_results(given.results))
    hashes = {"readers_sha256": sha256(given.readers), "results_sha256": sha256(given.results / "vertebrae.csv")}
    found = agreement(panel)
    write_json(given.out / "agreement.json", {**hashes, **found})
    table = agreement_table(found)
    (given.out / "agreement.txt").write_text(table, encoding="utf-8")
    print(table, end="")
    against = [compare(panel, reader) for reader in panel.readers]
    for name, draw in PLOTS.items():
        figure = draw(against)
        (given.out / f"{name}.png").unlink(missing_ok=True)  # one of an earlier run must not stand beside these numbers
        if figure is not None:
            figure.savefig(given.out / f"{name}.png")


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write figures, in a folder that is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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


def gained(gain: dict[str, Any]) -> str:
    """A difference in words: how much better, where a figure got better, with the interval."""
    if gain["low"] is None:
        return f"{gain['verdict']} (too few subjects with this figure)"
    return f"{gain['verdict']} ({gain['value']:+.4f}, 95 % interval {gain['low']:+.4f} to {gain['high']:+.4f})"


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.4f}"


if __name__ == "__main__":
    main()
