"""A simulated exam: one person, both views, framed as a scanner frames them, with the whole truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from oiscan.anatomy import COLUMN, View
from oiscan.phantom.anatomy import BICONCAVE, CRUSH, SACRUM, WEDGE, Anatomy, draw_anatomy
from oiscan.phantom.display import display, plain_display
from oiscan.phantom.scene import Scene, draw_scene
from oiscan.scan import FloatArray

DEFORMITY_NAMES = {0: "", WEDGE: "wedge", BICONCAVE: "biconcave", CRUSH: "crush"}
MARGIN_MM = 18.0  # round the part of the spine a scan is meant to show, in adult mm


@dataclass(frozen=True)
class ExamSettings:
    """What an exam is drawn from; the same settings give the same exam.

    Parameters
    ----------
    seed
        Draws the person and the look of the pictures.
    age_years
        None draws one.
    fractured
        Share of fractured vertebrae; None draws one.
    style
        0 a radiograph, 1 a DXA picture.
    pixel_mm
        Pixel size of both pictures.
    plain
        As a well-set scanner shows a person; otherwise as hard to read as training pictures are.
    """

    seed: int
    age_years: float | None = None
    fractured: float | None = None
    style: float = 1.0
    pixel_mm: float = 0.5
    plain: bool = True


@dataclass(frozen=True)
class Exam:
    """One person seen from the side and from the front."""

    settings: ExamSettings
    anatomy: Anatomy
    views: dict[View, Scene]


def draw_exam(settings: ExamSettings) -> Exam:
    """Draw a person and both pictures."""
    rng = np.random.default_rng([settings.seed, 1])
    anatomy = draw_anatomy(rng, settings.age_years, settings.fractured)
    views = {view: _view(np.random.default_rng([settings.seed, 2 + i]), settings, anatomy, view)
             for i, view in enumerate(View)}
    return Exam(settings, anatomy, views)


def _view(rng: np.random.Generator, settings: ExamSettings, anatomy: Anatomy, view: View) -> Scene:
    """A lateral scan shows T4 to L5, an AP scan T12 to L5."""
    across = anatomy.centre_mm[:, [0, 2] if view is View.LATERAL else [1, 2]]
    shown = across[3:SACRUM] if view is View.LATERAL else across[11:SACRUM]
    margin = MARGIN_MM * anatomy.size
    side = (55.0, 75.0) if view is View.LATERAL else (65.0, 65.0)
    low = shown.min(0) - [side[0] * anatomy.size, margin]
    high = shown.max(0) + [side[1] * anatomy.size, margin]
    columns, rows = np.ceil((high - low) / settings.pixel_mm).astype(int)
    chain = plain_display if settings.plain else display
    return draw_scene(rng, view, anatomy, (int(rows), int(columns)), 1 / settings.pixel_mm, low, settings.style, chain)


def truth(exam: Exam, view: View) -> dict[str, Any]:
    """The truth about one picture as plain data; points are (row, column) of the picture."""
    scene, anatomy = exam.views[view], exam.anatomy
    vertebrae = [_vertebra(scene, anatomy, k, view) for k in range(SACRUM) if _shown(scene, k)]
    return {
        "simulated": True,
        "view": view.value,
        "seed": exam.settings.seed,
        "age_years": round(anatomy.age_years, 2),
        "style": exam.settings.style,
        "spacing_mm": [exam.settings.pixel_mm, exam.settings.pixel_mm],
        "vertebrae": vertebrae,
    }


def _vertebra(scene: Scene, anatomy: Anatomy, k: int, view: View) -> dict[str, Any]:
    measures = {
        "anterior_height_mm": anatomy.anterior_mm[k],
        "middle_height_mm": anatomy.middle_mm[k],
        "posterior_height_mm": anatomy.posterior_mm[k],
        "height_loss_percent": 100 * max(0.0, anatomy.height_loss[k]),
    }
    return {
        "level": COLUMN[k].value,
        "landmarks_px": np.round(scene.landmarks_px[k][:, ::-1], 2).tolist(),
        "whole": bool(_inside(scene.landmarks_px[k], scene).all()),
        "deformity": DEFORMITY_NAMES[int(anatomy.deformity[k])],
        **({name: round(float(value), 2) for name, value in measures.items()} if view is View.LATERAL else {}),
    }


def _shown(scene: Scene, k: int) -> bool:
    return bool(_inside(scene.landmarks_px[k].mean(0, keepdims=True), scene).all())


def _inside(points: FloatArray, scene: Scene) -> FloatArray:
    height, width = scene.picture.shape
    return np.asarray((points > 0).all(1) & (points < [width - 1, height - 1]).all(1))
