"""Measure how vertebrae are named, and what the evidence for names deserves to be trusted.

    python scripts/naming.py --data labels.json [more.json ...] --model default

Prints, for each label file and view, how many scans bear the right names and how many state them among the
alternatives, how far the stated probability is from the truth, and the `Trust` that would suit all these pictures best
(`oiscan.segmentation.numbering.TRUST` is the one in use). Figures of simulated pictures say nothing of clinical
accuracy.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from oiscan.errors import OiscanError
from oiscan.evaluation.naming import fit_trust, naming_cases, naming_figures
from oiscan.labels import read_labels
from oiscan.segmentation import Model


def main() -> None:
    """Parse the command line, measure, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="label files; pictures lie beside them")
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    given = parser.parse_args()
    try:
        model = Model.load(given.model)
        sets = {path: naming_cases(read_labels(path).images, model) for path in given.data}
    except OiscanError as error:
        parser.error(str(error))
    for path, views in sets.items():
        for view, cases in views.items():
            print(path, view, json.dumps(naming_figures(cases)))
    print("best for these pictures:", fit_trust(cases for views in sets.values() for cases in views.values()))


if __name__ == "__main__":
    main()
