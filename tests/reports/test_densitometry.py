"""`densitometry.csv`: totals with and without a vertebra, common to visits, of the body; what is not so is said."""

import csv
import io
from collections.abc import Sequence

import pytest

from oiscan.anatomy import Level, View
from oiscan.densitometry.curves.adjust import HeightAdjustment
from oiscan.densitometry.printed.exclusion import Exclusion
from oiscan.densitometry.printed.exclusion_file import ExclusionLine
from oiscan.loaders.printed import PrintedValue
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.reports.bone_rows import bone_rows
from oiscan.reports.bone_sets import Laterals, bone_sets, unused_lines
from oiscan.reports.densitometry import BoneOptions, densitometry_csv, lumbar_by_scan
from oiscan.reports.printed import PrintedSet
from oiscan.reports.printed_people import KnownScan
from oiscan.scan import Acquisition, Identity, Subject

SPINE = {"L1": (4.0, 8.0, -1.0), "L2": (5.0, 9.0, -1.2), "L3": (6.0, 10.0, -1.1), "L4": (9.0, 13.0, -0.9)}
"""BMC, area, Z. L1-L4: 24 g, 40 cm2, 0.6 g/cm2; L2-L4: 20 g, 32 cm2, 0.625 g/cm2."""

Rows = list[dict[str, str]]


def printed(
    regions: dict[str, tuple[float | None, float | None, float | None]],
    scan_id: str = "a",
    day: int | None = 0,
    codes: dict[str, str] | None = None,
    site: str = "",
) -> PrintedSet:
    """A page with BMC, area and Z of each region."""
    values = [
        PrintedValue(scan_id, region, quantity, number, (codes or {}).get(region, ""), "page", site, decimals=2)
        for region, numbers in regions.items()
        for quantity, number in zip(("bmc_g", "area_cm2", "z_score"), numbers, strict=True)
    ]
    return PrintedSet(scan_id, "S", day, tuple(values))


def scan(scan_id: str = "a", day: int | None = 0, software: str = "1", is_bone: bool = True) -> KnownScan:
    scanner = Acquisition("HOLOGIC", "Horizon A", software, "Array")
    return KnownScan(scan_id, "S", day, Identity(), Subject(5.0, "day", "F"), scanner, is_bone)


def lateral(*levels: str) -> Report:
    """A lateral scan on which these are fractured and the rest of T12 to L4 are not."""
    shown = ("T12", *SPINE)
    findings = tuple(Finding(Level(name), Verdict.SCORED, grade=2 if name in levels else 0) for name in shown)
    return Report("lateral", "0" * 64, Status.SCORED, view=View.LATERAL, findings=findings)


def table(
    sets: Sequence[PrintedSet],
    known: Sequence[KnownScan] = (),
    laterals: Laterals | None = None,
    options: BoneOptions | None = None,
) -> Rows:
    options = options or BoneOptions()
    joined = bone_sets(sets, known, laterals or {}, options.exclusions)
    text = densitometry_csv(bone_rows(joined, options.strict_all_four), options)
    return list(csv.DictReader(io.StringIO(text)))


def told(rows: Rows, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in columns) for row in rows]


NUMBERS = ("region", "vertebrae", "levels_used", "bmc_g", "area_cm2", "abmd_g_cm2")
WHOLE = [
    ("L1-L4", "all", "L1 L2 L3 L4", "24.000", "40.000", "0.6000"),
    ("L2-L4", "all", "L2 L3 L4", "20.000", "32.000", "0.6250"),
]


def test_a_spine_whose_vertebrae_all_count() -> None:
    rows = table([printed(SPINE | {"L1-L4": (24.0, 40.0, -1.05)})], [scan()], {("S", 0): lateral("T12")})
    assert told(rows, *NUMBERS) == WHOLE
    assert told(rows, "basis", "excluded", "reason", "flags") == [
        ("sum of vertebrae", "", "", "the scanner does not name its reference"), ("sum of vertebrae", "", "", ""),
    ]  # fmt: skip
    assert told(rows, "z_score", "z_source") == [("-1.05", "printed by the scanner"), ("", "")]
    assert rows[1]["z_reason"] == "the scanner printed no Z-score, and no reference table was given"
    assert rows[0]["bmad_g_cm3"] == "0.0949"  # 24 / 40^1.5 = 24 / 252.98
    assert "L1-L4" in rows[0]["bmad_variant"]
    assert {row["origin"] for row in rows} == {"printed by the scanner"}


def test_a_fractured_vertebra_is_counted_and_left_out_side_by_side() -> None:
    rows = table([printed(SPINE | {"L1-L4": (24.0, 40.0, -1.0)})], [scan()], {("S", 0): lateral("T12", "L2")})
    assert told(rows, *NUMBERS) == [
        WHOLE[0],
        ("L1-L4", "without excluded", "L1 L3 L4", "19.000", "31.000", "0.6129"),
        WHOLE[1],
        ("L2-L4", "without excluded", "L3 L4", "15.000", "23.000", "0.6522"),
    ]
    assert rows[1]["excluded"] == "L2: fracture grade 2 on the lateral scan"
    assert "counts L2 (fracture grade 2 on the lateral scan)" in rows[0]["flags"]
    assert "not neighbours" in rows[1]["flags"] and "not neighbours" not in rows[3]["flags"]
    assert told(rows, "z_score") == [("-1.00",), ("",), ("",), ("",)]  # the printed Z is that of all four


def test_the_lateral_scan_of_another_day_or_person_excludes_nothing() -> None:
    for place in (("S", 1), ("other", 0)):
        assert told(table([printed(SPINE)], [scan()], {place: lateral("L2")}), *NUMBERS) == WHOLE
    assert told(table([printed(SPINE, day=None)], [], {("S", 0): lateral("L2")}), *NUMBERS) == WHOLE


def test_without_a_graded_lateral_scan_fractures_are_not_known() -> None:
    unknown = [f"no grade from a lateral scan of this day: {levels}" for levels in ("L1 L2 L3 L4", "L2 L3 L4")]
    assert [row["flags"].split("; ")[0] for row in table([printed(SPINE)])] == unknown
    partly = Report("p", "0" * 64, Status.SCORED, view=View.LATERAL, findings=lateral("L1").findings[:3])
    rows = table([printed(SPINE)], [scan()], {("S", 0): partly})
    assert "of this day: L3 L4" in rows[0]["flags"] and "of this day: L3 L4" in rows[1]["flags"]


def test_one_left_is_no_total_and_strict_takes_four() -> None:
    three = {("S", 0): lateral("L1", "L2", "L3")}
    rows = table([printed(SPINE)], [scan()], three)
    assert told(rows, "vertebrae", "abmd_g_cm2", "reason") == [
        ("all", "0.6000", ""),
        ("without excluded", "", "1 of its vertebrae count: at least 2 must"),
        ("all", "0.6250", ""),
        ("without excluded", "", "1 of its vertebrae count: at least 2 must"),
    ]
    assert rows[1]["z_reason"] and rows[1]["bmad_g_cm3"] == ""
    strict = table([printed(SPINE)], [scan()], {("S", 0): lateral("L1")}, BoneOptions(strict_all_four=True))
    assert told(strict, "region", "vertebrae", "abmd_g_cm2", "reason") == [
        ("L1-L4", "all", "0.6000", ""),
        ("L1-L4", "without excluded", "", "strict: all of its vertebrae must count"),
        ("L2-L4", "all", "0.6250", ""),
    ]


def test_marks_of_the_scanner_and_of_the_user() -> None:
    lines = (
        ExclusionLine(2, "S", "", Exclusion(Level.L4, "hardware (stated by the user)")),
        ExclusionLine(3, "", "c", Exclusion(Level.L3, "artefact (stated by the user)")),
        ExclusionLine(4, "T", "", Exclusion(Level.L1, "other (stated by the user)")),
    )
    sets, known = [printed(SPINE, codes={"L1": "5"})], [scan(), scan("c")]
    rows = table(sets, known, options=BoneOptions(exclusions=lines))
    assert rows[1]["excluded"] == (
        "L1: marked on the scanner: movement; L3: artefact (stated by the user); L4: hardware (stated by the user)"
    )
    assert unused_lines(lines, bone_sets(sets, known, {}, lines), known) == [4]


def test_what_the_total_says_otherwise_is_told_and_not_mended() -> None:
    rows = table([printed(SPINE | {"L1-L4": (25.0, 40.0, -1.0)})])
    assert rows[0]["bmc_g"] == "24.000"
    assert "BMC disagrees with the 25 g printed for L1-L4" in rows[0]["flags"]


def test_a_total_beside_lumbar_vertebrae_is_theirs() -> None:
    three = {name: SPINE[name] for name in ("L1", "L2", "L3")} | {"Total": (15.0, 27.0, -1.3)}
    rows = table([printed(three)])
    assert told(rows, *NUMBERS, "z_score") == [
        ("L1-L4", "without excluded", "L1 L2 L3", "15.000", "27.000", "0.5556", "-1.30"),
        ("L2-L4", "without excluded", "L2 L3", "11.000", "19.000", "0.5789", ""),
        ("L1-L3", "all", "L1 L2 L3", "15.000", "27.000", "0.5556", "-1.30"),
    ]
    assert rows[0]["excluded"] == "L4: BMC and area are not printed"


def test_a_total_without_its_vertebrae_is_taken_as_printed() -> None:
    values = (PrintedValue("a", "L1-L4", "bmd_g_cm2", 0.512, source="GE", decimals=3),)
    (row,) = table([PrintedSet("a", "S", 0, values)], [scan()])
    assert (row["basis"], row["bmc_g"], row["abmd_g_cm2"], row["bmad_g_cm3"]) == ("printed total", "", "0.5120", "")
    all_rows = table([PrintedSet("a", "S", 0, values)], [scan()], {("S", 0): lateral("L3")})
    assert told(all_rows, "vertebrae", "abmd_g_cm2") == [("all", "0.5120"), ("without excluded", "")]
    assert "counts L3" in all_rows[0]["flags"]


def test_a_total_marked_invalid_is_no_number() -> None:
    values = (PrintedValue("a", "L1-L4", "bmd_g_cm2", 0.512, "5", source="GE", decimals=3),)
    (row,) = table([PrintedSet("a", "S", 0, values)])
    assert (row["abmd_g_cm2"], row["reason"]) == ("", "marked on the scanner: movement")


def test_other_sites_are_left_alone() -> None:
    assert table([printed(SPINE, site="Lateral Spine")]) == []
    assert table([printed({"Neck": (1.0, 2.0, 0.1), "Total": (3.0, 4.0, 0.1)})]) == []
    assert len(table([printed(SPINE, site="AP Spine")])) == 2


BODY = {"Head": (300.1, 210.5, None), "Total": (650.1, 900.5, -0.5)}


def test_the_body_less_its_head() -> None:
    (row,) = table([printed(BODY | {"Subtotal": (350.0, 690.0, -1.4)}, site="Total Body")])
    assert told([row], "region", "vertebrae", "basis", "bmc_g", "area_cm2", "abmd_g_cm2", "z_score", "bmad_g_cm3") == [
        ("TBLH", "", "body less head", "350.000", "690.000", "0.5072", "-1.40", ""),
    ]  # fmt: skip
    assert "disagrees" not in row["flags"]
    (off,) = table([printed(BODY | {"TBLH": (351.0, 690.0, -1.4)})])
    assert off["bmc_g"] == "350.000" and "BMC disagrees with the 351 g printed for TBLH" in off["flags"]
    (alone,) = table([printed(BODY)])
    assert (alone["abmd_g_cm2"], alone["z_score"]) == ("0.5072", "")  # the Z of the whole body is another one


def test_a_body_that_cannot_be_had_is_said() -> None:
    (as_printed,) = table([printed({"Subtotal": (350.0, 690.0, -1.4)})])
    columns = ("region", "basis", "abmd_g_cm2", "z_score")
    assert told([as_printed], *columns) == [("TBLH", "printed total", "0.5072", "-1.40")]
    for nothing in (None, -350.0):
        (row,) = table([printed({"Subtotal": (nothing, 690.0, -1.4)})])
        assert (row["abmd_g_cm2"], row["z_score"], row["reason"]) == ("", "", "no aBMD above 0 is printed")
    (no_total,) = table([printed({"Head": BODY["Head"]})])
    assert no_total["reason"] == "BMC and area of the whole body and of the head are not all printed"
    (moved,) = table([printed(BODY, codes={"Total": "5"})])
    assert (moved["abmd_g_cm2"], moved["reason"]) == ("", "marked on the scanner: movement")


VISITS = [printed(SPINE, "a", 0, {"L4": "5"}), printed(SPINE, "b", 365), printed(SPINE, "c", 730, {"L4": "2"})]


def test_a_baseline_of_three_is_compared_as_three() -> None:
    known = [scan("a", 0), scan("b", 365), scan("c", 730)]
    common = [row for row in table(VISITS, known) if row["vertebrae"] == "common to visits"]
    assert told(common, "day", "region", "levels_used", "bmc_g", "abmd_g_cm2") == [
        (day, "L1-L3", "L1 L2 L3", "15.000", "0.5556") for day in ("0", "365", "730")
    ]
    assert "first" not in "".join(row["flags"] for row in common)
    whole = [row for row in table(VISITS, known) if row["region"] == "L1-L4" and row["vertebrae"] == "all"]
    flags = [row["flags"] for row in whole]
    assert ["compare those common" in text for text in flags] == [False, True, False]
    assert "L1-L4 count, at first L1-L3" in flags[1]
    assert not [row for row in table(VISITS[:1], known) if row["vertebrae"] == "common to visits"]


def test_a_scan_without_a_date_is_no_visit() -> None:
    undated = printed(SPINE, "d", None, {"L1": "5"})
    rows = table([*VISITS, undated], [scan("a", 0), scan("b", 365), scan("c", 730), scan("d", None)])
    assert [row["day"] for row in rows if row["vertebrae"] == "common to visits"] == ["0", "365", "730"]
    assert {row["levels_used"] for row in rows if row["vertebrae"] == "common to visits"} == {"L1 L2 L3"}


def test_another_machine_than_at_the_first_visit_is_flagged() -> None:
    rows = table(VISITS[1:], [scan("b", 365), scan("c", 730, software="2")])
    flags = {row["day"]: row["flags"] for row in rows if row["vertebrae"] == "all" and row["region"] == "L1-L4"}
    assert "another" not in flags["365"] and "another software than at first: 2, then 1" in flags["730"]
    unknown = table(VISITS[1:], [scan("b", 365)])
    assert any("whether maker, model, software, mode changed is not known" in row["flags"] for row in unknown)


def test_people_nobody_knows_are_not_one_person() -> None:
    sets = [PrintedSet(one.scan_id, "", one.day, one.values) for one in VISITS]
    assert not [row for row in table(sets) if row["vertebrae"] == "common to visits" or "first" in row["flags"]]


def test_a_typed_visit_takes_its_scanner_from_a_bone_scan_of_that_day() -> None:
    radiograph = KnownScan("0", "S", 365, Identity(), Subject(6.0, "day", "F"), Acquisition("SIEMENS"), is_bone=False)
    typed = PrintedSet("", "S", 365, printed(SPINE).values)
    (found,) = bone_sets([typed], [radiograph, scan("b", 365)], {})
    assert (found.acquisition.maker, found.person.age_years) == ("HOLOGIC", 6.0)
    (alone,) = bone_sets([typed], [radiograph], {})
    assert (alone.acquisition.maker, alone.person.sex) == ("", "F")


def test_neighbours_far_apart_are_a_remark_on_the_first_row_only() -> None:
    gap = SPINE | {"L3": (6.0, 10.0, -3.0)}
    remarks = ["2 and L3 lie" in row["flags"] for row in table([printed(gap)], [scan()])]
    assert remarks == [True, False]


def test_l1_l4_stands_with_its_file_and_with_the_ap_scan_of_the_day() -> None:
    known = [scan("page"), scan("ap"), scan("lateral", is_bone=False), scan("later", 365)]
    sets = bone_sets([printed(SPINE | {"L1-L4": (24.0, 40.0, -1.0)}, "page")], known, {("S", 0): lateral("L2")})
    found = lumbar_by_scan(bone_rows(sets), BoneOptions(), known)
    assert set(found) == {"page", "ap"}
    assert [found["ap"][name] for name in ("l1_l4_bmc_g", "l1_l4_area_cm2", "l1_l4_z_score")] == [24.0, 40.0, -1.0]
    assert "counts L2" in str(found["page"]["l1_l4_flags"])


def test_height_for_age_where_the_file_tells_the_height() -> None:
    boy = KnownScan("a", "S", 0, Identity(), Subject(5.54, "day", "M", height_cm=95.0), is_bone=True)
    row = table([printed(SPINE)], [boy])[0]
    assert row["height_z_score"] == "-3.51"  # as by hand from the CDC 2000 table: -3.5103
    assert "cdc" in row["height_z_source"].casefold() and "below -3" in row["height_z_flags"]
    assert told(table([printed(SPINE)], [scan()])[:1], "height_z_score", "height_z_flags") == [("", "")]
    assert row["height_adjusted_z_score"] == ""  # nobody gave coefficients


def test_a_z_score_is_adjusted_for_height_by_the_users_coefficients() -> None:
    """Printed Z -1.0, height Z -3.51: (-1.0 - (0.1 + 0.2 x -3.5103)) / 0.8 = -0.4974."""
    boy = KnownScan("a", "S", 0, Identity(), Subject(5.54, "day", "M", height_cm=95.0), is_bone=True)
    bands = (HeightAdjustment("L1-L4", "aBMD", "M", 5, 7, 0.1, 0.2, 0.8),)
    page = [printed(SPINE | {"L1-L4": (24.0, 40.0, -1.0)})]
    first, second = table(page, [boy], options=BoneOptions(height_adjustments=bands))[:2]
    assert (first["region"], first["height_adjusted_z_score"]) == ("L1-L4", "-0.50")
    assert "adjusted for height" in first["height_adjusted_z_flags"]
    assert second["region"] == "L2-L4" and second["height_adjusted_z_score"] == ""
    assert second["height_adjusted_z_flags"].startswith("there is no Z-score to adjust with")


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_order_of_rows_does_not_depend_on_that_of_files(order: slice) -> None:
    known = [scan("a", 0), scan("b", 365), scan("c", 730)]
    assert table(VISITS[order], known) == table(VISITS, known)
