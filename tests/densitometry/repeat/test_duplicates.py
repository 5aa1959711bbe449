"""The table of a precision study: the short form, `printed.csv`, and what would make precision look too good."""

from pathlib import Path

import pytest

from oiscan.densitometry.repeat.duplicates import Duplicates, read_duplicates
from oiscan.errors import ConfigError
from oiscan.reports.printed import COLUMNS

PRINTED = ",".join(COLUMNS) + "\n"


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "repeats.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_short_form(tmp_path: Path) -> None:
    text = "subject,value,repeat\na,0.50,1\na,0.52,2\nb,,1\nb,0.60,2\n"
    (found,) = read_duplicates(table(tmp_path, text))
    assert found == Duplicates("", "", "value", {"a": [0.5, 0.52], "b": [0.6]})
    assert found.people == 1


def test_scans_of_two_visits_are_never_mixed(tmp_path: Path) -> None:
    text = "subject,visit,value\na,1,0.5\na,1,0.6\na,2,0.7\na,2,0.8\n"
    (found,) = read_duplicates(table(tmp_path, text))
    assert found.repeats == {"a|1": [0.5, 0.6], "a|2": [0.7, 0.8]}
    with pytest.raises(ConfigError, match=r"line 3 .* of which visit"):
        read_duplicates(table(tmp_path, "subject,visit,value\na,1,0.5\na,,0.6\n"))


def test_a_printed_table(tmp_path: Path) -> None:
    rows = [
        "0123456789abcdef,S,0,AP Spine,L1-L4,0.500,20.0,40.0,,-1.0,,GE,printed by the scanner,",
        "0123456789abcdea,S,0,AP Spine,L1-L4,0.520,20.8,40.0,,-1.0,0,GE,printed by the scanner,",
        "0123456789abcdeb,S,0,AP Spine,L1-L4,0.900,20.8,40.0,,-1.0,5,GE,printed by the scanner,",
        "0123456789abcdea,S,0,,TBLH,0.700,,,,,,GE,printed by the scanner,",
    ]
    found = read_duplicates(table(tmp_path, PRINTED + "\n".join(rows)))
    assert [(one.site, one.region, one.quantity, one.left_out) for one in found] == [
        ("AP Spine", "L1-L4", "bmd_g_cm2", 1),
        ("AP Spine", "L1-L4", "bmc_g", 1),
        ("AP Spine", "L1-L4", "area_cm2", 1),
        ("", "TBLH", "bmd_g_cm2", 0),
    ]
    assert found[0].repeats == {"S|0": [0.5, 0.52]}
    assert [one.people for one in found] == [1, 1, 1, 0]


@pytest.mark.parametrize("column", ["repeat", "scan_id"])
def test_one_scan_twice_is_no_repeat(tmp_path: Path, column: str) -> None:
    with pytest.raises(ConfigError, match=r"line 3 .* repeats a scan"):
        read_duplicates(table(tmp_path, f"subject,value,{column}\na,0.5,x\na,0.5,x\n"))


@pytest.mark.parametrize(("text", "says"), [
    ("", "needs a column subject"),
    ("value\n0.5\n", "needs a column subject"),
    ("subject,region\nSECRET,L1\n", "one of value"),
    ("subject,value,SECRET\na,1,2\n", "1 columns .* are unknown"),
    ("subject,value\nSECRET\n", "line 2 .* more or fewer cells"),
    ("subject,value\n,0.5\n", "line 2 .* whose it is"),
    ("subject,value\na,SECRET\n", "line 2 .* no number above 0"),
    ("subject,value\na,-1\n", "line 2 .* no number above 0"),
    ("subject,value\na,nan\n", "line 2 .* no number above 0"),
    ("subject,value\na,\n", "holds no value"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_without_a_word_of_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        read_duplicates(table(tmp_path, text))
    assert "SECRET" not in str(refused.value)
