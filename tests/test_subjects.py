"""Codes for people: stable, keyed, and never the patient id."""

import stat
import sys
from datetime import date

import pytest

from oiscan.errors import ConfigError
from oiscan.subjects import SubjectCodes, read_codes, study_days, subject_key


def test_a_person_keeps_one_code_and_a_scan_without_id_is_its_own_person():
    codes = SubjectCodes(b"key")
    assert codes.code("MRN-1", "aaaa") == codes.code(" MRN-1 ", "bbbb")
    assert codes.code("MRN-1", "aaaa") != codes.code("MRN-2", "aaaa")
    assert codes.code("", "aaaa") != codes.code("", "bbbb")


@pytest.mark.parametrize("typed", ["mrn-7  a", " MRN-7 A ", "MRN-7\tA", "\uff2d\uff32\uff2e-7 A"])
def test_one_number_is_one_person_however_it_was_typed(typed):
    assert SubjectCodes(b"key").code(typed, "x") == SubjectCodes(b"key").code("MRN-7 A", "y")
    assert SubjectCodes(b"key", {"mrn-7 a": "OI-007"}).code(typed, "x") == "OI-007"


def test_two_people_with_one_number_from_two_hospitals_have_two_codes():
    codes = SubjectCodes(b"key", {"2": "OI-002"})
    assert codes.code("1", "x", "Clinic A") != codes.code("1", "x", "Clinic B")
    assert codes.code("1", "x", "Clinic A") == codes.code("1", "y", "clinic a ")
    assert codes.code("2", "x", "Clinic A") == codes.code("2", "x") == "OI-002"


@pytest.mark.parametrize("nobody", ["", "  ", "0", "Anonymous", "unknown", "N/A"])
def test_a_number_many_share_is_nobodys(nobody):
    codes = SubjectCodes(b"key")
    assert codes.code(nobody, "aaaa") != codes.code(nobody, "bbbb")


def test_the_code_is_the_keyed_hash():
    # printf 'patient:MRN-1' | openssl dgst -sha256 -hmac key -binary | head -c5 | base32
    assert SubjectCodes(b"key").code("MRN-1", "x") == "S-B7AOLATQ"
    assert SubjectCodes(b"other key").code("MRN-1", "x") != "S-B7AOLATQ"


def test_own_codes_go_first_and_the_key_is_not_shown():
    codes = SubjectCodes(b"secret", {"MRN-1": "OI-007"})
    assert codes.code("MRN-1", "x") == "OI-007"
    assert codes.code("MRN-2", "x").startswith("S-")
    assert "secret" not in repr(codes)


def test_own_codes_are_read_from_a_table(tmp_path):
    table = tmp_path / "subjects.csv"
    table.write_text("\ufeffpatient_id,subject\nMRN-1,OI-007\n 12,OI-008\n", encoding="utf-8")
    assert read_codes(table) == {"MRN-1": "OI-007", "12": "OI-008"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,code\nMRN-1,A\n", "columns patient_id,subject"),
        ("patient_id,subject\nMRN-1,A\nMRN-1,B\n", "line 3"),
        ("patient_id,subject\nMRN-1\n", "line 2"),
        ("", "columns patient_id,subject"),
    ],
)
def test_a_table_that_cannot_be_used_says_where_and_quotes_nobody(tmp_path, text, said):
    table = tmp_path / "subjects.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as caught:
        read_codes(table)
    assert "MRN" not in str(caught.value)


def test_a_patient_given_twice_in_two_spellings_is_a_mistake(tmp_path):
    table = tmp_path / "subjects.csv"
    table.write_text("patient_id,subject\nMRN-1,A\nmrn-1 ,B\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 3"):
        read_codes(table)


def test_a_cell_too_large_for_a_table_is_a_wrong_setting(tmp_path):
    table = tmp_path / "subjects.csv"
    table.write_text(f"patient_id,subject\n{'x' * 200_000},A\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_codes(table)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "key"
    key = subject_key(path)
    assert len(key) == 32
    assert subject_key(path) == key != subject_key(tmp_path / "other")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "not hexadecimal", "abcd", "é"])
def test_a_damaged_key_stops_the_run_and_is_not_replaced(tmp_path, content):
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="key") as caught:
        subject_key(path)
    assert path.read_text(encoding="utf-8") == content
    assert not content or content not in str(caught.value)


def test_an_absent_table_is_a_wrong_setting(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_codes(tmp_path / "absent.csv")


def test_days_count_from_each_persons_first_scan():
    dated = [("A", date(2024, 3, 1)), ("B", date(2020, 1, 1)), ("A", date(2024, 2, 1)), ("A", None)]
    assert study_days(dated) == [29, 0, 0, None]
