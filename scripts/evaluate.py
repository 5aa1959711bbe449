"""Compare a model with labelled pictures.

    python scripts/evaluate.py --data labels.json --model default --out evaluation

``labels.json`` is a COCO keypoint file (see `oiscan.labels`). Prints a table for each view and writes
``evaluation.json``. Errors are shares of the labelled depth (lateral) or width (AP). Figures of simulated pictures say
nothing of clinical accuracy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from pathlib import Path
from typing import Any

from oiscan.anatomy import Level
from oiscan.errors import LabelError, OiscanError
from oiscan.evaluation.landmarks import ImageResult, compare, corner_percentiles, summary
from oiscan.labels import LabelledImage, read_labels
from oiscan.loaders import read
from oiscan.segmentation import Model, segment

REGIONS = {
    "all": (Level.T1, Level.L6),
    "T6-L5": (Level.T6, Level.L5),
    "T12-L5": (Level.T12, Level.L5),
    "L1-L4": (Level.L1, Level.L4),
    "thoracic": (Level.T1, Level.T13),
}


def main() -> None:
    """Parse the command line, evaluate, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="label file; its pictures lie beside it")
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write evaluation.json to")
    given = parser.parse_args()
    try:
        evaluation = evaluate(given.data, Model.load(given.model))
    except OiscanError as error:
        parser.error(str(error))
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(evaluation, indent=1, allow_nan=False) + "\n"
    (given.out / "evaluation.json").write_text(text, encoding="utf-8")
    for view, figures in evaluation["views"].items():
        print(table(view, figures))


def evaluate(labels: Path, model: Model) -> dict[str, Any]:
    """All figures, by view and region, and what they were made with."""
    results: dict[str, list[ImageResult]] = {}
    for image in read_labels(labels).images:
        results.setdefault(image.view.value, []).append(_result(image, model))
    if not results:
        raise LabelError(f"{labels.name} names no picture")
    return {
        "model": {"name": model.name, "sha256": model.sha256},
        "labels_sha256": hashlib.sha256(labels.read_bytes()).hexdigest(),
        "views": {view: {"scans": len(some), "regions": _regions(some)} for view, some in results.items()},
    }


def table(view: str, figures: dict[str, Any]) -> str:
    """Figures of one view as text: a row a figure, a column a region."""
    regions = figures["regions"]
    rows = [[f"{view}, {figures['scans']} scans", *regions]]
    for name in next(iter(regions.values())):
        rows.append([name, *(_told(region[name]) for region in regions.values())])
    return "\n".join(f"{first:<26}" + "".join(f"{cell:>10}" for cell in rest) for first, *rest in rows) + "\n"


def _result(image: LabelledImage, model: Model) -> ImageResult:
    scan = read(image.file, view=image.view, spacing_mm=image.spacing_mm)
    return compare(image, segment(scan, model), scan.relative_pixel_size)


def _regions(results: list[ImageResult]) -> dict[str, dict[str, float | None]]:
    regions = {}
    for name, (first, last) in REGIONS.items():
        percentiles = corner_percentiles(results, first, last)
        figures = summary(results, first, last) | {f"corner_error_{key}": value for key, value in percentiles.items()}
        regions[name] = {key: value if math.isfinite(value) else None for key, value in figures.items()}
    return regions


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.4f}"


if __name__ == "__main__":
    main()
