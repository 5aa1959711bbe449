"""Readers' tables: what is read, and that no line is lost in silence."""

from pathlib import Path

import pytest

from oiscan.anatomy import Level
from oiscan.errors import LabelError
from oiscan.evaluation.agreement.readers import read_readers
from tests.evaluation.agreement.reader_cases import READERS_HEAD, readers_file


def test_a_table_as_written(tmp_path: Path) -> None:
    path = readers_file(tmp_path, "s1,T12,A,scored,2,wedge", "s1,L1,A,unreadable,,", "s1,L1, B ,scored,0.0,")
    one, other, third = read_readers(path)
    assert (one.key, one.rater, one.grade, one.deformity) == (("s1", Level.T12), "A", 2, "wedge")
    assert (other.grade, other.measures) == (None, {})
    assert (third.rater, third.grade) == ("B", 0)


def test_heights_give_ratios(tmp_path: Path) -> None:
    head = f"{READERS_HEAD},anterior_height_mm,middle_height_mm,posterior_height_mm,remark"
    path = readers_file(tmp_path, "s,L1,A,scored,1,wedge,12,,16,a limbus?", "s,L2,A,scored,0,,12,,,", head=head)
    one, other = read_readers(path)
    assert one.measures == {"anterior_height_mm": 12, "posterior_height_mm": 16, "ratio_anterior_posterior": 0.75}
    assert other.measures == {"anterior_height_mm": 12}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",L1,A,scored,0,", "must not be empty"),
        ("s,L1,,scored,0,", "must not be empty"),
        ("s,L1,oiscan,scored,0,", "no reader may be called oiscan"),
        ("s,L7,A,scored,0,", "level must be"),
        ("s,L1,A,fine,0,", "status must be scored or unreadable"),
        ("s,L1,A,scored,,", "grade must be"),
        ("s,L1,A,scored,4,", "grade must be 0, 1, 2 or 3"),
        ("s,L1,A,scored,0.5,", "grade must be 0, 1, 2 or 3"),
        ("s,L1,A,scored,nan,", "grade must be a number"),
        ("s,L1,A,unreadable,0,", "an unreadable vertebra has no grade"),
        ("s,L1,A,scored,1,crushed", "deformity must be"),
        ("s,L1,A,scored,0,wedge", "only grades 1 to 3"),
        ("s,T1,A,scored,0,", "in line 2 already"),
    ],
)
def test_a_bad_line_is_named_and_not_quoted(tmp_path: Path, line: str, why: str) -> None:
    path = readers_file(tmp_path, "s,T1,A,scored,0,", line)
    with pytest.raises(LabelError, match=f"line 3: .*{why}") as raised:
        read_readers(path)
    assert "crushed" not in str(raised.value)


def test_every_bad_line_is_told_up_to_ten(tmp_path: Path) -> None:
    path = readers_file(tmp_path, *(f"s,L1,R{i},scored,9," for i in range(12)))
    with pytest.raises(LabelError, match=r"line 2: .*line 11: .*; and 2 lines more"):
        read_readers(path)


@pytest.mark.parametrize("height", ["0", "-3", "inf", "tall"])
def test_impossible_heights(tmp_path: Path, height: str) -> None:
    path = readers_file(tmp_path, f"s,L1,A,scored,0,,{height}", head=f"{READERS_HEAD},middle_height_mm")
    with pytest.raises(LabelError, match=r"line 2: .*height"):
        read_readers(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is empty"),
        (READERS_HEAD.encode() + b"\n", "holds no reading"),
        (b"scan_id;level;reader;status;grade;deformity\n", "separated by commas"),
        (b"scan_id,level,reader,status,grade\n", "lacks the columns deformity"),
        (READERS_HEAD.encode() + b",heigth\n", "1 of its columns are unknown"),
        (READERS_HEAD.encode() + b",grade\n", "each once"),
        (READERS_HEAD.encode() + b"\n\ns,L1,A,scored,0\n", "line 3: 5 cells where the first line has 6"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_no_such_table(tmp_path: Path, text: bytes, why: str) -> None:
    path = tmp_path / "readers.csv"
    path.write_bytes(text)
    with pytest.raises(LabelError, match=why):
        read_readers(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"readers\.csv cannot be read"):
        read_readers(tmp_path / "readers.csv")


def test_a_table_saved_by_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{READERS_HEAD}\r\ns,L1,A,scored,3,crush\r\n".encode())
    assert read_readers(path)[0].grade == 3
