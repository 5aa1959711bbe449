"""The soft tissue round a simulated spine as closed solids: skin, fat, lungs, and gas in the bowel.

Proportions are round figures of atlases, scaled with the person (unverified). They cast shadows and carry no truth.
"""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.phantom.canvas import noise_field
from oiscan.phantom.project import Mesh, joined, loft, thickness
from oiscan.phantom.solids import own_rng, person_axes
from oiscan.scan import FloatArray

LEAN_G_CM3, FAT_G_CM3 = 1.05, 0.95
_LUNG_AIR = 0.72
"""Share of a lung that is air."""
_COARSE = 4
"""Soft tissue has no fine edges: it is projected on a grid so many times coarser."""
_RING = np.linspace(0, 2 * np.pi, 40, endpoint=False)


def soft_tissue(
    rng: np.random.Generator,
    view: View,
    anatomy: Anatomy,
    shape: tuple[int, int],
    pixels_per_mm: float,
    origin_mm: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Lean tissue and fat in each ray, g/cm2 (rows, columns) each.

    The body is the person's own; gas and the mottle of organs are this picture's.
    """
    small = (-(-shape[0] // _COARSE), -(-shape[1] // _COARSE))
    start = np.asarray(origin_mm) + 0.5 * (_COARSE - 1) / pixels_per_mm

    def through(mesh: Mesh) -> FloatArray:
        seen = mesh.moved(person_axes(view), np.zeros(3))
        coarse = thickness(seen, small, pixels_per_mm / _COARSE, start) / 10
        wide = cv2.resize(coarse, (small[1] * _COARSE, small[0] * _COARSE), interpolation=cv2.INTER_LINEAR)
        return np.asarray(wide[: shape[0], : shape[1]])

    skin, under = _trunk(anatomy)
    whole, inner = through(skin), through(under)
    inner = np.minimum(inner, whole)
    air = np.minimum(_LUNG_AIR * through(joined(_lungs(anatomy))) + through(joined(_gas(rng, anatomy))), 0.8 * inner)
    mottle = 1 + noise_field(rng, *shape, rng.uniform(8, 25) * pixels_per_mm) * rng.uniform(0.005, 0.03)
    share = own_rng(anatomy, 5).uniform(0.05, 0.2)  # fat between the organs
    fat = (whole - inner + share * (inner - air)) * FAT_G_CM3
    return np.asarray((1 - share) * (inner - air) * LEAN_G_CM3 * mottle), np.asarray(fat)


def _trunk(anatomy: Anatomy) -> tuple[Mesh, Mesh]:
    """Skin, and what lies under the fat below it, from shoulders to thighs."""
    rng, size = own_rng(anatomy, 4), anatomy.size
    top, bottom = anatomy.centre_mm[0, 2] - 150 * size, anatomy.centre_mm[SACRUM, 2] + 200 * size
    z = np.linspace(top, bottom, 12)
    middle = [np.interp(z, anatomy.centre_mm[:, 2], anatomy.centre_mm[:, i]) for i in (0, 1)]
    middle[1] = np.full(len(z), anatomy.centre_mm[8:, 1].mean())
    girth = rng.uniform(0.85, 1.15)
    deep, wide = rng.uniform(88, 108) * girth * size, rng.uniform(120, 145) * girth * size
    bulge = 1 + np.interp(np.linspace(0, 1, 12), [0, 0.3, 0.6, 1], [-0.1, 0, -0.05, 0.05]) + rng.normal(0, 0.01, 12)
    behind = rng.uniform(55, 68) * size  # the middle of a body lies so far under the skin of the back
    fat = rng.uniform(4, 20) * size * girth
    meshes = []
    for lost in (0.0, fat):
        a, b = deep * bulge - lost, wide * bulge - lost
        x = (middle[0] - behind + deep * bulge)[:, None] + a[:, None] * np.cos(_RING)
        y = middle[1][:, None] + b[:, None] * np.sin(_RING)
        meshes.append(loft(np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1)))
    return meshes[0], meshes[1]


def _lungs(anatomy: Anatomy) -> list[Mesh]:
    """Two half-domes above the diaphragm, beside and before the spine."""
    rng, size = own_rng(anatomy, 6), anatomy.size
    dome = anatomy.centre_mm[int(rng.integers(9, 12)), 2]
    apex = anatomy.centre_mm[1, 2]
    z = np.linspace(apex, dome + 25 * size, 12)
    t = np.linspace(0, 1, 12)
    full = np.sqrt(np.clip(1 - (1 - t) ** 2.5, 0, 1)) * np.sqrt(np.clip(1 - t**3, 0, 1))
    spine = np.interp(z, anatomy.centre_mm[:, 2], anatomy.centre_mm[:, 0])
    lungs = []
    for side in (-1, 1):
        x = (spine + 22 * size)[:, None] + (70 * size * full)[:, None] * np.cos(_RING)
        y = anatomy.centre_mm[8, 1] + side * (66 * size + (48 * size * full)[:, None] * np.sin(_RING))
        sunk = z[:, None] + (x - x.mean()) * -0.35 * t[:, None] ** 2  # the recess behind reaches deeper
        lungs.append(loft(np.stack([x, y, sunk], -1)))
    return lungs


def _gas(rng: np.random.Generator, anatomy: Anatomy) -> list[Mesh]:
    """Bubbles in the bowel, before the lumbar spine."""
    size = anatomy.size
    bubbles = []
    for _ in range(int(rng.integers(1, 9))):
        at = anatomy.centre_mm[int(rng.integers(11, 17))]
        at = at + np.array([rng.uniform(45, 110), rng.normal(0, 45), rng.normal(0, 15)]) * size
        bubbles.append(_ball(at, rng.uniform(4, 16, 3) * size))
    return bubbles


def _ball(middle: FloatArray, radius: FloatArray) -> Mesh:
    height = np.linspace(-0.98, 0.98, 8)[:, None]
    wide = np.sqrt(1 - height**2)
    x, y = wide * np.cos(_RING[::2]), wide * np.sin(_RING[::2])
    return loft(middle + radius * np.stack([x, y, np.broadcast_to(height, x.shape)], -1))
