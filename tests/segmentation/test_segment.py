import re
from dataclasses import replace

import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level, View
from oiscan.errors import LevelError, UnsupportedScanError
from oiscan.scan import PixelSpacing, Scan, StoredFrame
from oiscan.segmentation import segment
from oiscan.segmentation.refiner import Refined
from oiscan.segmentation.segment import (
    MOSTLY_UNCLEAR,
    NAMED_BY_READER,
    NO_COLUMN,
    READ_AS_NEGATIVE,
    Place,
    _naming_notes,
    _without_false_ends,
)
from oiscan.spine import Evidence, Numbering, Spine, StatedLevel
from tests.segmentation.drawn import DrawnModel, candidate, column, draw, quad

VIEWS = list(View)
CORNERS = {View.LATERAL: [0, 2, 3, 5], View.AP: [0, 1, 2, 3]}


def scan(
    quads: list[np.ndarray],
    view: View | None = View.LATERAL,
    mm: tuple[float, float] = (1.0, 1.0),
    size_mm: tuple[float, float] = (300.0, 200.0),
    known: bool = True,
    upside_down: bool = False,
) -> Scan:
    """A picture of bodies given in mm."""
    pixels = draw(quads, round(size_mm[0] / mm[0]), round(size_mm[1] / mm[1]), mm)
    frame = StoredFrame(*pixels.shape, upside_down=upside_down)
    return Scan(pixels, frame, "0" * 64, view=view, spacing=PixelSpacing(*mm, source="test") if known else None)


def names(spine: Spine) -> list[str]:
    return [vertebra.level.value for vertebra in spine.vertebrae]


def corners_of(spine: Spine) -> np.ndarray:
    return np.array([vertebra.landmarks_px[CORNERS[spine.view]] for vertebra in spine.vertebrae])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("mm", [(1.0, 1.0), (0.5, 0.5), (1.3, 0.65)])
def test_every_vertebra_is_found_named_and_placed(view: View, mm: tuple[float, float]) -> None:
    quads = column(8, depth=32.0)
    spine = segment(scan(quads, view, mm), DrawnModel())
    assert spine.view is view
    assert names(spine) == ["T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5"]
    np.testing.assert_allclose(corners_of(spine), np.array(quads)[..., ::-1] / mm, atol=1.2 / min(mm))
    assert all(vertebra.evidence is Evidence.CLEAR for vertebra in spine.vertebrae)
    assert all(vertebra.confidence == pytest.approx(0.95) for vertebra in spine.vertebrae)
    assert spine.notes == ()


@pytest.mark.parametrize("view", VIEWS)
def test_a_picture_whose_bone_is_dark_is_read_all_the_same_and_told_so(view: View) -> None:
    """The front of a body is its brightest part, and its darkest in the negative: a negative that is read as a
    positive shows no bright body at all, so only exchanging bright and dark finds one."""
    given = scan(column(8, depth=32.0), view)
    dark = replace(given, pixels=1 - given.pixels)
    right, told = segment(given, DrawnModel()), segment(dark, DrawnModel())
    assert READ_AS_NEGATIVE in told.notes
    assert READ_AS_NEGATIVE not in right.notes
    np.testing.assert_allclose(corners_of(told), corners_of(right), atol=0.5)


def test_a_patient_facing_left_is_mirrored_and_told_so() -> None:
    right = segment(scan(column(7)), DrawnModel())
    left = segment(scan([body[[1, 0, 3, 2]] for body in column(7)]), DrawnModel())
    assert (right.anterior, left.anterior) == ("right", "left")
    assert names(left) == names(right)
    np.testing.assert_allclose(corners_of(left)[:, [1, 0, 3, 2]], corners_of(right), atol=1.0)
    assert left.vertebrae[0].covariance_px[0] == pytest.approx(right.vertebrae[0].covariance_px[0], abs=0.1)


def test_an_ap_scan_has_no_front_and_is_never_mirrored() -> None:
    spine = segment(scan([body[[1, 0, 3, 2]] for body in column(7)], View.AP), DrawnModel())
    assert spine.anterior == ""
    assert (corners_of(spine)[:, 0, 1] < corners_of(spine)[:, 1, 1]).all()


def test_landmarks_are_those_of_the_stored_image() -> None:
    quads = column(6)
    spine = segment(scan(quads, upside_down=True), DrawnModel())
    expected = np.array(quads)[..., ::-1] * [-1, 1] + [299, 0]
    np.testing.assert_allclose(corners_of(spine), expected, atol=1.2)
    assert names(spine)[0] == "T12"
    outline = spine.vertebrae[0].outline_px
    assert abs(outline[:, 0].mean() - expected[0, :, 0].mean()) < 1


@pytest.mark.parametrize("depth", [16.0, 45.0])
def test_children_and_large_bodies_are_looked_at_once_more_at_the_right_size(depth: float) -> None:
    model, shape = DrawnModel(), {"depth": depth, "height": 0.7 * depth}
    quads = column(6, top=depth, step=0.9 * depth, **shape)
    spine = segment(scan(quads), model)
    assert len(spine.vertebrae) == 6
    assert len(model.looked_at) == 3
    assert model.looked_at[-1][0] == pytest.approx(300 * 31 / depth, rel=0.08)


@pytest.mark.parametrize("mm", [0.4, 0.9])
def test_without_spacing_the_size_is_found(mm: float) -> None:
    quads = column(8)
    spine = segment(scan(quads, mm=(mm, mm), known=False), DrawnModel())
    assert names(spine)[-1] == "L5"
    np.testing.assert_allclose(corners_of(spine), np.array(quads)[..., ::-1] / mm, atol=1.2 / mm)


def test_a_wrong_spacing_does_not_hide_the_spine() -> None:
    pixels = draw(column(8), 300, 200)
    wrong = Scan(pixels, StoredFrame(300, 200), "0" * 64, View.LATERAL, PixelSpacing(0.1, 0.1, "test"))
    assert len(segment(wrong, DrawnModel()).vertebrae) == 8


def test_a_vertebra_nobody_saw_keeps_its_place_and_level() -> None:
    quads = column(8)
    del quads[3]
    spine = segment(scan(quads), DrawnModel(last=16))
    assert Level.L1 not in [vertebra.level for vertebra in spine.vertebrae]
    assert len(spine.vertebrae) == 7
    levels = [COLUMN.index(vertebra.level) for vertebra in spine.vertebrae]
    assert np.diff(levels).tolist() == [1, 1, 2, 1, 1, 1]


class LooksSkip(DrawnModel):
    """Whatever lies above `row` of the picture looks one level higher than its place among the bodies says."""

    def __init__(self, row: int) -> None:
        super().__init__()
        self.row = row

    def find(self, view: View, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        heat, corners, level = super().find(view, image)
        above = slice(0, self.row // 4)
        level[:, above] = np.roll(level[:, above], -1, axis=0)
        return heat, corners, level


def test_a_crushed_vertebra_nobody_saw_keeps_its_level_where_the_looks_of_the_others_skip_it() -> None:
    upper, lower = column(5), [body + [0, 12] for body in column(5, top=40 + 5 * 28)]  # too near for distance alone
    assert names(segment(scan([*upper, *lower]), DrawnModel())) == [level.value for level in COLUMN[7:]]
    spine = segment(scan([*upper, *lower]), LooksSkip(row=170))
    assert names(spine) == [level.value for level in (*COLUMN[6:11], *COLUMN[12:])]


def test_s1_names_the_last_vertebra_and_is_none_itself() -> None:
    spine = segment(scan(column(6)), DrawnModel(sacrum=True))
    assert names(spine) == ["L1", "L2", "L3", "L4", "L5"]
    assert spine.numbering is not None
    assert spine.numbering.anchor == "sacrum"


def test_a_vertebra_at_the_edge_is_cut_and_kept() -> None:
    spine = segment(scan(column(6, top=8.0)), DrawnModel())
    assert [vertebra.evidence for vertebra in spine.vertebrae] == [Evidence.CUT] + [Evidence.CLEAR] * 5


class Doubtful(DrawnModel):
    """Trusts only the crops `trusted` of the column."""

    def __init__(self, trusted: list[bool]) -> None:
        super().__init__()
        self.trusted = trusted

    def refine(self, view: View, crops: np.ndarray) -> tuple[np.ndarray, ...]:
        landmarks, covariance, _, doubled, mask = super().refine(view, crops)
        return landmarks, covariance, np.where(self.trusted, 0.9, 0.2), doubled, mask


def test_a_doubted_foot_is_dropped_and_doubt_at_the_head_and_in_between_is_told() -> None:
    """The stand-in's finder is sure of all it sees."""
    spine = segment(scan(column(8)), Doubtful([False, False, True, True, False, True, True, False]))
    assert names(spine) == ["T10", "T11", "T12", "L1", "L2", "L3", "L4"]
    faint = [True, True, False, False, True, False, False]
    assert [vertebra.evidence is Evidence.FAINT for vertebra in spine.vertebrae] == faint


@pytest.mark.parametrize(
    ("scores", "kept"),
    [
        ((0.4, 0.49, 0.9, 0.9), [2, 3]),
        ((0.4, 0.5, 0.4, 0.9), [1, 2, 3]),  # below a vertebra the finder is sure of nothing is an end
        ((0.9, 0.9, 0.9, 0.9), [0, 1, 2, 3]),
        ((0.4, 0.4, 0.4, 0.4), []),
    ],
)
def test_a_doubted_head_is_dropped_where_the_finder_doubts_it_too(scores: tuple[float, ...], kept: list[int]) -> None:
    last = replace(place(0.9), refined=replace(place(0.9).refined, quality=0.9))
    places = [*(place(score) for score in scores), last]
    found, dropped = _without_false_ends(places)
    assert found == [places[i] for i in kept] + [last]
    assert dropped == 0


def place(score: float) -> Place:
    """One whose landmarks the refiner does not trust."""
    body = quad(50, 50)
    refined = Refined(np.zeros((4, 2)), np.zeros((4, 2, 2)), body, body, 0.02, 0.2, 0.0)
    return Place(candidate(body, score), refined, Evidence.FAINT)


def test_mostly_doubtful_vertebrae_are_worth_a_note() -> None:
    spine = segment(scan(column(8)), Doubtful([True, *[False] * 6, True]))
    assert spine.notes == (MOSTLY_UNCLEAR,)


@pytest.mark.parametrize("quads", [[], column(2), [quad(30, 30), quad(150, 40), quad(40, 250), quad(170, 200)]])
@pytest.mark.parametrize("view", VIEWS)
def test_no_column_is_said_and_not_invented(quads: list[np.ndarray], view: View) -> None:
    spine = segment(scan(quads, view), DrawnModel())
    assert spine == Spine(view, (), None, notes=(NO_COLUMN,))


def test_a_curved_spine_on_an_ap_scan_is_worth_a_note() -> None:
    angles = np.linspace(-15, 15, 8)
    step = 30 * np.stack([-np.sin(np.radians(angles)), np.cos(np.radians(angles))], 1)
    at = np.array([100.0, 10.0]) + np.cumsum(step, axis=0)
    quads = [quad(x, y, 36, 24, degrees=angle) for (x, y), angle in zip(at, angles, strict=True)]
    spine = segment(scan(quads, View.AP), DrawnModel())
    assert len(spine.vertebrae) == 8
    (note,) = spine.notes
    assert re.fullmatch("curved spine: the tilt of its vertebrae differs by (29|30|31) degrees", note)


def test_an_unknown_view_is_refused_with_a_remedy() -> None:
    with pytest.raises(UnsupportedScanError, match="view") as refused:
        segment(scan(column(6), view=None), DrawnModel())
    assert "--view" in refused.value.remedy


@pytest.mark.parametrize("shape", [(2, 2), (3, 700), (700, 3)])
@pytest.mark.parametrize("view", VIEWS)
def test_tiny_and_odd_pictures_hold_no_spine(shape: tuple[int, int], view: View) -> None:
    noise = np.random.default_rng(0).random(shape).astype(np.float32)
    assert segment(Scan(noise, StoredFrame(*shape), "0" * 64, view), DrawnModel()).vertebrae == ()


def test_more_than_seventeen_cannot_be_named() -> None:
    quads = column(19, top=20.0, step=26.0, height=20.0)
    spine = segment(scan(quads, size_mm=(520.0, 150.0)), DrawnModel(last=17))
    assert [vertebra.level for vertebra in spine.vertebrae] == list(COLUMN)


def test_names_that_are_not_sure_carry_a_note() -> None:
    assert _naming_notes(Numbering("sacrum", 0.95, ((1, 0.04),))) == ()
    unsure = Numbering("sacrum", 0.7, ((1, 0.28), (-1, 0.02)), (("six lumbar vertebrae (L1-L6)", 0.2),))
    assert _naming_notes(unsure) == (
        "check the levels: named by sacrum, 70% likely; else +1 level (28%), -1 level (2%); "
        "six lumbar vertebrae (L1-L6) (20%)",
    )


def test_two_s1_one_below_the_other_on_an_ap_scan_make_the_upper_one_l5() -> None:
    class TwoSacrums(DrawnModel):
        """Takes the two lowest bodies for S1, the upper of them looking like L5."""

        def find(self, view: View, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            heat, corners, level = super().find(view, image)
            i, j = np.argwhere(heat[0] > 0)[-1]
            heat[1, i, j], heat[0, i, j] = heat[0, i, j], -12.0
            return heat, corners, level

    spine = segment(scan(column(6, depth=36.0), View.AP), TwoSacrums(sacrum=True))
    assert names(spine) == ["L1", "L2", "L3", "L4", "L5"]


def test_a_reader_names_the_lowest_whole_vertebra() -> None:
    """The lowest one of six is cut off by the edge at row 170, so the fifth bears the name."""
    quads = column(6, top=30.0)
    spine = segment(scan(quads, size_mm=(178.0, 200.0)), DrawnModel(), StatedLevel(Level.L3))
    assert spine.vertebrae[-1].evidence is Evidence.CUT
    assert names(spine) == ["T11", "T12", "L1", "L2", "L3", "L4"]
    assert spine.numbering == Numbering("reader", 1.0)
    assert spine.notes == (NAMED_BY_READER,)


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_reader_points_at_a_vertebra_of_the_stored_image(upside_down: bool) -> None:
    quads = column(6)
    x, y = quads[1].mean(0) + [9, 6]
    at = (299 - y if upside_down else y, x)
    spine = segment(scan(quads, upside_down=upside_down), DrawnModel(), StatedLevel(Level.L1, at))
    assert names(spine) == ["T12", "L1", "L2", "L3", "L4", "L5"]


def test_a_reader_cannot_name_what_is_not_there() -> None:
    with pytest.raises(LevelError, match="no vertebra was found at row 5, column 7"):
        segment(scan(column(6)), DrawnModel(), StatedLevel(Level.L3, (5.0, 7.0)))
