"""The scans of a simulated trial: DICOM pictures of each visit, and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.anatomy import COLUMN, LUMBAR, View
from oiscan.grading.morphometry import polygon_area
from oiscan.phantom.anatomy import Anatomy
from oiscan.phantom.exam import Exam, ExamSettings, Route, picture_exam
from oiscan.phantom.export import Header, Layout, write_visit
from oiscan.phantom.looks import STYLES, Look
from oiscan.phantom.repose import reposed
from oiscan.phantom.study.child import PlannedVisit, StudyChild
from oiscan.phantom.study.density import ge_comments, printed_spine
from oiscan.phantom.truth import truth
from oiscan.scan import FloatArray

TURN_DEGREES = 2.0
"""Most that a child lies turned at one visit, in every direction."""

SOFTWARE = "phantom 1"
"""What the headers call the scanner's program."""

PIXEL_MM = 0.25
"""As iDXA pictures have it."""


@dataclass(frozen=True)
class Pictures:
    """How the pictures of a study are drawn.

    Parameters
    ----------
    seed
        Of the study: it draws their look.
    route
        Of the lateral pictures; AP pictures are drawn by the fast route, since a display picture holds no g/cm2.
    """

    seed: int
    route: Route = Route.PHYSICAL


def write_scans(folder: Path, pictures: Pictures, place: int, child: StudyChild, visit: PlannedVisit) -> dict[str, Any]:
    """Draw and write both views of a visit as `SIM-01_m00_lateral.dcm` and `..._ap.dcm`; returns the truth about it.

    Parameters
    ----------
    place
        Of the child among the children: with the seed it draws the look of the pictures.
    """
    rng = np.random.default_rng([pictures.seed, 2, place, visit.month])
    exam = _exam(rng, pictures, child.spine.at(visit.month))
    age = exam.anatomy.age_years
    bone = printed_spine(rng, child.abmd_g_cm2[visit.month], age, _areas_cm2(exam))
    scanned, comments = child.date_of(visit.study_day), {View.AP: ge_comments(bone)}
    header = Header(child.code, child.sex, child.birth, scanned, visit.scanner, SOFTWARE, comments)
    name = f"{child.code}_m{visit.month:02d}"
    write_visit(exam, folder, name, Layout.GE_LUNAR, header)
    return {
        "subject": child.code,
        "month": visit.month,
        "study_day": visit.study_day,
        "age_years": round(age, 2),
        "scanner": visit.scanner,
        "lateral": f"{name}_lateral.dcm",
        "ap": f"{name}_ap.dcm",
        "l1_l4_abmd_g_cm2": round(child.abmd_g_cm2[visit.month], 4),
        "vertebrae": [_told(one) for one in truth(exam, View.LATERAL)["vertebrae"]],
    }


def _exam(rng: np.random.Generator, pictures: Pictures, anatomy: Anatomy) -> Exam:
    """Both views. Pictures with metal are drawn anew: rods would come and go from visit to visit."""
    turned = reposed(anatomy, *np.radians(rng.uniform(-TURN_DEGREES, TURN_DEGREES, 3)))
    style = float(rng.uniform(*STYLES[Look.GE]))
    while True:
        settings = ExamSettings(int(rng.integers(1 << 31)), turned.age_years, None, style, PIXEL_MM, Look.GE)
        ap = picture_exam(settings, turned, views=(View.AP,))
        lateral = picture_exam(replace(settings, route=pictures.route), turned, views=(View.LATERAL,))
        views = {**lateral.views, **ap.views}
        if all(scene.metal is None for scene in views.values()):
            return replace(lateral, views=views)


def _areas_cm2(exam: Exam) -> list[float]:
    """Of L1 to L4 in the AP picture."""
    scene = exam.views[View.AP]
    pixel_cm: FloatArray = np.full(2, 0.1 / scene.pixels_per_mm)
    return [polygon_area(scene.outlines_px[COLUMN.index(level)], pixel_cm) for level in LUMBAR]


def _told(vertebra: dict[str, Any]) -> dict[str, Any]:
    return {name: vertebra[name] for name in ("level", "readable", "reason", "height_loss_percent", "grade")}
