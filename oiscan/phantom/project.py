"""Closed triangle meshes, and how much of them an X-ray passes.

No ray is traced. Seen along the rays, every triangle of a closed surface either faces the source or turns its back on
it; adding the depth of the one kind and taking away that of the other leaves, in each pixel, the length of the ray
inside the solid. Solids may touch or overlap: lengths add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from oiscan.scan import FloatArray

IntArray = npt.NDArray[np.int64]

_FRAGMENTS = 300_000
"""Pixels under triangles worked at a time: more would only cost memory."""
_OFF_CENTRE_PX = (1.7e-4, 2.9e-4)
"""Moves every mesh a hair, so that no vertex of a regular one lies exactly on the centre of a pixel."""


@dataclass(frozen=True)
class Mesh:
    """A closed surface, or several.

    Parameters
    ----------
    vertices
        (n, 3) in mm.
    faces
        (m, 3) vertices of each triangle, all turning the same way round seen from outside.
    """

    vertices: FloatArray
    faces: IntArray

    @property
    def volume_mm3(self) -> float:
        """Volume inside, negative where the triangles turn the other way round."""
        a, b, c = (self.vertices[self.faces[:, i]] for i in range(3))
        return float((a * np.cross(b, c)).sum() / 6)

    def moved(self, axes: FloatArray, to: npt.ArrayLike) -> Mesh:
        """The mesh in another frame: `axes` (3, 3) says where each of its own axes leads, `to` (3,) its origin."""
        return Mesh(self.vertices @ axes + np.asarray(to, float), self.faces)

    def inset(self, by_mm: float, ends_mm: float) -> Mesh:
        """The surface moved inwards by `by_mm`, where it faces up or down the picture by `ends_mm`."""
        normal = self._normals()
        depth = by_mm + (ends_mm - by_mm) * normal[:, 1:2] ** 2
        return Mesh(self.vertices - np.sign(self.volume_mm3) * depth * normal, self.faces)

    def _normals(self) -> FloatArray:
        a, b, c = (self.vertices[self.faces[:, i]] for i in range(3))
        face = np.repeat(np.cross(b - a, c - a)[:, None], 3, axis=1).reshape(-1, 3)
        at = self.faces.ravel()
        total = np.stack([np.bincount(at, face[:, i], len(self.vertices)) for i in range(3)], 1)
        return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """Several meshes as one."""
    vertices: list[FloatArray] = []
    faces: list[IntArray] = []
    count = 0
    for mesh in meshes:
        vertices.append(mesh.vertices)
        faces.append(mesh.faces + count)
        count += len(mesh.vertices)
    return Mesh(np.vstack(vertices), np.vstack(faces))


def loft(rings: npt.ArrayLike) -> Mesh:
    """The closed skin over rings (m, n, 3) that follow each other, of positive volume; both ends are covered."""
    rings = np.asarray(rings, float)
    vertices, faces = np.vstack([rings.reshape(-1, 3), rings[[0, -1]].mean(1)]), _skin(*rings.shape[:2])
    mesh = Mesh(vertices, faces)
    return mesh if mesh.volume_mm3 >= 0 else Mesh(vertices, faces[:, ::-1])


@cache
def _skin(m: int, n: int) -> IntArray:
    here = np.arange(n)
    after = np.roll(here, -1)
    start = n * np.arange(m - 1)[:, None]
    one = np.stack([start + here, start + after, start + n + here], -1)
    other = np.stack([start + after, start + n + after, start + n + here], -1)
    first, last = np.full(n, m * n), np.full(n, m * n + 1)
    covers = [np.stack([first, after, here], 1), np.stack([last, (m - 1) * n + here, (m - 1) * n + after], 1)]
    faces = np.vstack([one.reshape(-1, 3), other.reshape(-1, 3), *covers])
    faces.setflags(write=False)
    return np.asarray(faces, np.int64)


def thickness(
    mesh: Mesh, shape: tuple[int, int], pixels_per_mm: float, origin_mm: npt.ArrayLike = (0.0, 0.0)
) -> FloatArray:
    """How long each ray is inside the mesh.

    Parameters
    ----------
    mesh
        Its vertices are (x, y, depth) in mm: across the picture, down the picture, along the rays.
    shape
        (rows, columns) of the picture.
    origin_mm
        The point (x, y) at the centre of pixel (0, 0).

    Returns
    -------
    FloatArray
        (rows, columns) in mm. The rays are parallel.
    """
    points = mesh.vertices.copy()
    points[:, :2] = (points[:, :2] - np.asarray(origin_mm, float)) * pixels_per_mm + _OFF_CENTRE_PX
    points[:, 2] -= points[:, 2].mean()
    corners = points[mesh.faces]
    edge = corners[:, 1:, :2] - corners[:, :1, :2]
    twice_area = edge[:, 0, 0] * edge[:, 1, 1] - edge[:, 1, 0] * edge[:, 0, 1]
    first = np.ceil(corners[..., :2].min(1)).clip(0).astype(int)
    size = np.minimum(np.floor(corners[..., :2].max(1)).astype(int) + 1, shape[::-1]) - first
    seen = (size > 0).all(1) & (np.abs(twice_area) > 1e-9)
    total = _add_triangles(corners[seen], edge[seen], twice_area[seen], first[seen], size[seen], shape)
    return np.asarray(total * np.sign(mesh.volume_mm3)).clip(0)


def _add_triangles(
    corners: FloatArray,
    edge: FloatArray,
    twice_area: FloatArray,
    first: IntArray,
    size: IntArray,
    shape: tuple[int, int],
) -> FloatArray:
    """Sum of the triangles' signed depths in every pixel."""
    total = np.zeros(shape[0] * shape[1])
    count = size.prod(1)
    share = np.cumsum(count) // _FRAGMENTS
    plane = np.c_[corners[:, 0, 2], corners[:, 1:, 2] - corners[:, :1, 2]] * np.sign(twice_area)[:, None]
    for part in np.split(np.arange(len(count)), np.flatnonzero(np.diff(share)) + 1):
        which = np.repeat(part, count[part])
        nth = np.arange(len(which)) - np.repeat(np.cumsum(count[part]) - count[part], count[part])
        down, across = np.divmod(nth, size[which, 0])
        column, row = first[which, 0] + across, first[which, 1] + down
        x, y = column - corners[which, 0, 0], row - corners[which, 0, 1]
        area = twice_area[which]
        one = (x * edge[which, 1, 1] - edge[which, 1, 0] * y) / area
        other = (edge[which, 0, 0] * y - x * edge[which, 0, 1]) / area
        inside = (one >= 0) & (other >= 0) & (one + other < 1)
        which, one, other = which[inside], one[inside], other[inside]
        depth = plane[which, 0] + one * plane[which, 1] + other * plane[which, 2]
        total += np.bincount(row[inside] * shape[1] + column[inside], depth, len(total))
    return total.reshape(shape)
