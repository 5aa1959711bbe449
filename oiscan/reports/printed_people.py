"""Whose the values are that a user typed: lines of the table matched to the scans of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from oiscan.loaders.printed import PrintedValue, UserRow
from oiscan.reports.printed import PrintedSet
from oiscan.scan import Acquisition, Identity, Subject
from oiscan.subjects import plain_id

NO_SCAN = "no scan with this scan_id in this run"
NO_PERSON = "no scan of this person in this run"
NO_DAY = "no scan of this day in this run"
SEVERAL = "this patient id belongs to several people of this run: name the scan_id"


@dataclass(frozen=True)
class KnownScan:
    """What a run knows of a scan, as far as matching needs it.

    Parameters
    ----------
    scan_id, subject, day, identity
        Which scan of whom.
    person, acquisition
        Age and sex, and the scanner, as far as the file says.
    is_bone
        Whether it measures bone: an AP scan, or a file with printed values. A radiograph of the same day does not.
    """

    scan_id: str
    subject: str
    day: int | None
    identity: Identity
    person: Subject = field(default_factory=Subject)
    acquisition: Acquisition = field(default_factory=Acquisition)
    is_bone: bool = False


def user_sets(
    rows: Iterable[UserRow], scans: Iterable[KnownScan], code: Callable[[str], str]
) -> tuple[PrintedSet, ...]:
    """The user's lines, those of one scan or visit together.

    Parameters
    ----------
    rows
        As `oiscan.loaders.printed.read_user_values` gives them.
    scans
        All of the run.
    code
        Gives the code of a person the run has no scan of, from the patient id.
    """
    known = list(scans)
    together: dict[tuple[str, str, date | None], list[PrintedValue]] = {}
    for row in rows:
        place = (row.scan_id, "" if row.scan_id else plain_id(row.patient_id), None if row.scan_id else row.scan_date)
        together.setdefault(place, []).extend(row.values)
    return tuple(
        _of_scan(scan_id, tuple(values), known) if scan_id else _of_person(patient, day, tuple(values), known, code)
        for (scan_id, patient, day), values in together.items()
    )


def _of_scan(scan_id: str, values: tuple[PrintedValue, ...], known: list[KnownScan]) -> PrintedSet:
    found = next((scan for scan in known if scan.scan_id == scan_id), None)
    if found is None:
        return PrintedSet(scan_id, "", None, values, (NO_SCAN,))
    return PrintedSet(scan_id, found.subject, found.day, values)


def _of_person(
    patient: str, on: date | None, values: tuple[PrintedValue, ...], known: list[KnownScan], code: Callable[[str], str]
) -> PrintedSet:
    scans = [scan for scan in known if patient and plain_id(scan.identity.patient_id) == patient]
    people = {scan.subject for scan in scans}
    if len(people) != 1:
        stranger = code(patient) if patient and not scans else ""
        return PrintedSet("", stranger, None, values, (SEVERAL if scans else NO_PERSON,))
    day = next((_day(on, scan) for scan in scans if scan.day is not None), None)
    same_day = on is None or any(scan.identity.scan_date == on for scan in scans)
    return PrintedSet("", people.pop(), day, values, () if same_day else (NO_DAY,))


def _day(on: date | None, scan: KnownScan) -> int | None:
    """The day of a date, told by a scan whose date and day are known."""
    if on is None or scan.day is None or scan.identity.scan_date is None:
        return None
    return scan.day + (on - scan.identity.scan_date).days
