"""Totals by hand: sums of vertebrae, the body less its head, and what a printed total says otherwise."""

from dataclasses import replace

import pytest

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.printed.exclusion import Exclusion
from oiscan.densitometry.printed.totals import (
    NOT_NEIGHBOURS,
    NOT_PRINTED,
    STRICT,
    body_less_head,
    disagreements,
    spine_total,
)
from oiscan.densitometry.regions import BoneRegion, are_neighbours, levels_of, region_of

SPINE = {
    Level.L1: BoneRegion("L1", 4.0, 8.0),
    Level.L2: BoneRegion("L2", 5.0, 9.0),
    Level.L3: BoneRegion("L3", 6.0, 10.0),
    Level.L4: BoneRegion("L4", 9.0, 13.0),
}
L2_OUT = Exclusion(Level.L2, "hardware")


def test_bmc_and_area_are_summed_and_density_is_their_quotient() -> None:
    total = spine_total(SPINE, LUMBAR)
    assert total.bone is not None
    assert (total.region, total.levels, total.excluded) == ("L1-L4", LUMBAR, ())
    assert (total.bone.bmc_g, total.bone.area_cm2, total.bone.abmd_g_cm2) == (24.0, 40.0, 0.6)  # no mean: that is 0.587
    lower = spine_total(SPINE, LUMBAR[1:]).bone
    assert lower is not None and lower.region == "L2-L4"
    assert (lower.bmc_g, lower.area_cm2, lower.abmd_g_cm2) == (20.0, 32.0, 0.625)


def test_a_vertebra_left_out_is_named_and_its_neighbours_are_flagged() -> None:
    total = spine_total(SPINE, LUMBAR, [L2_OUT])
    assert total.bone is not None
    assert (total.bone.region, total.bone.bmc_g, total.bone.area_cm2) == ("L1 L3 L4", 19.0, 31.0)
    assert (total.excluded, total.flags, total.reason) == ((L2_OUT,), (NOT_NEIGHBOURS,), "")
    end = spine_total(SPINE, LUMBAR, [Exclusion(Level.L4, "movement")])
    assert end.bone is not None and (end.bone.region, end.flags) == ("L1-L3", ())


def test_an_exclusion_elsewhere_changes_nothing() -> None:
    assert spine_total(SPINE, LUMBAR, [Exclusion(Level.L5, "other")]) == spine_total(SPINE, LUMBAR)


def test_two_must_remain() -> None:
    outs = [Exclusion(level, "movement") for level in LUMBAR]
    two, one = spine_total(SPINE, LUMBAR, outs[:2]), spine_total(SPINE, LUMBAR, outs[:3])
    assert two.bone is not None and two.bone.region == "L3-L4"
    assert (one.bone, one.reason, one.levels) == (None, "1 of its vertebrae count: at least 2 must", (Level.L4,))


def test_strict_wants_all_of_them() -> None:
    assert spine_total(SPINE, LUMBAR, strict_all_four=True) == spine_total(SPINE, LUMBAR)
    total = spine_total(SPINE, LUMBAR, [L2_OUT], strict_all_four=True)
    assert (total.bone, total.reason, total.excluded) == (None, STRICT, (L2_OUT,))


@pytest.mark.parametrize("changes", [
    {"area_cm2": None}, {"area_cm2": 0.0}, {"bmc_g": None}, {"bmc_g": 0.0}, {"area_cm2": 0.4, "area_error_cm2": 0.5},
])  # fmt: skip
def test_what_has_no_bmc_or_area_does_not_count(changes: dict[str, float | None]) -> None:
    total = spine_total(SPINE | {Level.L2: replace(SPINE[Level.L2], **changes)}, LUMBAR)
    assert total.excluded == (Exclusion(Level.L2, NOT_PRINTED),)
    assert total.bone is not None and total.bone.bmc_g == 19.0


def test_an_absent_vertebra_is_said() -> None:
    total = spine_total({level: SPINE[level] for level in LUMBAR[:3]}, LUMBAR)
    assert total.excluded == (Exclusion(Level.L4, NOT_PRINTED),)
    assert total.bone is not None and total.bone.region == "L1-L3"


def test_bmc_is_area_times_density_where_it_is_not_printed() -> None:
    two = {Level.L1: BoneRegion("L1", None, 8.0, 0.5), Level.L2: SPINE[Level.L2]}
    bone = spine_total(two, LUMBAR[:2]).bone
    assert bone is not None and (bone.bmc_g, bone.area_cm2) == (9.0, 17.0)


def test_body_less_head() -> None:
    total = body_less_head(BoneRegion("Total", 650.1, 900.5), BoneRegion("Head", 300.1, 210.5))
    assert total.bone is not None
    assert [round(value or 0, 6) for value in (total.bone.bmc_g, total.bone.area_cm2, total.bone.abmd_g_cm2)] == [
        350.0, 690.0, 0.507246,
    ]  # fmt: skip
    assert body_less_head(BoneRegion("Total", 650.1, 900.5), BoneRegion("Head", None, 210.5)).bone is None
    larger = body_less_head(BoneRegion("Total", 300.0, 200.0), BoneRegion("Head", 300.1, 210.5))
    assert (larger.bone, larger.reason) == (None, "the head is printed as large as the whole body")


def test_rounding_in_print_is_no_disagreement_and_more_is() -> None:
    rounded = {level: replace(one, bmc_error_g=0.05, area_error_cm2=0.05) for level, one in SPINE.items()}
    bone = spine_total(rounded, LUMBAR).bone
    assert bone is not None
    assert (round(bone.bmc_error_g, 6), round(bone.area_error_cm2, 6)) == (0.2, 0.2)
    printed = BoneRegion("L1-L4", 24.2, 39.8, 0.608, bmc_error_g=0.05, area_error_cm2=0.05, abmd_error_g_cm2=0.0005)
    assert disagreements(bone, printed) == ()
    off = BoneRegion("L1-L4", 24.3, 40.0, 0.610, bmc_error_g=0.05, area_error_cm2=0.05, abmd_error_g_cm2=0.0005)
    assert disagreements(bone, off) == (
        "BMC disagrees with the 24.3 g printed for L1-L4",
        "aBMD disagrees with the 0.61 g/cm2 printed for L1-L4",
    )


@pytest.mark.parametrize(("region", "levels"), [
    ("L1", "L1"), ("L2-L4", "L2 L3 L4"), ("T12-L2", "T12 L1 L2"),
    ("L4-L2", ""), ("Head", ""), ("L9", ""), ("L1-L9", ""),
])  # fmt: skip
def test_names_of_regions(region: str, levels: str) -> None:
    assert " ".join(levels_of(region)) == levels
    if levels:
        assert region_of(reversed(levels_of(region))) == region


def test_names_of_sets_with_a_gap() -> None:
    assert region_of([Level.L4, Level.L1]) == "L1 L4" and not are_neighbours([Level.L4, Level.L1])
    assert region_of([]) == "" and are_neighbours([Level.T12, Level.L1])
