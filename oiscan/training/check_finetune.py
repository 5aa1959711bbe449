"""How much a trained model gains from a few labelled pictures of a new kind, on others of that kind."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oiscan.anatomy import View
from oiscan.errors import LabelError
from oiscan.labels import read_labels
from oiscan.training.dataset import label_file, learnable
from oiscan.training.run import train_model
from oiscan.training.settings import load_settings

ENOUGH_GAIN = 0.2
"""Share by which the median corner error must fall ..."""

GOOD_ERROR = 0.03
"""... or what it must reach, as a share of the depth."""


def check_finetune(
    labels: Path,
    out: Path,
    model: str = "default",
    view: View = View.LATERAL,
    train_pictures: int = 8,
    splits: Sequence[int] = (0, 1, 2),
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Fine-tune on some pictures of a set and measure on all others, for several random divisions of it.

    Parameters
    ----------
    labels
        Label file of one view, whose subjects are the pictures.
    out
        Folder for the runs, `split_<seed>` each; the weights are for throwing away.
    model
        What to start from.
    train_pictures
        How many are learnt from.
    splits
        Seeds of the divisions.
    changes
        Settings in place of those fine-tuning has.

    Returns
    -------
    dict
        A row a split: `before` and `after`, figures on the pictures not learnt from (see `oiscan.training.card`),
        `gain`, `minutes`, `passed`; and `passed` of all.

    Raises
    ------
    LabelError
        The set holds too few pictures.
    """
    images = [image for image in read_labels(label_file(labels)).images if any(map(learnable, image.vertebrae))]
    if len(images) <= train_pictures:
        raise LabelError(f"{len(images)} labelled pictures are too few to learn from {train_pictures} of them")
    share = 1 - train_pictures / len(images)
    asked = {"view": view, "init": model, "data": str(labels), "held_back": share} | dict(changes or {})
    rows = [_split(asked | {"seed": seed}, out / f"split_{seed}", view) for seed in splits]
    return {"splits": rows, "passed": all(row["passed"] for row in rows)}


def _split(asked: dict[str, Any], out: Path, view: View) -> dict[str, Any]:
    started = time.monotonic()
    card = train_model([load_settings(None, asked)], out).card
    columns = card["metrics"]["held_back"][view.value]
    before, after = (columns[name]["corner_error_median"] for name in ("initial", "trained"))
    gain = 1 - after / before
    return {
        "seed": asked["seed"],
        "pictures": card["training"]["pictures"][view.value],
        "before": columns["initial"],
        "after": columns["trained"],
        "gain": round(gain, 3),
        "minutes": round((time.monotonic() - started) / 60, 1),
        "passed": bool(gain >= ENOUGH_GAIN or after <= GOOD_ERROR),
    }
