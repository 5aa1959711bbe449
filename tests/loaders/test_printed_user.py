"""The user's own table of printed values: read whole or refused, and its words never quoted."""

from datetime import date
from pathlib import Path

import pytest

from oiscan.errors import ConfigError
from oiscan.loaders.printed_user import read_user_values


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "values.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_keyed_by_patient(tmp_path: Path) -> None:
    header = "patient_id,scan_date,region,bmd,bmc,area,t,z,invalid_code"
    text = f"{header}\nMRN-1,2024-05-31,l1-l4,0.930,51.85,55.77,,-1.0,2\n"
    (row,) = read_user_values(table(tmp_path, text))
    assert (row.scan_id, row.patient_id, row.scan_date) == ("", "MRN-1", date(2024, 5, 31))
    assert [(value.region, value.quantity, str(value)) for value in row.values] == [
        ("L1-L4", "bmd_g_cm2", "0.930"),
        ("L1-L4", "bmc_g", "51.85"),
        ("L1-L4", "area_cm2", "55.77"),
        ("L1-L4", "t_score", ""),
        ("L1-L4", "z_score", "-1.0"),
    ]
    assert {(value.invalid_code, value.source) for value in row.values} == {("2", "user CSV")}
    assert "MRN" not in repr(row)


def test_a_table_keyed_by_scan(tmp_path: Path) -> None:
    (row,) = read_user_values(table(tmp_path, "\ufeffscan_id, region, bmd_g_cm2\n0123456789abcdef,TBLH,-\n\n"))
    assert (row.scan_id, row.patient_id, row.values[0].scan_id) == ("0123456789abcdef", "", "0123456789abcdef")
    assert row.values[0].value is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "needs scan_id or patient_id"),
        ("region,bmd\nL1,0.9\n", "needs scan_id or patient_id"),
        ("patient_id,bmd\nSECRET,0.9\n", "needs scan_id or patient_id, region"),
        ("patient_id,region\nSECRET,L1\n", "a column of values"),
        ("patient_id,region,bmd,SECRET\nA,L1,0.9,x\n", "1 of its columns are unknown"),
        ("patient_id,region,bmd,bmd_g_cm2\nA,L1,0.9,0.8\n", "each once"),
        ("patient_id,region,bmd\nSECRET,L1\n", "line 2 .* more or fewer cells"),
        ("patient_id,region,bmd\n,L1,0.9\n", "line 2 .* needs a scan_id"),
        ("scan_id,region,bmd\nSECRET,L1,0.9\n", "line 2 .* needs a scan_id"),
        ("patient_id,region,bmd\nA,L1,1\nA,SECRET,0.9\n", "line 3 .* names a region"),
        ("patient_id,region,bmd\nA,L1,SECRET\n", "line 2 .* has a bmd that is no number"),
        ("patient_id,region,bmd,scan_date\nA,L1,1,31.05.2024\n", "line 2 .* scan_date"),
        ("patient_id,region,bmd,invalid_code\nA,L1,1,SECRET moved a lot\n", "line 2 .* invalid_code"),
    ],
)
def test_what_cannot_be_used_is_refused_without_a_word_of_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        read_user_values(table(tmp_path, text))
    assert "SECRET" not in str(refused.value)


def test_an_absent_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_user_values(tmp_path / "absent.csv")
