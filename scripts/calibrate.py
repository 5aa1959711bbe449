"""Calibrate what a model says of its own doubt, on simulated exams, and write it into the model's card.

    python scripts/calibrate.py --model models/NAME --exams 150 --route physical --workers 2

Fits, for each view, how the landmarks' stated spread becomes that of their errors (see `oiscan.evaluation.calibration`)
and prints how many landmarks the 68 % and 95 % regions then hold: of every second person, by the table fitted on the
others. Then, on children drawn for that alone, the doubt of grades by age (`oiscan.evaluation.grades.fit`). The card
says that it is simulated. Retrained weights have to be calibrated anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from oiscan.anatomy import View
from oiscan.errors import OiscanError
from oiscan.evaluation.calibration import cross_checked, fitted
from oiscan.evaluation.cases import Case
from oiscan.evaluation.grades.cases import GRADING_CALIBRATION_SEED, Child, uncalibrated_answers
from oiscan.evaluation.grades.fit import fitted_doubt
from oiscan.evaluation.simulated import CALIBRATION_LOOKS, CALIBRATION_SEED, Series, evaluate_exams
from oiscan.grading.doubt import CARD_KEY
from oiscan.phantom.exam import Route
from oiscan.segmentation import Model
from oiscan.segmentation.model import CARD


def main() -> None:
    """Parse the command line, draw, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    parser.add_argument("--exams", type=int, default=150, help="how many people, both views of each (default 150)")
    parser.add_argument("--seed", type=int, default=CALIBRATION_SEED, help=f"first seed (default {CALIBRATION_SEED})")
    parser.add_argument("--route", type=Route, choices=list(Route), default=Route.FAST, help="how they are drawn")
    children = "how many simulated children, for the doubt of grades (default 300)"
    parser.add_argument("--children", type=int, default=300, help=children)
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    given = parser.parse_args()
    try:
        model = Model.load(given.model, calibrated=False)
        series = Series(range(given.seed, given.seed + given.exams), given.route, CALIBRATION_LOOKS)
        cases = evaluate_exams(model, series, given.workers, lambda done: print(f"{done}/{given.exams}", flush=True))
        write(model, calibration(model, cases, series))
        if View.LATERAL in model.views:
            write(model, grading_calibration(Model.load(model.folder), given.children, given.workers))
    except OiscanError as error:
        parser.error(str(error))


def calibration(model: Model, cases: Sequence[Case], series: Series) -> dict[str, Any]:
    """What the card is to say, for each view the model knows."""
    data = f"{len(series.seeds)} simulated exams from seed {series.seeds.start}, route {series.route}"
    told: dict[str, Any] = {"simulated": True, "data": data}
    for view in model.views:
        results = [case.result for case in cases if case.image.view is view and case.result is not None]
        held = cross_checked(results, view)
        print(f"{view}: " + ", ".join(f"{share} regions hold {value:.3f}" for share, value in held.items()))
        told[view.value] = fitted(results, view).to_card()
    return told


def grading_calibration(model: Model, n: int, workers: int) -> dict[str, Any]:
    """What the card is to say of the doubt of grades; the landmarks have to be calibrated before."""
    children = [Child(GRADING_CALIBRATION_SEED + i) for i in range(n)]
    told = uncalibrated_answers(children, model, workers, lambda done: print(f"children {done}/{n}", flush=True))
    data = f"{n} simulated children from seed {GRADING_CALIBRATION_SEED}, route physical"
    return {CARD_KEY: {"simulated": True, "data": data} | fitted_doubt(told).to_card()}


def write(model: Model, told: dict[str, Any]) -> None:
    """Put it into the card, beside what else is calibrated, and load the model as scoring will."""
    path = model.folder / CARD
    card = json.loads(path.read_text(encoding="utf-8"))
    card["calibration"] = (card.get("calibration") or {}) | told
    path.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{model.name}: hash {Model.load(model.folder).sha256}")


if __name__ == "__main__":
    main()
