"""A simulated trial as a folder: study.toml and all it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from oiscan.phantom.study.child import attended, draw_children
from oiscan.phantom.study.description import description
from oiscan.phantom.study.scans import Pictures, write_scans
from oiscan.phantom.study.tables import write_tables

CHILDREN = 26
NOTE = "Simulated: no child stands behind any of this, and no number in it is a result of any trial.\n"


def write_study(
    folder: Path, pictures: Pictures, children: int = CHILDREN, advance: Callable[[int], None] = lambda done: None
) -> None:
    """Draw a trial and write it; the same seed gives the same bytes.

    What is written: `study.toml`, its tables, `scans/` with the DICOM pictures of every visit, and `truth.json`: the
    loss of height, grade and readability of every vertebra, and the density of L1-L4, by visit.

    Parameters
    ----------
    advance
        Called with the number of children done.
    """
    scans = folder / "scans"
    scans.mkdir(parents=True, exist_ok=True)
    drawn = draw_children(pictures.seed, children)
    (folder / "SIMULATED.txt").write_text(NOTE, encoding="utf-8")
    (folder / "study.toml").write_text(description(pictures.seed), encoding="utf-8")
    write_tables(folder, pictures.seed, drawn)
    visits = []
    for place, child in enumerate(drawn):
        visits += [write_scans(scans, pictures, place, child, visit) for visit in attended(child)]
        advance(place + 1)
    truth = {"simulated": True, "seed": pictures.seed, "visits": visits}
    (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
