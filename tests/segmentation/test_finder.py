import numpy as np
import pytest

from oiscan.segmentation.finder import Candidate, decode
from tests.segmentation.drawn import UNIFORM, candidate, quad

SHAPE = (20, 16)


def blank() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    level = np.full((18, *SHAPE), -np.log(18), np.float32)
    return np.full((2, *SHAPE), -9.0, np.float32), np.zeros((8, *SHAPE), np.float32), level


def put(maps: tuple[np.ndarray, ...], i: int, j: int, body: np.ndarray, logit: float, channel: int = 0) -> None:
    maps[0][channel, i, j] = logit
    maps[1][:, i, j] = ((body - [4 * j + 1.5, 4 * i + 1.5]) / 10).ravel()


def test_nothing_to_find() -> None:
    assert decode(*blank()) == []


def test_a_peak_becomes_a_candidate_with_its_corners_and_level() -> None:
    maps, body = blank(), quad(31, 42, 30, 22, degrees=10)
    put(maps, 10, 7, body, logit=2.0)
    maps[2][:, 9:12, 6:9] = np.log(0.1 / 17)
    maps[2][12, 9:12, 6:9] = np.log(0.9)
    (found,) = decode(*maps)
    assert found.score == pytest.approx(1 / (1 + np.exp(-2)))
    assert not found.sacrum
    np.testing.assert_allclose(found.corners_xy, body, atol=1e-3)
    np.testing.assert_allclose(found.centre_xy, [31, 42], atol=1e-3)
    assert np.exp(found.level_log_probabilities[12]) == pytest.approx(0.9, abs=1e-4)
    assert np.exp(found.level_log_probabilities).sum() == pytest.approx(1, abs=1e-4)


def test_cells_round_the_peak_vote_with_their_squared_score() -> None:
    maps = blank()
    put(maps, 10, 7, quad(30, 40), logit=np.log(0.8 / 0.2))
    put(maps, 10, 8, quad(35, 40), logit=np.log(0.4 / 0.6))
    (found,) = decode(*maps)
    assert found.centre_xy[0] == pytest.approx((0.64 * 30 + 0.16 * 35) / 0.8, abs=0.01)


def test_faint_peaks_are_none() -> None:
    maps = blank()
    put(maps, 10, 7, quad(30, 40), logit=np.log(0.19 / 0.81))
    assert decode(*maps) == []


def test_one_vertebra_seen_twice_is_one_candidate() -> None:
    maps = blank()
    put(maps, 10, 7, quad(30, 40), logit=2.0)
    put(maps, 12, 7, quad(30, 47), logit=1.0)
    put(maps, 16, 7, quad(30, 66), logit=0.0)
    assert [round(float(found.centre_xy[1])) for found in decode(*maps)] == [40, 66]


@pytest.mark.parametrize(("vertebra", "sacrum"), [(1.0, 0.5), (0.5, 1.0)])
def test_where_a_vertebra_and_s1_compete_the_surer_wins(vertebra: float, sacrum: float) -> None:
    maps = blank()
    put(maps, 10, 7, quad(30, 40), logit=vertebra)
    put(maps, 10, 7, quad(30, 40), logit=sacrum, channel=1)
    (found,) = decode(*maps)
    assert found.sacrum == (sacrum > vertebra)


def test_a_peak_at_the_edge_of_the_maps() -> None:
    maps = blank()
    put(maps, 0, 0, quad(4, 3), logit=2.0)
    np.testing.assert_allclose(decode(*maps)[0].centre_xy, [4, 3], atol=1e-3)


def test_shape_of_a_candidate() -> None:
    one = candidate(quad(10, 20, depth=40, height=10, degrees=90))
    assert (one.depth, one.height, one.size) == pytest.approx((40, 10, 20))
    np.testing.assert_allclose(one.down, [-1, 0], atol=1e-9)
    np.testing.assert_allclose(Candidate(0.5, np.zeros((4, 2)), UNIFORM).down, [0, 1])


@pytest.mark.parametrize("cell", [(0, 0), (0, 7), (9, 0), (9, 7), (9, 3)])
def test_a_peak_at_the_border_is_decoded_from_the_cells_there_are(cell: tuple[int, int]) -> None:
    heat = np.full((2, 10, 8), -9.0, np.float32)
    heat[0][cell] = 4.0
    level = np.full((18, 10, 8), np.log(1 / 18), np.float32)
    (candidate,) = decode(heat, np.zeros((8, 10, 8), np.float32), level)
    assert np.abs(candidate.centre_xy - [4 * cell[1] + 1.5, 4 * cell[0] + 1.5]).max() < 0.1
