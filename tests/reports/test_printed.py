"""`printed.csv`: fixed columns, the scanner's own digits, and users' lines matched to the people of a run."""

import csv
import io
from datetime import date

import pytest

from oiscan.loaders.printed import PrintedValue, UserRow
from oiscan.reports.printed import COLUMNS, PrintedSet, printed_csv
from oiscan.reports.printed_people import NO_DAY, NO_PERSON, NO_SCAN, SEVERAL, KnownScan, user_sets
from oiscan.scan import Identity

L1 = (
    PrintedValue("a", "L1", "bmd_g_cm2", 0.87, source="Hologic page", decimals=3),
    PrintedValue("a", "L1", "bmc_g", 12.0, source="Hologic page", decimals=2),
    PrintedValue("a", "L1", "area_cm2", 13.26, source="Hologic page", decimals=2),
    PrintedValue("a", "L1", "z_score", -1.0, "2", source="Hologic page", decimals=1),
    PrintedValue("a", "L1", "t_score", None, source="Hologic page"),
)
FIRST, LATER = date(2020, 1, 1), date(2020, 1, 31)
SCANS = [
    KnownScan("1" * 16, "S-A", 0, Identity(patient_id="mrn-1", scan_date=FIRST)),
    KnownScan("2" * 16, "S-A", 30, Identity(patient_id="MRN-1", scan_date=LATER)),
    KnownScan("3" * 16, "S-B", 0, Identity(patient_id="MRN-2", issuer="x", scan_date=FIRST)),
    KnownScan("4" * 16, "S-C", 0, Identity(patient_id="MRN-2", issuer="y", scan_date=FIRST)),
]


def rows(sets: list[PrintedSet]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed_csv(sets))))


def test_a_row_a_region_with_the_digits_as_printed() -> None:
    text = printed_csv([PrintedSet("a", "S-A", 30, L1)])
    assert text.splitlines() == [
        "scan_id,subject,day,site,region,bmd_g_cm2,bmc_g,area_cm2,t_score,z_score,invalid_code,source,origin,remarks",
        "a,S-A,30,,L1,0.870,12.00,13.26,,-1.0,2,Hologic page,printed by the scanner,"
        "BMC 12.00 is not area x BMD = 11.536",
    ]


def test_order_of_rows_does_not_depend_on_that_of_files() -> None:
    def one(subject: str, day: int | None, scan_id: str) -> PrintedSet:
        return PrintedSet(scan_id, subject, day, L1[:1])

    sets = [one("S-B", None, "b"), one("S-B", 0, "c"), one("S-A", 7, "a"), one("S-B", 0, "a")]
    assert printed_csv(sets) == printed_csv(sets[::-1])
    assert [(row["subject"], row["day"], row["scan_id"]) for row in rows(sets)] == [
        ("S-A", "7", "a"), ("S-B", "0", "a"), ("S-B", "0", "c"), ("S-B", "", "b"),
    ]  # fmt: skip
    assert printed_csv([]) == ",".join(COLUMNS) + "\n"


def test_a_users_code_is_no_formula() -> None:
    assert rows([PrintedSet("", "=1+1", None, L1[:1])])[0]["subject"] == "'=1+1"


@pytest.mark.parametrize(
    ("scan_id", "patient", "day", "expected"),
    [
        ("2" * 16, "", None, ("2" * 16, "S-A", 30, ())),
        ("9" * 16, "", None, ("9" * 16, "", None, (NO_SCAN,))),
        ("", " Mrn-1", None, ("", "S-A", None, ())),
        ("", "MRN-1", LATER, ("", "S-A", 30, ())),
        ("", "MRN-1", date(2020, 1, 11), ("", "S-A", 10, (NO_DAY,))),
        ("", "MRN-2", FIRST, ("", "", None, (SEVERAL,))),
        ("", "MRN-9", FIRST, ("", "code of MRN-9", None, (NO_PERSON,))),
        ("", "unknown", FIRST, ("", "", None, (NO_PERSON,))),
    ],
)
def test_whose_a_users_line_is(scan_id: str, patient: str, day: date | None, expected: tuple[object, ...]) -> None:
    (found,) = user_sets([UserRow(scan_id, patient, day, L1)], SCANS, lambda patient: f"code of {patient}")
    assert (found.scan_id, found.subject, found.day, found.remarks) == expected


def test_lines_of_one_visit_are_checked_together() -> None:
    lines = [
        UserRow("", "MRN-1", FIRST, (PrintedValue("", region, "area_cm2", area, source="user CSV", decimals=1),))
        for region, area in (("L1", 10.0), ("L2", 11.0), ("L1-L2", 23.0))
    ]
    sets = user_sets(lines, SCANS, str)
    assert len(sets) == 1
    remarks = [row["remarks"] for row in rows(list(sets))]
    assert remarks == ["", "", "area_cm2 23.0 is not the sum of its vertebrae, 21.000"]
