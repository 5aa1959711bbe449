"""Values the scanner printed, from every way they travel; checked, and never mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedSRStorage, ImplicitVRLittleEndian

from oiscan.errors import UnreadableFileError
from oiscan.loaders.printed import PrintedValue, check_printed, read_printed, read_printed_file
from oiscan.loaders.printed_value import printed_number, region_name, unit_fits
from tests.dicom_cases import dicom, lunar, spine, write
from tests.hologic_cases import SPINE_ROWS, page, page_script

GE_XML = (
    '<DXA><ROI region="L1-L4"><BMD units="g/cm²">0.512</BMD><BMD_TSCORE>-</BMD_TSCORE>'
    "<BMD_ZSCORE>-2.1</BMD_ZSCORE></ROI>"
    '<ROI region="L1"><BMD units="g/cm²">0.480</BMD><AREA units="cm²">9.10</AREA><BMC units="kg">0.004</BMC></ROI>'
    '<ROI region="Quinevere"><BMD>0.5</BMD></ROI><COMP_ROI region="Total"><BMC units="g">1200</BMC></COMP_ROI></DXA>'
)


def told(values: tuple[PrintedValue, ...]) -> dict[tuple[str, str], str]:
    return {(value.region, value.quantity): str(value) for value in values}


def test_a_hologic_page_comes_through_and_checks(tmp_path: Path) -> None:
    path = write(tmp_path, page(page_script()))
    values = read_printed(path)
    found = told(values)
    assert [found["L1", name] for name in ("area_cm2", "bmc_g", "bmd_g_cm2")] == ["13.26", "11.58", "0.873"]
    total = [found["L1-L4", name] for name in ("area_cm2", "bmc_g", "bmd_g_cm2", "z_score", "t_score")]
    assert total == ["55.77", "51.85", "0.930", "-1.0", ""]
    assert len(values) == 25
    assert {(value.source, value.site, value.invalid_code) for value in values} == {("Hologic page", "", "")}
    assert check_printed(values) == ()


@pytest.mark.parametrize(
    "tags",
    [{}, {"creator": "Hologic"}, {"creator": None}, {"group": 0x0029, "offset": 3}, {"syntax": ImplicitVRLittleEndian}],
    ids=["as known", "mixed case", "stripped", "another tag", "implicit"],
)
def test_a_page_is_read_under_any_tag(tmp_path: Path, tags: dict[str, object]) -> None:
    assert len(read_printed(write(tmp_path, page(page_script(), **tags)))) == 25


@pytest.mark.parametrize(("row", "column", "text", "says"), [
    (0, 2, "11.68", ["L1: BMC 11.68 is not", "L1-L4: bmc_g 51.85 is not the sum of its vertebrae, 51.950"]),
    (0, 3, "0.783", ["L1: BMC 11.58 is not area x BMD = 10.383"]),
    (4, 1, "56.77", ["L1-L4: BMC 51.85 is not area x BMD = 52.796", "L1-L4: area_cm2 56.77 is not the sum"]),
    (4, 3, "0.940", ["L1-L4: BMC 51.85 is not area x BMD"]),
])  # fmt: skip
def test_what_does_not_fit_is_reported_and_not_repaired(
    tmp_path: Path, row: int, column: int, text: str, says: list[str]
) -> None:
    rows = [list(cells) for cells in SPINE_ROWS]
    rows[row][column] = text
    values = read_printed(write(tmp_path, page(page_script(rows))))
    assert text in told(values).values()
    found = [f"{finding.region}: {finding.text}" for finding in check_printed(values)]
    assert len(found) == len(says) and all(text.startswith(said) for text, said in zip(found, says, strict=True))


def test_the_total_of_a_spine_page_is_the_sum_of_its_vertebrae(tmp_path: Path) -> None:
    rows = [*SPINE_ROWS[:4], ("Total", "50.00", "46.50", "0.930", " ", " ")]
    findings = check_printed(read_printed(write(tmp_path, page(page_script(rows)))))
    assert [finding.text.split(",")[0] for finding in findings] == [
        "area_cm2 50.00 is not the sum of its vertebrae",
        "bmc_g 46.50 is not the sum of its vertebrae",
    ]
    body = [("Head", "1.0", "1.0", "1.000", " ", " "), ("Total", "50.00", "46.50", "0.930", " ", " ")]
    assert check_printed(read_printed(write(tmp_path, page(page_script(body))))) == ()


@pytest.mark.parametrize(("area", "bmc", "says"), [
    ("690.00", "350.00", []),
    ("690.02", "350.00", ["area_cm2 690.02 is not that of the body less the head, 690.000"]),
    ("690.00", "351.00", ["bmc_g 351.00 is not that of the body less the head, 350.000"]),
])  # fmt: skip
def test_the_body_without_its_head_is_the_body_less_the_head(
    tmp_path: Path, area: str, bmc: str, says: list[str]
) -> None:
    rows = [
        ("Sub Tot", area, bmc, " ", " ", " "),
        ("Head", "210.50", "300.10", " ", " ", " "),
        ("Total", "900.50", "650.10", " ", " ", " "),
    ]
    findings = check_printed(read_printed(write(tmp_path, page(page_script(rows)))))
    assert [(found.region, found.text) for found in findings] == [("Subtotal", text) for text in says]


def test_rounding_in_print_is_no_disagreement() -> None:
    def row(area: float, bmc: float, bmd: float, decimals: int) -> list[PrintedValue]:
        return [
            PrintedValue("a", "L1", "area_cm2", area, decimals=decimals),
            PrintedValue("a", "L1", "bmc_g", bmc, decimals=decimals),
            PrintedValue("a", "L1", "bmd_g_cm2", bmd, decimals=decimals),
        ]

    assert check_printed(row(13.3, 11.6, 0.9, 1)) == ()
    assert len(check_printed(row(13.3, 11.6, 0.9, 3))) == 1


def test_a_span_may_not_count_where_a_vertebra_does_not() -> None:
    values = [PrintedValue("a", f"L{n}", "bmd_g_cm2", 0.9, code) for n, code in zip(range(1, 5), "0200", strict=True)]
    findings = check_printed([*values, PrintedValue("a", "L1-L4", "bmd_g_cm2", 0.9)])
    (only,) = findings
    assert (only.region, only.text) == (
        "L1-L4",
        "not marked invalid although L2 (non-removable objects such as implants) is",
    )
    assert check_printed([*values, PrintedValue("a", "L1-L4", "bmd_g_cm2", 0.9, "2")]) == ()


def test_one_value_printed_twice_differently() -> None:
    values = [PrintedValue("a", "L1", "bmd_g_cm2", value, decimals=1) for value in (0.9, 0.8)]
    assert [finding.text for finding in check_printed(values)] == ["bmd_g_cm2 is printed twice: 0.9, 0.8"]
    assert check_printed([values[0], replace(values[1], scan_id="b")]) == ()


@pytest.mark.parametrize("script", [
    'ResultsTable1[ 1][ 1] = alert("1");',
    'ResultsTable1[ 0][ 0] = "Region"',
    "ResultsTable1[ 0][ 0] = \"Region\"; ResultsTable1[ 1][ 0] = 'L1'",
    "ResultsTable",
    'ResultsTable1[ 9999][ 1] = "0.9"',
])  # fmt: skip
def test_a_script_without_results_gives_none(tmp_path: Path, script: str) -> None:
    assert read_printed(write(tmp_path, page(script))) == ()


def test_headings_decide_and_units_must_fit(tmp_path: Path) -> None:
    headings = ("Region", "BMD(mg/cm2)", "Lean+BMC[g]", "BMC[g]", "Z-score", "% Fat")
    script = page_script([("L1", "873", "1", "11,58", "-0.9", "20")], headings)
    found = told(read_printed(write(tmp_path, page(script))))
    assert found == {("L1", "bmc_g"): "11.58", ("L1", "z_score"): "-0.9"}


def test_nothing_of_the_page_but_known_regions_and_numbers(tmp_path: Path) -> None:
    rows = [("Quinevere", "13.26", "11.58", "0.873", " ", "-0.9"), ("L1", "born 2019", "11.58", "x", "NaN", "1e9")]
    values = read_printed(write(tmp_path, page(page_script(rows))))
    assert {value.region for value in values} == {"L1"}
    assert [str(value) for value in values] == ["", "11.58", "", "", ""]
    assert "quinevere" not in repr(values).casefold()


def test_ge_image_comments(tmp_path: Path) -> None:
    values = read_printed(write(tmp_path, lunar(spine(), ImageComments=GE_XML)))
    assert told(values) == {
        ("L1-L4", "bmd_g_cm2"): "0.512",
        ("L1-L4", "t_score"): "",
        ("L1-L4", "z_score"): "-2.1",
        ("L1", "bmd_g_cm2"): "0.480",
        ("L1", "area_cm2"): "9.10",
    }
    assert {value.source for value in values} == {"GE ImageComments"}
    assert next(value for value in values if value.quantity == "t_score").value is None


DECLARING = '<!DOCTYPE x><A><ROI region="L1"><BMD>1</BMD></ROI></A>'


@pytest.mark.parametrize("comment", ["^^^^", "a comment", "<ROI", "", DECLARING])
def test_other_comments_are_ignored(tmp_path: Path, comment: str) -> None:
    assert read_printed(write(tmp_path, lunar(spine(), ImageComments=comment))) == ()


def code(meaning: str, value: str = "99") -> Sequence:
    coded = Dataset()
    coded.CodeValue, coded.CodingSchemeDesignator, coded.CodeMeaning = value, "99SYN", meaning
    return Sequence([coded])


def container(meaning: str, *items: Dataset) -> Dataset:
    made = Dataset()
    made.ValueType, made.ConceptNameCodeSequence, made.ContentSequence = "CONTAINER", code(meaning), Sequence(items)
    return made


def number(meaning: str, value: str, unit: str = "g/cm2") -> Dataset:
    made, measured = Dataset(), Dataset()
    made.ValueType, made.ConceptNameCodeSequence = "NUM", code(meaning)
    measured.NumericValue, measured.MeasurementUnitsCodeSequence = value, code(unit)
    made.MeasuredValueSequence = Sequence([measured])
    return made


def text(meaning: str, value: str) -> Dataset:
    made = Dataset()
    made.ValueType, made.ConceptNameCodeSequence, made.TextValue = "TEXT", code(meaning), value
    return made


def report(title: str = "DXA Report") -> FileDataset:
    visit = container("12-Mar-2020", number("BMD", "0.400"), text("PCHANGE_VS_PREVIOUS", "3"))
    dataset = dicom(None, sop=EnhancedSRStorage, Modality="SR", Manufacturer="GE Healthcare")
    dataset.ValueType, dataset.ConceptNameCodeSequence = "CONTAINER", code(title)
    dataset.ContentSequence = Sequence([
        container(
            "AP Spine",
            container("L1", number("BMD", "0.480"), number("AREA", "9.10", "cm2"), text("BMD_ZSCORE", "-2.0")),
            container("L1-L4", number("BMD", "0.512"), text("BMD_TSCORE", "-"), text("BMD_ZSCORE", "-2.1"), visit),
            container("L1-L4 Trend", number("BMD", "0.300"), container("L2", number("BMD", "0.301"))),
            container("Trend", container("L3", number("BMD", "0.302"))),
        ),
        container("DualFemur", container("Total", number("BMD", "0.7"), number("BMC", "7", "kg"))),
    ])  # fmt: skip
    return dataset


def test_ge_report_by_code_meaning_without_trends(tmp_path: Path) -> None:
    values = read_printed(write(tmp_path, report()))
    assert [(value.site, value.region, value.quantity, str(value)) for value in values] == [
        ("AP Spine", "L1", "bmd_g_cm2", "0.480"),
        ("AP Spine", "L1", "area_cm2", "9.10"),
        ("AP Spine", "L1", "z_score", "-2.0"),
        ("AP Spine", "L1-L4", "bmd_g_cm2", "0.512"),
        ("AP Spine", "L1-L4", "t_score", ""),
        ("AP Spine", "L1-L4", "z_score", "-2.1"),
        ("DualFemur", "Total", "bmd_g_cm2", "0.7"),
    ]
    assert {value.source for value in values} == {"GE Enhanced SR"}


def test_another_report_is_not_read(tmp_path: Path) -> None:
    assert read_printed(write(tmp_path, report("Radiation Dose Report"))) == ()


def test_values_come_with_whose_they_are(tmp_path: Path) -> None:
    found = read_printed_file(write(tmp_path, report()))
    assert found.identity.patient_id == "ID-SENTINEL-77"
    assert (found.subject.sex, found.subject.age_precision, found.acquisition.maker) == ("F", "day", "GE Healthcare")
    assert "SENTINEL" not in repr(found)


def test_other_files_hold_none(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"%PDF-1.4 not dicom" * 20, b"", b"\x89PNG\r\n\x1a\n" + bytes(40), bytes(300)):
        path.write_bytes(content)
        if content:
            assert read_printed(path) == ()
    with pytest.raises(UnreadableFileError):
        read_printed(tmp_path / "absent")
    assert read_printed(write(tmp_path, dicom(np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)))) == ()


def test_words_and_numbers() -> None:
    assert [printed_number(text) for text in ("0.930", "-1,0", " 7 ", "-", "", "1e3", "nan", "1.2.3")] == [
        (0.93, 3), (-1.0, 1), (7.0, 0), (None, 0), (None, 0), (None, 0), (None, 0), (None, 0),
    ]  # fmt: skip
    names = ("l1", "L1 - L4", "L1-4", "TOTAL", "Ward's", "tblh", "T12", "L9x", "Quinevere", "L1 Trend")
    assert [region_name(text) for text in names] == [
        "L1", "L1-L4", "L1-L4", "Total", "Wards", "TBLH", "T12", None, None, None,
    ]  # fmt: skip
    assert unit_fits("bmd_g_cm2", "g/cm^2") and unit_fits("bmd_g_cm2", "") and not unit_fits("bmd_g_cm2", "mg/cm2")
    with pytest.raises(ValueError, match="no quantity"):
        PrintedValue("a", "L1", "fat", 1.0)
