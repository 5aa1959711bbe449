"""The user's own table of vertebrae not to count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.csv_lines import CsvLines
from oiscan.densitometry.printed.exclusion import USER_REASONS, Exclusion
from oiscan.errors import ConfigError

COLUMNS = ("subject", "scan_id", "level", "reason")
_SCAN_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class ExclusionLine:
    """One line: a vertebra of a person at every visit (`subject`), or at the visit of one scan (`scan_id`)."""

    line: int
    subject: str
    scan_id: str
    exclusion: Exclusion


def read_exclusions(path: Path) -> tuple[ExclusionLine, ...]:
    """The lines of a CSV file with ``level``, ``reason`` and ``subject`` or ``scan_id``.

    Levels are L1 to L4, reasons those of `USER_REASONS`, subjects the codes of `scans.csv`.

    Raises
    ------
    ConfigError
        The file is absent, is no such table, or has a column or a cell that cannot be used. The message names the line
        and quotes nothing of it.
    """
    table = CsvLines.read(path, "exclusions file")
    names = set(table.names)
    if not ({"level", "reason"} <= names and {"subject", "scan_id"} & names and names <= set(COLUMNS)):
        raise ConfigError("the exclusions file needs the columns level, reason, and subject or scan_id, and no others")
    return tuple(_line(table, number, told) for number, told in table.lines)


def _line(table: CsvLines, number: int, told: dict[str, str]) -> ExclusionLine:
    subject, scan_id = told.get("subject", ""), told.get("scan_id", "")
    if bool(subject) == bool(scan_id) or not (subject or _SCAN_ID.fullmatch(scan_id)):
        raise table.unusable(number, "needs a subject or a scan_id of 16 hexadecimal digits, not both")
    if told["level"].upper() not in LUMBAR:
        raise table.unusable(number, "names no level from L1 to L4")
    if told["reason"].casefold() not in USER_REASONS:
        raise table.unusable(number, f"has no reason oiscan knows: write {', '.join(USER_REASONS)}")
    reason = f"{told['reason'].casefold()} (stated by the user)"
    return ExclusionLine(number, subject, scan_id, Exclusion(Level(told["level"].upper()), reason))

