"""One simulated picture with its truth: the physical route, from solids through X-rays to counts and bone mineral.

The same person, the same landmarks and outlines as on the fast route; only the picture comes about in another way.
The rays are parallel: a scanner's fan, which opens across the body only, is left out.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.phantom.anatomy import Anatomy
from oiscan.phantom.ap import ap_corners, ap_outline
from oiscan.phantom.ap_clutter import draw_clutter, draw_hardware
from oiscan.phantom.ap_shape import vertebrae
from oiscan.phantom.bone_mass import bone_map
from oiscan.phantom.canvas import DENSE, Canvas, noise_field
from oiscan.phantom.display import display
from oiscan.phantom.lateral import lateral_bodies, lateral_landmarks
from oiscan.phantom.lateral_trunk import draw_lateral_hardware
from oiscan.phantom.physics import Detector, Materials, bone_mineral, dual_energy, without_soft_tissue
from oiscan.phantom.scene import Scene
from oiscan.phantom.solids import Arches
from oiscan.phantom.trunk import soft_tissue
from oiscan.scan import FloatArray, ImageArray

_FILM_GAIN, _DXA_GAIN = 0.7, 0.5
"""Bring attenuation and mineral to the brightness the fast route draws bone with, which the looks were made for."""


def draw_physical_scene(
    rng: np.random.Generator,
    view: View,
    anatomy: Anatomy,
    shape: tuple[int, int],
    pixels_per_mm: float,
    origin_mm: FloatArray,
    style: float,
    chain: Callable[[np.random.Generator, ImageArray, float], ImageArray] = display,
    meshes: Arches | None = None,
) -> Scene:
    """Draw a person from one side; parameters as those of `oiscan.phantom.scene.draw_scene`.

    `style` 0 is what the low energy alone shows, 1 the bone mineral both energies give. `meshes` are other arches
    than the phantom's own, as `oiscan.phantom.meshes.read_arches` reads them.
    """
    canvas = Canvas(*shape, pixels_per_mm, origin_mm)
    materials = draw_materials(rng, view, anatomy, shape, pixels_per_mm, origin_mm, meshes)
    low, high = dual_energy(rng, materials, draw_detector(rng), pixels_per_mm)
    mineral = _mineral(low, high, materials, pixels_per_mm)
    film = _FILM_GAIN * _evened(low, pixels_per_mm)
    canvas.values = ((1 - style) * film + style * _DXA_GAIN * mineral).astype(np.float32)
    if view is View.LATERAL:
        bodies = lateral_bodies(anatomy)
        landmarks, outlines = lateral_landmarks(bodies), [body.outline for body in bodies[:17]]
        before = canvas.values.copy()
        draw_lateral_hardware(rng, anatomy, bodies, canvas)
        metal = canvas.values - before > DENSE
    else:
        landmarks, outlines = ap_corners(anatomy), ap_outline(anatomy)
        before = canvas.values.copy()
        if rng.random() < 0.06:
            draw_hardware(rng, canvas, vertebrae(anatomy))
        metal = canvas.values - before > DENSE
        draw_clutter(rng, canvas, style)
    return Scene(
        picture=chain(rng, canvas.values, pixels_per_mm),
        landmarks_px=canvas.to_pixels(landmarks),
        outlines_px=tuple(canvas.to_pixels(outline) for outline in outlines),
        pixels_per_mm=pixels_per_mm,
        anatomy=anatomy,
        metal=metal if metal.any() else None,
    )


def draw_materials(
    rng: np.random.Generator,
    view: View,
    anatomy: Anatomy,
    shape: tuple[int, int],
    pixels_per_mm: float,
    origin_mm: FloatArray,
    meshes: Arches | None = None,
) -> Materials:
    """What lies in each ray of a picture: the person's bones with this picture's texture, and soft tissue."""
    fine = noise_field(rng, *shape, rng.uniform(0.8, 1.6) * pixels_per_mm) * rng.uniform(0.05, 0.15)
    coarse = noise_field(rng, *shape, rng.uniform(4, 9) * pixels_per_mm) * rng.uniform(0, 0.1)
    texture = np.asarray(1 + fine + coarse, float).clip(0.3)
    bone = bone_map(anatomy, view, shape, pixels_per_mm, origin_mm, texture, meshes)
    lean, fat = soft_tissue(rng, view, anatomy, shape, pixels_per_mm, origin_mm)
    return Materials(bone, (lean - bone / 3).clip(0), fat)  # mineral of 3.2 g/cm3 takes the place of lean tissue


def draw_detector(rng: np.random.Generator) -> Detector:
    """Dose, scatter and sharpness of one scan."""
    return Detector(
        quanta=float(10 ** rng.uniform(5.6, 6.8)), scatter=rng.uniform(0, 0.05), blur_mm=rng.uniform(0.25, 0.5)
    )


def _evened(low: FloatArray, pixels_per_mm: float) -> FloatArray:
    """Most of the slow changes taken away, as radiographs are processed before anyone sees them."""
    small = cv2.resize(low, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    slow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 25 * pixels_per_mm / 8), low.shape[::-1])
    return np.asarray(low - 0.7 * slow)


def _mineral(low: FloatArray, high: FloatArray, materials: Materials, pixels_per_mm: float) -> FloatArray:
    """Bone mineral as the scanner gives it: nothing where the rays pass air alone.

    Which pixels lie beside the bones is taken from what was drawn; a scanner has to find them.
    """
    person = materials.lean + materials.fat > 1
    near = cv2.dilate((materials.bone > 0).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2)
    beside = person & (near == 0)
    return np.where(person, without_soft_tissue(bone_mineral(low, high), beside, pixels_per_mm), 0.0)
