"""A simulated exam: one person, both views, framed as a scanner frames them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np

from oiscan.anatomy import View
from oiscan.phantom.anatomy import SACRUM, Anatomy, draw_anatomy
from oiscan.phantom.bone_mass import BoneTruth, bone_truth
from oiscan.phantom.looks import Look, chain
from oiscan.phantom.physical import draw_physical_scene
from oiscan.phantom.scene import Scene, draw_scene
from oiscan.phantom.solids import Arches

MARGIN_MM = 18.0  # round the part of the spine a scan is meant to show, in adult mm

LARGEST_FOOT = 3.0
"""The margin below L5 is up to so many times the one above T4: with more than two, S1 is in the picture."""


class Route(StrEnum):
    """How a picture comes about: drawn in two and a half dimensions, or projected from solids by physics."""

    FAST = "fast"
    PHYSICAL = "physical"


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
        0 a radiograph, 1 a DXA picture: which tissues show.
    pixel_mm
        Pixel size of both pictures.
    look
        What the pictures look like: grain, sharpness, contrast, margins.
    route
        How they are made.
    """

    seed: int
    age_years: float | None = None
    fractured: float | None = None
    style: float = 1.0
    pixel_mm: float = 0.5
    look: Look = Look.PLAIN
    route: Route = Route.FAST


@dataclass(frozen=True)
class Exam:
    """One person seen from the side and from the front.

    Parameters
    ----------
    bone
        What an ideal densitometer would find; on the physical route only.
    """

    settings: ExamSettings
    anatomy: Anatomy
    views: dict[View, Scene]
    bone: BoneTruth | None = None


def draw_exam(
    settings: ExamSettings, meshes: Arches | None = None, views: Sequence[View] = tuple(View)
) -> Exam:
    """Draw a person and both pictures, or only some: the others do not change, and without AP there is no `bone`.

    Parameters
    ----------
    meshes
        Arches in place of the phantom's own, on the physical route: see `oiscan.phantom.meshes.read_arches`.
    """
    rng = np.random.default_rng([settings.seed, 1])
    return picture_exam(settings, draw_anatomy(rng, settings.age_years, settings.fractured), meshes, views)


def picture_exam(
    settings: ExamSettings, anatomy: Anatomy, meshes: Arches | None = None, views: Sequence[View] = tuple(View)
) -> Exam:
    """Pictures of a person who is there already: as `draw_exam`, but the seed draws the look of the pictures alone."""
    physical = settings.route is Route.PHYSICAL
    draw = partial(draw_physical_scene, meshes=meshes) if physical else draw_scene
    drawn = {view: _view(np.random.default_rng([settings.seed, 2 + i]), settings, anatomy, view, draw)
             for i, view in enumerate(View) if view in views}
    return Exam(settings, anatomy, drawn, bone_truth(anatomy, meshes) if physical and View.AP in views else None)


def _view(
    rng: np.random.Generator, settings: ExamSettings, anatomy: Anatomy, view: View, draw: Callable[..., Scene]
) -> Scene:
    """A lateral scan shows T4 to L5, an AP scan T12 to L5; how much of the sacrum comes with it differs."""
    across = anatomy.centre_mm[:, [0, 2] if view is View.LATERAL else [1, 2]]
    shown = across[3:SACRUM] if view is View.LATERAL else across[11:SACRUM]
    margin = MARGIN_MM * anatomy.size
    side = (55.0, 75.0) if view is View.LATERAL else (65.0, 65.0)
    low = shown.min(0) - [side[0] * anatomy.size, margin]
    high = shown.max(0) + [side[1] * anatomy.size, margin * rng.uniform(1, LARGEST_FOOT)]
    columns, rows = np.ceil((high - low) / settings.pixel_mm).astype(int)
    shape, scale = (int(rows), int(columns)), 1 / settings.pixel_mm
    return draw(rng, view, anatomy, shape, scale, low, settings.style, chain(settings.look, view))
