"""Tables as programs export them."""

import pytest

from oiscan.errors import ConfigError
from oiscan.followup.study.source import read_source


def table(tmp_path, data: bytes, needed=("a", "b")):
    file = tmp_path / "labs.csv"
    file.write_bytes(data)
    return read_source(file, needed)


def cells(source):
    return [(row.number, dict(row.cells)) for row in source.rows]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path):
    """A note with a line break is one row."""
    source = table(tmp_path, b'a,b\r\n1,"two\r\nlines"\r\n\r\n3, 4 \r\n')
    assert cells(source) == [(2, {"a": "1", "b": "two\r\nlines"}), (4, {"a": "3", "b": "4"})]


@pytest.mark.parametrize(
    ("data", "comma"),
    [
        (b"a;b\n1,5;2\n", True),
        (b"a\tb\n1,5\t2\n", True),
        ("\N{ZERO WIDTH NO-BREAK SPACE}a;b\n1,5;2\n".encode(), True),
        ("a;b\n1,5;2\n".encode("utf-16"), True),
        (b'a,b\n"1,5",2\n', False),
    ],
)
def test_separators_and_encodings(tmp_path, data, comma):
    source = table(tmp_path, data)
    assert cells(source) == [(2, {"a": "1,5", "b": "2"})]
    assert source.decimal_comma == comma
    assert source.problems == ()


def test_an_old_encoding_is_read_and_named(tmp_path):
    source = table(tmp_path, "a,b\nM\N{LATIN SMALL LETTER U WITH DIAERESIS}ller,2\n".encode("cp1252"))
    assert source.rows[0].cells["a"] == "M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller"
    assert "Windows-1252" in source.problems[0].text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,c\n1,2\n", "has no column b"),
        (b"a,b,b\n1,2,3\n", "has the column b twice"),
        (b"PK\x03\x04", "save the table as CSV UTF-8"),
        (b"a,b\n1,\x00\n", "save the table as CSV UTF-8"),
        (b"", "has no column a, b"),
    ],
)
def test_a_table_the_mapping_does_not_fit(tmp_path, data, words):
    with pytest.raises(ConfigError, match=words):
        table(tmp_path, data)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"^labs.csv cannot be opened: FileNotFoundError") as caught:
        read_source(tmp_path / "labs.csv", ())
    assert str(tmp_path) not in str(caught.value)


def test_a_column_nobody_asked_for_may_stand_twice(tmp_path):
    assert len(table(tmp_path, b"a,b,note,note\n1,2,x,y\n").rows) == 1
