"""Whole spines through to findings, worked by hand, and what must not change them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oiscan.anatomy import COLUMN, Level, View
from oiscan.grading import CRABTREE, GENANT_1993, assess
from oiscan.grading.doubt import Band
from oiscan.grading.proportions import PANJABI, Proportions
from oiscan.grading.remarks import APOPHYSIS, CUPID, NO_REFERENCE, SHORT_BACK, WEDGE
from oiscan.grading.verdict import BURNT_OUT, IMPOSSIBLE
from oiscan.report import Finding, Verdict
from oiscan.scan import FloatArray, PixelSpacing
from oiscan.spine import Evidence, Spine
from tests.grading.bodies import body, column, spine, vertebra

SQUARE = np.ones(2)
MM = PixelSpacing(1.0, 1.0, "user")
SOUND = (20.0, 20.0, 20.0)
ALIKE = replace(GENANT_1993, proportions=Proportions("all levels alike", {level.value: 20.0 for level in COLUMN}))
"""Losses are worked by hand on bodies that are normally as tall as one another."""


def middle_of(sizes: tuple[float, float, float]) -> Finding:
    """The finding on L2 when L1 and L3 are sound."""
    return assess(column({"L1": SOUND, "L2": sizes, "L3": SOUND}), SQUARE, scale=ALIKE)[1]


@pytest.mark.parametrize(
    ("sizes", "loss", "grade", "deformity"),
    [
        ((20, 15, 20), 25, 2, "biconcave"),  # a 20 x 24 mm body whose middle is cut by 5 mm
        ((20, 20, 20), 0, 0, ""),
        ((20, 16.01, 20), 19.95, 0, ""),
        ((20, 16, 20), 20, 1, "biconcave"),
        ((20, 15.01, 20), 24.95, 1, "biconcave"),
        ((20, 12, 20), 40, 2, "biconcave"),
        ((20, 11.99, 20), 40.05, 3, "biconcave"),
        ((16, 18, 20), 20, 1, "wedge"),
        ((10, 15, 20), 50, 3, "wedge"),
        ((15, 15, 15), 25, 2, "crush"),
        ((11, 11, 11), 45, 3, "crush"),
        ((22, 21, 20), 0, 0, ""),
    ],
)
def test_by_hand(sizes: tuple[float, float, float], loss: float, grade: int, deformity: str) -> None:
    finding = middle_of(sizes)
    assert finding.height_loss_percent == pytest.approx(loss)
    assert (finding.grade, finding.deformity) == (grade, deformity)


def test_bodies_of_normal_proportions_have_lost_nothing() -> None:
    """L5 is low and no crushed L4; as tall as its neighbours, it would be a tenth too tall."""
    sizes = {level.value: (height := PANJABI.at(level), height, height) for level in COLUMN[3:]}
    normal = assess(column(sizes), SQUARE)
    assert [finding.height_loss_percent for finding in normal] == pytest.approx([0] * len(sizes), abs=1e-9)
    assert [finding.ratio_posterior_trend for finding in normal] == pytest.approx([1] * len(sizes))
    crushed = {**sizes, "L5": tuple(0.75 * height for height in sizes["L5"])}
    assert assess(column(crushed), SQUARE)[-1].height_loss_percent == pytest.approx(25)


def test_millimetres_only_where_the_spacing_is_known() -> None:
    spine_ = column({"L1": SOUND, "L2": (18, 15, 20), "L3": SOUND})
    without, with_mm = (assess(spine_, SQUARE, spacing, ALIKE)[1] for spacing in (None, PixelSpacing(0.5, 0.5, "user")))
    assert (with_mm.anterior_height_mm, with_mm.middle_height_mm, with_mm.posterior_height_mm) == pytest.approx(
        (9, 7.5, 10)
    )
    assert with_mm.depth_mm == pytest.approx(np.hypot(24, 1) / 2)
    unknown = (without.anterior_height_mm, without.middle_height_mm, without.posterior_height_mm, without.depth_mm)
    assert unknown == (None,) * 4
    assert without.ratio_anterior_posterior == pytest.approx(0.9)
    assert without.ratio_middle_posterior == pytest.approx(0.75)
    assert without.ratio_posterior_reference == pytest.approx(1)
    assert without.posterior_reference == "L1 L3"


def test_the_finding_keeps_what_was_seen() -> None:
    finding = middle_of((20, 15, 20))
    assert finding.level is Level.L2
    assert finding.confidence == 0.9
    assert finding.landmarks_px[0] == (70.0, 38.0)
    assert finding.landmark_sd_px == pytest.approx((0.5,) * 6)
    assert len(finding.outline_px) == 6


def test_no_level_is_left_out() -> None:
    findings = assess(column({"T10": SOUND, "L1": SOUND}), SQUARE)
    assert [finding.level.value for finding in findings] == ["T10", "T11", "T12", "L1"]
    for finding in findings[1:3]:
        assert (finding.status, finding.reason) == (Verdict.UNREADABLE, Evidence.NOT_FOUND.value)
        assert (finding.confidence, finding.landmarks_px, finding.grade) == (None, (), None)
    assert findings[0].posterior_reference == "L1"


def test_levels_not_everyone_has_stand_only_where_seen() -> None:
    assert [f.level.value for f in assess(column({"T12": SOUND, "L1": SOUND}), SQUARE)] == ["T12", "L1"]
    assert [f.level.value for f in assess(column({"T13": SOUND, "L2": SOUND}), SQUARE)] == ["T13", "L1", "L2"]
    assert [f.level.value for f in assess(column({"L4": SOUND, "L6": SOUND}), SQUARE)] == ["L4", "L5", "L6"]


def test_nothing_seen_nothing_said() -> None:
    assert assess(Spine(View.LATERAL, ()), SQUARE) == ()


def without_numbers(finding: Finding) -> bool:
    numbers = (
        finding.anterior_height_mm, finding.middle_height_mm, finding.posterior_height_mm, finding.depth_mm,
        finding.ratio_anterior_posterior, finding.ratio_middle_posterior, finding.ratio_posterior_reference,
        finding.height_loss_percent, finding.grade, finding.width_mm, finding.height_mm, finding.area_cm2,
    )  # fmt: skip
    return numbers == (None,) * 12 and finding.deformity == ""


def unreadable_l2(landmarks: FloatArray, sd_px: float = 0.5, evidence: Evidence = Evidence.CLEAR) -> Finding:
    sound = [vertebra(Level(name), body(*SOUND)) for name in ("L1", "L3")]
    doubtful = vertebra(Level.L2, landmarks, sd_px, evidence)
    finding = assess(spine([sound[0], doubtful, sound[1]]), SQUARE, MM)[1]
    assert finding.status is Verdict.UNREADABLE
    assert without_numbers(finding)
    assert len(finding.landmarks_px) == 6
    return finding


@pytest.mark.parametrize("evidence", [Evidence.CUT, Evidence.FAINT, Evidence.NOT_FOUND])
def test_what_cannot_be_seen_is_unreadable(evidence: Evidence) -> None:
    assert unreadable_l2(body(*SOUND), evidence=evidence).reason == evidence.value


@pytest.mark.parametrize(
    "landmarks",
    [
        body(3.9, 12, 20),
        body(32.1, 26, 20),
        body(20, -5, 20),
        body(20, 0, 20),
        body(20, 20, 20, depth=0),
        body(*SOUND)[[0, 1, 3, 2, 4, 5]],
        np.full((6, 2), 7.0),
    ],
    ids=["anterior lost", "anterior too high", "endplates cross", "endplates touch", "no depth", "swapped", "a point"],
)
def test_impossible_landmarks_are_unreadable(landmarks: FloatArray) -> None:
    assert unreadable_l2(landmarks).reason == IMPOSSIBLE


@pytest.mark.parametrize("anterior", [4.1, 31.9])
def test_just_possible_landmarks_are_scored(anterior: float) -> None:
    assert middle_of((anterior, 14, 20)).status is Verdict.SCORED


def test_uncertain_landmarks_are_unreadable() -> None:
    assert unreadable_l2(body(*SOUND), sd_px=0.1201 * 24).reason == Evidence.FAINT.value
    sure = [vertebra(Level.L1, body(*SOUND), sd_px=0.1199 * 24)]
    assert assess(spine(sure), SQUARE)[0].status is Verdict.SCORED


def test_an_unreadable_vertebra_is_no_reference() -> None:
    hidden = vertebra(Level.L2, body(40, 40, 40), evidence=Evidence.FAINT)
    findings = assess(spine([vertebra(Level.L1, body(*SOUND)), hidden, vertebra(Level.L3, body(*SOUND))]), SQUARE)
    assert findings[0].posterior_reference == "L3"
    assert findings[0].grade == 0


def test_without_neighbours_a_crush_cannot_be_seen_and_is_said_so() -> None:
    finding = assess(column({"L1": (8, 8, 8)}), SQUARE)[0]
    assert (finding.grade, finding.ratio_posterior_reference, finding.posterior_reference) == (0, None, "")
    assert NO_REFERENCE in finding.remarks


@pytest.mark.parametrize(
    ("level", "anterior", "remarked", "grade"),
    [
        ("L1", 17.85, True, 0),
        ("L1", 17.87, False, 0),
        ("T10", 15.9, True, 1),
        ("L3", 17, True, 0),
        ("T9", 17, False, 0),
        ("L4", 17, False, 0),
    ],
)
def test_the_wedge_remark_changes_no_grade(level: str, anterior: float, remarked: bool, grade: int) -> None:
    finding = assess(column({level: (anterior, 20, 20)}), SQUARE)[0]
    assert (WEDGE in finding.remarks, finding.grade) == (remarked, grade)


def test_the_scale_is_the_callers() -> None:
    spine_ = column({"L1": SOUND, "L2": (20, 17, 20), "L3": SOUND})
    assert [assess(spine_, SQUARE, scale=scale)[1].grade for scale in (GENANT_1993, CRABTREE)] == [0, 1]


CORNERS = np.array([[0.0, 0.0], [0.0, 40.0], [30.0, 40.0], [30.0, 0.0]])


def ap(corners: FloatArray, spacing: PixelSpacing | None) -> Finding:
    return assess(Spine(View.AP, (vertebra(Level.L1, corners),)), SQUARE, spacing)[0]


def test_an_ap_vertebra_has_a_size_and_no_grade() -> None:
    finding = ap(CORNERS, PixelSpacing(1.0, 0.5, "user"))
    assert (finding.width_mm, finding.height_mm, finding.area_cm2) == pytest.approx((20, 30, 6))
    assert (finding.status, finding.grade, finding.height_loss_percent) == (Verdict.SCORED, None, None)
    without = ap(CORNERS, None)
    assert without.status is Verdict.SCORED
    assert without_numbers(without)


def test_an_ap_vertebra_without_outline_has_no_area() -> None:
    bare = replace(vertebra(Level.L1, CORNERS), outline_px=np.zeros((0, 2)))
    finding = assess(Spine(View.AP, (bare,)), SQUARE, MM)[0]
    assert (finding.width_mm, finding.area_cm2) == (40, None)


def test_impossible_corners_are_unreadable() -> None:
    for corners in (CORNERS[[0, 2, 1, 3]], CORNERS * [0, 1], CORNERS * [1, 0]):
        assert ap(corners, MM).reason == IMPOSSIBLE


sizes = st.tuples(*[st.floats(8, 24)] * 3)
spines = st.lists(sizes, min_size=1, max_size=6).map(
    lambda rows: column({f"T{i}": row for i, row in enumerate(rows, 1)})
)


def moved(spine_: Spine, matrix: FloatArray) -> Spine:
    """The spine with each point multiplied by a matrix, as if the picture had been stored differently."""
    return replace(
        spine_,
        vertebrae=tuple(
            replace(
                v,
                landmarks_px=v.landmarks_px @ matrix.T,
                covariance_px=matrix @ v.covariance_px @ matrix.T,
                outline_px=v.outline_px @ matrix.T,
            )
            for v in spine_.vertebrae
        ),
    )


def verdicts(findings: tuple[Finding, ...]) -> list[tuple[str, str, float | None]]:
    return [
        (f.status.value, f.reason, None if f.height_loss_percent is None else round(f.height_loss_percent, 6))
        for f in findings
    ]


@given(spines)
def test_grades_do_not_depend_on_how_the_picture_is_stored(spine_: Spine) -> None:
    truth = verdicts(assess(spine_, SQUARE))
    mirrored, upside_down, turned = np.diag([1.0, -1.0]), np.diag([-1.0, 1.0]), np.array([[0.8, -0.6], [0.6, 0.8]])
    for matrix in (mirrored, upside_down, turned, np.eye(2) * 0.37, mirrored @ upside_down):
        assert verdicts(assess(moved(spine_, matrix), SQUARE)) == truth
    halved_rows = moved(spine_, np.diag([0.5, 1.0]))
    assert verdicts(assess(halved_rows, np.array([2.0, 1.0]))) == truth
    assert verdicts(assess(halved_rows, np.array([0.5, 0.25]))) == truth
    assert verdicts(assess(halved_rows, SQUARE, PixelSpacing(0.5, 0.25, "user"))) == truth


@given(st.floats(5, 20), st.floats(5, 20))
def test_a_deeper_dent_is_never_a_lower_grade(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for dented in (lambda h: (20, h, 20), lambda h: (h, 20, 20), lambda h: (h, h, h)):
        deep, shallow = middle_of(dented(low)), middle_of(dented(high))
        assert deep.grade is not None and shallow.grade is not None
        assert deep.grade >= shallow.grade


EXACT = Band(math.inf)


def test_with_hardly_any_error_the_doubt_changes_nothing() -> None:
    sure = [vertebra(Level(name), body(*sizes, centre=(50 + 30 * i, 50)), sd_px=0.001)
            for i, (name, sizes) in enumerate({"L1": SOUND, "L2": (20, 15, 20), "L3": SOUND}.items())]  # fmt: skip
    plain, doubted = (assess(spine(sure), SQUARE, MM, band=band)[1] for band in (None, EXACT))
    assert (plain.grade, plain.grade_probabilities, plain.standard_errors) == (2, (), {})
    assert (plain.height_loss_interval_percent, plain.borderline) == ((), ())
    assert doubted.height_loss_percent == pytest.approx(25, abs=0.05)
    assert doubted.ratio_middle_posterior == plain.ratio_middle_posterior


def test_doubt_becomes_probabilities_and_a_borderline_grade() -> None:
    """hm/hp of 0.799 with landmarks that err by 0.2 of 20: the loss of 20.1 % may as well be less than 20."""
    seen = [vertebra(Level(name), body(*sizes, centre=(50 + 30 * i, 50)), sd_px=0.2)
            for i, (name, sizes) in enumerate({"L1": SOUND, "L2": (20, 15.98, 20), "L3": SOUND}.items())]  # fmt: skip
    finding = assess(spine(seen), SQUARE, MM, band=EXACT)[1]
    assert finding.borderline == (0, 1)
    assert sum(finding.grade_probabilities) == pytest.approx(1)
    low, high = finding.height_loss_interval_percent
    assert low < 20.1 < high
    assert finding.standard_errors["posterior_height_mm"] == pytest.approx(0.2 * 2**0.5)
    assert finding.standard_errors["ratio_posterior_reference"] > 0.03  # nature's scatter is in it
    assert "ratio_posterior_reference" in finding.standard_errors


def test_measures_of_shape() -> None:
    sizes = {"T12": SOUND, "L1": SOUND, "L2": (18, 15, 20), "L3": SOUND, "L4": SOUND}
    finding = assess(column(sizes), SQUARE, MM, ALIKE)[2]
    depth = np.hypot(24, 1)
    assert finding.ratio_middle_anterior == pytest.approx(15 / 18)
    assert (finding.ratio_anterior_depth, finding.ratio_middle_depth, finding.ratio_posterior_depth) == pytest.approx(
        (18 / depth, 15 / depth, 20 / depth)
    )
    assert finding.area_cm2 == pytest.approx((20 + 15 + 15 + 18) / 2 * 12 / 100)  # two trapezia, 12 mm each
    assert finding.ratio_posterior_trend == pytest.approx(1)


def test_a_burnt_out_body_is_unreadable() -> None:
    finding = assess(column({"L1": SOUND, "L2": SOUND}), SQUARE, burnt_out=(Level.L2,))[1]
    assert (finding.status, finding.reason, finding.grade) == (Verdict.UNREADABLE, BURNT_OUT, None)


@pytest.mark.parametrize(
    ("level", "sizes", "remark"),
    [
        ("T12", (15.5, 18, 20), APOPHYSIS),
        ("L4", (20, 15.5, 20), CUPID),
        ("L5", (18, 16, 15), SHORT_BACK),
    ],
)
def test_look_alikes_are_remarks(level: str, sizes: tuple[float, float, float], remark: str) -> None:
    levels = {"T12": ("T11", "L1"), "L4": ("L3", "L5"), "L5": ("L3", "L4")}[level]
    bodies = dict.fromkeys(levels, SOUND) | {level: sizes}
    ordered = {name: bodies[name] for name in Level if name in bodies}
    finding = next(f for f in assess(column(ordered), SQUARE) if f.level == level)
    assert remark in finding.remarks
    assert finding.grade is not None and finding.grade >= 1
    assert all(remark not in other.remarks for other in assess(column(ordered), SQUARE) if other.level != level)
