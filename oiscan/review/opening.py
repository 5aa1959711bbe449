"""A results folder opened for one reader, with what must not be mixed held apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oiscan.errors import ConfigError
from oiscan.evaluation.agreement.readings import PROGRAM
from oiscan.review.blinding import BEGAN, blinded_cases, check_terms
from oiscan.review.cases import Results
from oiscan.review.desk import Desk, Terms
from oiscan.review.double import accepted_sheets, calls, disagreements
from oiscan.review.pictures import Pictures
from oiscan.review.readings import FILE, Readings

LONGEST_NAME = 40


def open_desk(
    folder: Path,
    terms: Terms,
    third_look: bool = False,
    scale: str | None = None,
    scans: Sequence[Path] = (),
    allow_burned_in_text: bool = False,
) -> tuple[Desk, Readings]:
    """The desk of a reader, and the folder's readings.

    Parameters
    ----------
    folder
        Results of `oiscan score`.
    terms
        How the reader reads.
    third_look
        Only what two other readers disagree on.
    scale
        File with a user's own scale, where the scans were graded on one.
    scans
        Where to search for scans that were moved.
    allow_burned_in_text
        Whether pictures that may hold text are shown; never where reading is blinded.

    Raises
    ------
    ConfigError
        It cannot be opened so, or would break a blinding.
    """
    _check_name(terms.reader)
    results = Results(folder)
    if terms.blinded and (allow_burned_in_text or results.settings["allow_burned_in_text"]):
        raise ConfigError("blinded reading shows no picture that may hold text: a name or a date may be burnt into it")
    readings, graded_on = Readings(results.private / FILE), results.scale(scale)
    check_terms(readings, terms.reader, terms.blinded)
    disagreed = frozenset() if terms.blinded and not third_look else _disagreed(readings, terms, third_look)
    cases = blinded_cases(results, terms.reader) if terms.blinded else results.cases
    if third_look:
        cases = tuple(case for case in cases if case.scan_id in disagreed)
    if not cases:
        raise ConfigError("there is no scan to read" + (" a third time: no two readers disagree" * third_look))
    if terms.blinded:
        readings.note_step(terms.reader, BEGAN, "from the model's landmarks" if terms.from_model else "from none")
    pictures = Pictures(results, scans, allow_burned_in_text)
    return Desk(results, readings, pictures, terms, cases, graded_on, disagreed), readings


def _check_name(reader: str) -> None:
    if not (0 < len(reader) <= LONGEST_NAME and reader.isprintable()) or reader == PROGRAM:
        raise ConfigError(f"a reader's name has 1 to {LONGEST_NAME} letters and is not '{PROGRAM}'")


def _disagreed(readings: Readings, terms: Terms, third_look: bool) -> frozenset[str]:
    """Scans on which two readers disagree; the third reader is none of them."""
    rows = [row for row in readings.all_rows() if not (third_look and row.reader == terms.reader)]
    return frozenset(one.scan_id for one in disagreements(calls(accepted_sheets(rows))))
