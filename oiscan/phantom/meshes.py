"""Arches from scanned vertebrae, for those who have them: `vhp_lumbar_pelvis.npz`.

The archive holds whole vertebrae and their bodies alone, L1 to L5 of the male of the Visible Human Project (geometry of
Remus et al. 2021, PLoS ONE 16(4): e0250456; repository RemusR9/artisynth_lumbosacralSpineModel): `NAME_v` in steps of
0.02 mm, x to the front, z up; `NAME_f` the triangles. Bodies stay those the truth is made of; what a whole vertebra has
beyond its body is stretched to the person's measures. Thoracic levels take the arch of L1.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from oiscan.errors import ConfigError
from oiscan.phantom.ap_shape import Vertebra
from oiscan.phantom.project import Mesh, joined

ARCHIVE = "vhp_lumbar_pelvis.npz"
_STEP_MM = 0.02
_FIRST_LUMBAR = 12


def read_arches(folder: Path) -> Callable[[Vertebra], Mesh]:
    """What gives a vertebra its arch from the archive in `folder`, in place of `oiscan.phantom.solids.arch_solid`.

    Raises
    ------
    ConfigError
        If the archive is not there, or is another one.
    """
    try:
        with np.load(folder / ARCHIVE) as archive:
            shapes = [_arch(*(_mesh(archive, f"L{k}_{part}") for part in ("full", "body"))) for k in range(1, 6)]
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"the anatomy folder holds no usable {ARCHIVE}") from error

    def arch(vertebra: Vertebra) -> Mesh:
        shape = shapes[min(max(vertebra.index - _FIRST_LUMBAR, 0), 4)]
        return shape.moved(np.diag([vertebra.depth, vertebra.width, vertebra.arch_height]), np.zeros(3))

    return arch


def _mesh(archive: np.lib.npyio.NpzFile, name: str) -> Mesh:
    vertices = archive[f"{name}_v"] * [_STEP_MM, _STEP_MM, -_STEP_MM]  # z runs down here
    faces = archive[f"{name}_f"].astype(np.int64)
    mesh = Mesh(vertices, faces)
    return mesh if mesh.volume_mm3 > 0 else Mesh(vertices, faces[:, ::-1])


def _arch(whole: Mesh, body: Mesh) -> Mesh:
    """The whole less its body, which is turned inside out and so takes its own thickness away; in body sizes."""
    low, high = body.vertices.min(0), body.vertices.max(0)
    hollow = Mesh(body.vertices, body.faces[:, ::-1])
    scale = np.diag(1 / (high - low))
    return joined([whole, hollow]).moved(scale, -0.5 * (low + high) @ scale)
