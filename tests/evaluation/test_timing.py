"""The benchmark's parts: a network of a stated cost, and stages that add up. No test depends on how long they take."""

from pathlib import Path

import numpy as np
import pytest

from oiscan.evaluation.timing import STAGES, stage_seconds
from oiscan.loaders import read
from oiscan.segmentation import Model


def test_the_peer_costs_what_it_says() -> None:
    """24 M parameters and 150 GFLOP, within five of a hundred; it runs, and gives maps of half the size."""
    pytest.importorskip("onnx")
    from oiscan.evaluation.peer import INPUT_SHAPE, OUTPUTS, peer_session

    session, cost = peer_session()
    assert cost["parameters_million"] == pytest.approx(24.2, rel=0.05)
    assert cost["gflop"] == pytest.approx(149, rel=0.05)
    (maps,) = session.run(None, {"image": np.ones(INPUT_SHAPE, np.float32)})
    assert maps.shape == (1, OUTPUTS, INPUT_SHAPE[2] // 2, INPUT_SHAPE[3] // 2)
    assert np.isfinite(maps).all()


def test_every_stage_is_a_function_that_is_called(model: Model) -> None:
    """A stage whose functions were renamed would silently take no time."""
    scan = next(Path(__file__).parents[2].glob("sample_data/*_lateral.dcm"))
    seconds = stage_seconds(read(scan), model)
    assert list(seconds) == [*STAGES, "decode"]
    assert all(one > 0 for one in seconds.values())
