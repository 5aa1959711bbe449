"""Arches of scanned vertebrae."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.phantom.ap_shape import vertebrae
from oiscan.phantom.meshes import ARCHIVE, read_arches
from oiscan.phantom.project import loft, thickness
from oiscan.phantom.solids import bones
from tests.phantom.people import straight_person

SHARED = Path(__file__).parents[3] / "shared" / "anatomy"


def brick(low: list[float], high: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """A box as the archive writes it."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    mesh = loft([[(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)] for x in (x0, x1)])
    return np.round(mesh.vertices * 50).astype(np.int16), mesh.faces.astype(np.uint16)


def test_an_arch_is_the_whole_less_its_body_at_the_size_of_the_person(tmp_path: Path) -> None:
    held = {}
    for k in range(1, 6):  # a body of 20 x 30 x 10 mm with a bar of 20 x 6 x 10 mm behind it
        held[f"L{k}_full_v"], held[f"L{k}_full_f"] = brick([-20, -3, 0], [20, 3, 10])
        held[f"L{k}_body_v"], held[f"L{k}_body_f"] = brick([0, -3, 0], [20, 3, 10])
    np.savez(tmp_path / ARCHIVE, **held)
    lumbar = vertebrae(straight_person())[13]  # 30 deep, 40 wide, 25 high
    arch = read_arches(tmp_path)(lumbar)
    side = arch.moved(np.array([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]]), np.zeros(3))
    seen = thickness(side, (1, 4), 0.1, (-36.0, 0.0))[0]  # the bar reaches from x = -45 to -15
    assert seen == pytest.approx([40, 40, 40, 0], abs=1e-6)


@pytest.mark.parametrize("write", [None, b"not an archive"])
def test_a_folder_without_the_archive_is_told(tmp_path: Path, write: bytes | None) -> None:
    if write is not None:
        (tmp_path / ARCHIVE).write_bytes(write)
    with pytest.raises(ConfigError, match="anatomy folder"):
        read_arches(tmp_path)


@pytest.mark.skipif(not SHARED.exists(), reason="the meshes are not at hand")
def test_scanned_arches_lie_behind_the_bodies() -> None:
    anatomy = straight_person()
    own = bones(anatomy, View.LATERAL, read_arches(SHARED))
    seen = thickness(own.arches, (400, 120), 1.0, (-80.0, -20.0))
    behind, before = seen[:, :65].sum(), seen[:, 85:].sum()
    assert behind > 10 * before  # the archive's bodies do not quite fill its whole vertebrae
