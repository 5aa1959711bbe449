"""A user's reference table: as spreadsheets write it, and everything that can be wrong with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from oiscan.densitometry.curves.lms import Lms
from oiscan.densitometry.curves.reference_file import check_reference, read_reference
from oiscan.errors import ConfigError
from tests.densitometry.tables import COMMENTS, ROW, pair, written


def faults(path: Path) -> list[str]:
    checked = check_reference(path)
    assert (checked.reference is None) == any(problem.serious for problem in checked.problems)
    return [str(problem) for problem in checked.problems]


def with_commas(row: dict[str, str]) -> dict[str, str]:
    return {name: cell.replace(".", ",") for name, cell in row.items()}


def test_a_sound_table(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", pair())
    assert faults(path) == []
    found = read_reference(path)
    (curve,) = found.curves
    assert (curve.table_id, curve.site, curve.quantity, curve.sex) == ("synthetic-spine", "L1-L4", "aBMD", "F")
    assert (curve.maker, curve.software, curve.population) == ("GE Lunar", "", "invented")
    assert curve.curve.ages_years == (5, 15)
    assert curve.curve.points == (Lms(1, 0.5, 0.1), Lms(1, 0.9, 0.2))
    assert (found.source, found.licence) == ("invented for tests", "none needed")
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(curve) == "synthetic-spine: L1-L4 aBMD, GE Lunar, females, ages 5 to 15, invented"


def test_several_tables_in_one_file_in_any_order(tmp_path: Path) -> None:
    girls, boys, body = pair(), pair(sex="M", L="0"), pair(table_id="synthetic-body", site="tblh", scanner="Hologic")
    rows = [row for three in zip(girls, boys, body, strict=True) for row in three]
    found = read_reference(written(tmp_path / "mine.csv", rows))
    told = [(curve.table_id, curve.site, curve.sex, curve.maker, curve.curve.at(5).power) for curve in found.curves]
    assert told == [
        ("synthetic-spine", "L1-L4", "F", "GE Lunar", 1),
        ("synthetic-spine", "L1-L4", "M", "GE Lunar", 0),
        ("synthetic-body", "TBLH", "F", "Hologic", 1),
    ]


def test_words_may_be_spelt_in_several_ways_within_one_curve(tmp_path: Path) -> None:
    first, last = pair()
    other = {
        "site": "l1 \u2013 l4",
        "quantity": "BMD",
        "unit": "g/cm\u00b2",
        "scanner": "GE MEDICAL SYSTEMS",
        "sex": "F",
    }
    (curve,) = read_reference(written(tmp_path / "mine.csv", [first, {**last, **other}])).curves
    assert curve.curve.ages_years == (5, 15)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_as_spreadsheets_write_it(separator: str, encoding: str, ending: str, tmp_path: Path) -> None:
    plain = read_reference(written(tmp_path / "plain.csv", pair()))
    rows = pair() if separator == "," else [with_commas(row) for row in pair()]
    path = written(tmp_path / "mine.csv", rows, separator, encoding=encoding)
    text = path.read_text(encoding).replace("\n", f"{separator * 3}{ending}") + separator * 9 + ending
    path.write_bytes(f"sep={separator}{ending}{text}".encode(encoding))
    assert read_reference(path).curves == plain.curves
    assert read_reference(path).source == "invented for tests"


def test_quoted_comments_and_columns_in_another_order_and_case(tmp_path: Path) -> None:
    rows = [dict(reversed([(name.upper(), cell) for name, cell in row.items()])) for row in pair()]
    comments = '"# Source: Doe, A: a study",,,\n"# LICENSE: own",,\n'
    found = read_reference(written(tmp_path / "mine.csv", rows, comments=comments))
    assert (found.source, found.licence) == ("Doe, A: a study", "own")
    assert found.curves == read_reference(written(tmp_path / "plain.csv", pair())).curves


def test_windows_1252_is_read_with_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", pair(population="Li\u00e8ge"), encoding="cp1252")
    assert faults(path) == ["warning: the text is not UTF-8 and was read as Windows-1252: check its accents"]
    assert read_reference(path).curves[0].population == "Li\u00e8ge"


def test_a_table_that_names_no_source_is_read_with_warnings(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", pair(), comments="# my table\n")
    assert faults(path) == [
        "warning: no line '# source: ...' above the table",
        "warning: no line '# licence: ...' above the table",
    ]
    assert read_reference(path).source == ""


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"table_id": ""}, "table_id is missing"),
        ({"site": "lumbar"}, "site is not known: write L1-L4"),
        ({"site": "L1"}, "site is not known: write L1-L4"),
        ({"site": "L3-L5"}, "site is not known: write L1-L4"),
        ({"site": "body"}, "site and quantity do not go together"),
        ({"quantity": "density"}, "quantity is not known: write aBMD"),
        ({"quantity": "BMAD"}, "quantity is not known: write aBMD"),
        ({"quantity": "bmad carter block"}, "unit does not fit: BMAD Carter block is in g/cm3"),
        ({"unit": "mg/cm2"}, "unit does not fit: aBMD is in g/cm2"),
        ({"scanner": ""}, "scanner is missing"),
        ({"sex": "both"}, "sex is not known: write female or male"),
        ({"L": "minus one"}, "L is not a number"),
        ({"L": "nan"}, "L is not a number"),
        ({"L": "45"}, "L is beyond 30"),
        ({"M": ""}, "M is missing"),
        ({"M": "0"}, "M is not above 0"),
        ({"M": "-0.5"}, "M is not above 0"),
        ({"M": "512"}, "M cannot be a median aBMD in g/cm2"),
        ({"M": "1e999"}, "M cannot be a median aBMD in g/cm2"),
        ({"S": "0"}, "S is not above 0 and at most 1"),
        ({"S": "12"}, "S is not above 0 and at most 1"),
    ],
)
def test_each_fault_is_told_with_its_lines(told: dict[str, str], fault: str, tmp_path: Path) -> None:
    (found,) = faults(written(tmp_path / "mine.csv", pair(**told)))
    assert found.startswith(f"error: {fault}") and found.endswith("(lines 4, 5)")


@pytest.mark.parametrize(
    ("ages", "fault"),
    [
        (("5", "7", "6"), "error: age_years must rise from line to line within a curve (line 6)"),
        (("5", "7", "7.0"), "error: age_years stands twice in one curve (line 6)"),
        (("5",), "error: a curve needs two ages: no other line has the same words before its age (line 4)"),
        (("60", "120", "180"), "error: age_years is no age: write years, not months (line 6)"),
    ],
)
def test_ages(ages: tuple[str, ...], fault: str, tmp_path: Path) -> None:
    assert faults(written(tmp_path / "mine.csv", [{**ROW, "age_years": age} for age in ages])) == [fault]


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    rows = [*pair(site="hip", S="0"), *pair(sex="both", M="x"), *pair(L="", population="b")]
    path = written(tmp_path / "doe_jane.csv", rows, comments="")
    assert faults(path) == [
        "error: site is not known: write L1-L4, L2-L4, TBLH, Total, or body for height (lines 2, 3)",
        "error: S is not above 0 and at most 1: it is a share, 0.12 and not 12 percent (lines 2, 3)",
        "error: M is not a number (lines 4, 5)",
        "error: sex is not known: write female or male; a curve for both stands twice (lines 4, 5)",
        "error: L is missing (lines 6, 7)",
        "warning: no line '# source: ...' above the table",
        "warning: no line '# licence: ...' above the table",
    ]
    with pytest.raises(ConfigError) as raised:
        read_reference(path)
    told = str(raised.value).splitlines()
    assert [line.strip() for line in told] == ["the reference table cannot be used:", *faults(path)]
    assert "doe" not in str(raised.value)


def test_many_lines_with_one_fault_are_counted(tmp_path: Path) -> None:
    rows = [{**ROW, "age_years": str(age), "S": "0"} for age in range(5, 15)]
    assert faults(written(tmp_path / "mine.csv", rows))[0].endswith("(lines 4, 5, 6, 7, 8 and 5 more)")


@pytest.mark.parametrize(
    "missing", ["table_id", "site", "quantity", "scanner", "software", "sex", "age_years", "L", "M"]
)
def test_missing_columns(missing: str, tmp_path: Path) -> None:
    rows = [{name: cell for name, cell in row.items() if name != missing} for row in pair()]
    assert f"error: the columns {missing} are missing (line 3)" in faults(written(tmp_path / "mine.csv", rows))


def test_columns_that_stand_twice_or_are_not_known(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", pair())
    text = path.read_text().replace("0.1\n", "0.1,0.1,7\n").replace("0.2\n", "0.2,0.2,7\n")
    path.write_text(text.replace("L,M,S\n", "L,M,S,s,Doe Jane\n"))
    assert faults(path) == [
        "error: the columns S stand twice (line 3)",
        "warning: columns not used: number 14 (line 3)",
    ]


def test_decimal_commas_between_commas(tmp_path: Path) -> None:
    found = faults(written(tmp_path / "mine.csv", [with_commas(row) for row in pair()]))
    assert "error: more cells than the first line: decimal commas need semicolons between cells (lines 4, 5)" in found


def test_quoted_decimal_commas_between_commas_could_be_thousands(tmp_path: Path) -> None:
    assert faults(written(tmp_path / "mine.csv", pair(M='"0,500"'))) == ["error: M is not a number (lines 4, 5)"]


def test_both_decimal_signs_in_one_file(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", [with_commas(pair()[0]), pair()[1]], ";")
    assert faults(path) == ["error: numbers have decimal commas and decimal points: use one"]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "needs a line of column names"),
        (COMMENTS.encode(), "needs a line of column names"),
        (",".join(ROW).encode(), "needs a line of column names"),
        (b"PK\x03\x04 a workbook", "Excel workbook"),
        (b"\x89PNG\r\n\0\0\0\rIHDR", "no text file"),
        (b"x" * 200_000, "no text file"),
        (b"\xff\xfe" + b"x\0" * 200_000, "no text file"),
        (b"\xff\xfe\0", "needs a line of column names"),
        (b"Doe^Jane;MRN-1\nRoe^Rick;MRN-2\n", "table_id, site, quantity"),
    ],
)
def test_what_is_no_table(data: bytes, fault: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(data)
    found = faults(tmp_path / "mine.csv")
    assert any(line.startswith("error: ") and fault in line for line in found)
    assert not any("Jane" in line or "MRN" in line for line in found)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be opened: FileNotFoundError"):
        read_reference(tmp_path / "none.csv")
    with pytest.raises(ConfigError, match="cannot be opened"):
        read_reference(tmp_path)
