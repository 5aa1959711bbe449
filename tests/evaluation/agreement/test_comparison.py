"""Who called what: pairs, visits, and what was not graded, counted apart."""

from pathlib import Path

import pytest

from oiscan.errors import LabelError
from oiscan.evaluation.agreement.comparison import NOT_GRADED, Panel, compare
from oiscan.evaluation.agreement.readers import read_readers
from oiscan.evaluation.agreement.results import read_results
from tests.evaluation.agreement.reader_cases import readers_file, results_folder

PROGRAM_SAYS = (
    "a,P,0,lateral,T11,scored,15.0,0.70,30.00,2,wedge",  # A calls it unreadable
    "a,P,0,lateral,T12,unreadable,,,,,",  # A calls it grade 1
    "a,P,0,lateral,L1,scored,16.0,0.99,1.00,0,",
    "a,P,0,lateral,L2,scored,17.0,0.60,40.00,3,wedge",  # A was not asked
    "b,P,0,lateral,L1,scored,16.0,0.78,22.00,1,wedge",
    "c,P,365,lateral,L1,unreadable,,,,,",
)
A_SAYS = ("a,T11,A,unreadable,,", "a,T12,A,scored,1,wedge", "a,L1,A,scored,0,", "b,L1,A,scored,1,wedge",
          "c,L1,A,unreadable,,", "d,L1,A,scored,3,crush")  # fmt: skip
B_SAYS = ("a,L1,B,scored,1,wedge", "a,L2,B,scored,0,", "b,L1,B,unreadable,,", "z,L5,B,scored,0,")


def panel(folder: Path) -> Panel:
    readers = read_readers(readers_file(folder, *A_SAYS, *B_SAYS))
    return Panel.of(readers, read_results(results_folder(folder, *PROGRAM_SAYS)))


def test_the_program_answers_for_all_that_the_reader_read(tmp_path: Path) -> None:
    told = compare(panel(tmp_path), "A")
    none = NOT_GRADED
    assert told.vertebrae.grades.tolist() == [[none, 2], [1, none], [0, 0], [1, 1], [none, none], [3, none]]
    assert told.vertebrae.subjects == ("P", "P", "P", "P", "P", "d")
    assert told.vertebrae.fractured.tolist() == [False, True, False, True, False, True]
    assert told.vertebrae.graded.tolist() == [False, False, True, True, False, False]
    assert told.apart == {
        "graded_by_both": 2,
        "unreadable_to_both": 1,
        "unreadable_to_reference_only": 1,
        "unreadable_to_test_only": 1,
        "not_listed_by_reference": 1,
        "not_listed_by_test": 1,
    }


def test_a_visit_has_the_worst_grade_of_all_its_scans(tmp_path: Path) -> None:
    """a and b are one visit: A's worst is 1, the program's 2. The program's grade 3 at L2 was not asked for."""
    told = compare(panel(tmp_path), "A").patients
    assert told.grades.tolist() == [[1, 2], [NOT_GRADED, NOT_GRADED], [3, NOT_GRADED]]
    assert told.subjects == ("P", "P", "d")
    assert told.score[0] == 30


def test_readers_are_compared_where_both_read(tmp_path: Path) -> None:
    told = compare(panel(tmp_path), "A", "B")
    assert told.vertebrae.grades.tolist() == [[0, 1], [1, NOT_GRADED]]
    assert told.apart["graded_by_both"] == told.apart["unreadable_to_test_only"] == 1
    assert told.apart["not_listed_by_reference"] == 1, "L2 of scan a; scan z was not A's to read"
    assert told.apart["not_listed_by_test"] == 2, "T11 and T12 of scan a; scans c and d were not B's to read"


def test_measures_of_both(tmp_path: Path) -> None:
    readers = readers_file(
        tmp_path, "a,L1,A,scored,0,,12,15", "b,L1,A,scored,0,,,15", "a,T12,A,scored,0,,12,15",
        head="scan_id,level,reader,status,grade,deformity,anterior_height_mm,posterior_height_mm",
    )  # fmt: skip
    told = compare(Panel.of(read_readers(readers), read_results(results_folder(tmp_path, *PROGRAM_SAYS))), "A")
    assert told.measured("posterior_height_mm")[0].tolist() == [[15, 16], [15, 16]]
    assert told.measured("ratio_anterior_posterior")[0].tolist() == [[0.8, 0.99]]
    assert told.measured("middle_height_mm")[0].shape == (0, 2)
    assert told.measured("posterior_height_mm")[1] == ("P", "P")


def test_another_results_folder_is_noticed(tmp_path: Path) -> None:
    readers = read_readers(readers_file(tmp_path, "z,L5,B,scored,0,"))
    with pytest.raises(LabelError, match="is it the right results folder"):
        Panel.of(readers, read_results(results_folder(tmp_path, *PROGRAM_SAYS)))
