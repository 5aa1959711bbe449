"""Make a model folder of finished training runs.

    python scripts/export.py --lateral runs/lateral --ap runs/ap --card card.json --out models/NAME

The card is JSON: what is to be told of the model. Its name, where the card states none, is that of the folder; hashes
and input geometry are added. A model may have one view only. ``--lateral-namer RUN`` takes S1 and the levels from the
finder of another lateral run.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from torch import Tensor

from oiscan.anatomy import View
from oiscan.errors import ConfigError, OiscanError
from oiscan.segmentation import Model
from oiscan.training.export import NAMER, export_model, load_run


def main() -> None:
    """Parse the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lateral", type=Path, metavar="RUN", help="folder of the lateral run")
    parser.add_argument("--lateral-namer", type=Path, metavar="RUN", help="a lateral run whose finder gives the names")
    parser.add_argument("--ap", type=Path, metavar="RUN", help="folder of the AP run")
    parser.add_argument("--card", type=Path, required=True, help="JSON file with what is to be told of the model")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    given = parser.parse_args()
    try:
        runs = {view: run for view, run in ((View.LATERAL, given.lateral), (View.AP, given.ap)) if run is not None}
        model = export(runs, _card(given.card), given.out, given.lateral_namer)
    except OiscanError as error:
        parser.error(str(error))
    print(f"{model.name}: {' and '.join(model.views)}, hash {model.sha256}")


def export(runs: dict[View, Path], card: dict[str, Any], out: Path, lateral_namer: Path | None = None) -> Model:
    """Write the model folder `out` and load it, as scoring will."""
    if not runs:
        raise ConfigError("give --lateral, --ap or both")
    weights = {view: _weights(run, view) for view, run in runs.items()}
    if lateral_namer is not None:
        if View.LATERAL not in weights:
            raise ConfigError("--lateral-namer names what --lateral finds: give both")
        weights[View.LATERAL][NAMER] = _weights(lateral_namer, View.LATERAL)["finder"]
    export_model(weights, out, {"name": out.name} | card)
    return Model.load(out)


def _weights(run: Path, view: View) -> dict[str, dict[str, Tensor]]:
    trained, weights = load_run(run)
    if trained is not view:
        raise ConfigError(f"the run in {run.name} is one of {trained} networks, not of {view} ones")
    return weights


def _card(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{path.name} is no JSON file of a model's card: {error}") from error


if __name__ == "__main__":
    main()
