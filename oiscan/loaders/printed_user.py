"""Printed values a user typed into a CSV file: at most sites they exist on paper or burnt into pages only."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from oiscan.errors import ConfigError
from oiscan.loaders.printed_value import QUANTITIES, PrintedValue, printed_number, region_name

SOURCE = "user CSV"
COLUMNS = {"bmd": "bmd_g_cm2", "bmc": "bmc_g", "area": "area_cm2", "t": "t_score", "z": "z_score"}
"""Columns that hold values: BMD in g/cm2, BMC in g, area in cm2, and the two scores. Their full names are taken too."""

KEYS = ("scan_id", "patient_id")
OTHERS = ("scan_date", "region", "invalid_code")
_CODE = re.compile(r"[A-Za-z0-9_.-]{0,16}")
_SCAN_ID = re.compile(r"[0-9a-f]{16}")
_NAMES = COLUMNS | {quantity: quantity for quantity in QUANTITIES}


@dataclass(frozen=True, repr=False)
class UserRow:
    """One line: values of one region of one scan. `patient_id` and `scan_date` never leave the private folder."""

    scan_id: str
    patient_id: str
    scan_date: date | None
    values: tuple[PrintedValue, ...]


def read_user_values(path: Path) -> tuple[UserRow, ...]:
    """The lines of a user's CSV file.

    It has a column ``scan_id`` or ``patient_id``, a column ``region``, any of ``bmd, bmc, area, t, z``, and may have
    ``scan_date`` (YYYY-MM-DD) and ``invalid_code``. An empty cell is a value that was not printed.

    Raises
    ------
    ConfigError
        The file is absent, is no such table, or has a column or a cell that cannot be used. The message names the line
        and quotes nothing of it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the file of printed values cannot be read as UTF-8 text: {type(error).__name__}") from error
    try:
        header, *lines = csv.reader(text.splitlines()) if text.strip() else [[]]
    except csv.Error as error:
        raise ConfigError("the file of printed values is no CSV table") from error
    names = [name.strip() for name in header]
    _check_columns(names)
    return tuple(_row(number, names, cells) for number, cells in enumerate(lines, start=2) if cells)


def _check_columns(names: list[str]) -> None:
    known = {*KEYS, *OTHERS, *_NAMES}
    unknown = sum(name not in known for name in names)
    if unknown or len({_NAMES.get(name, name) for name in names}) < len(names):
        raise ConfigError(
            f"the file of printed values may have the columns {', '.join((*KEYS, *OTHERS, *COLUMNS))}, "
            f"each once; {unknown or 'none'} of its columns are unknown"
        )
    if "region" not in names or not set(KEYS) & set(names) or not set(_NAMES) & set(names):
        raise ConfigError("the file of printed values needs scan_id or patient_id, region, and a column of values")


def _row(number: int, names: list[str], cells: list[str]) -> UserRow:
    if len(cells) != len(names):
        raise _unusable(number, "has more or fewer cells than the first line")
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    scan_id, patient_id = told.get("scan_id", ""), told.get("patient_id", "")
    if not (scan_id or patient_id) or not (not scan_id or _SCAN_ID.fullmatch(scan_id)):
        raise _unusable(number, "needs a scan_id of 16 hexadecimal digits or a patient_id")
    region = region_name(told["region"])
    if region is None:
        raise _unusable(number, "names a region oiscan does not know: write L1, L1-L4, Total or TBLH")
    day = _date(number, told.get("scan_date", ""))
    return UserRow(scan_id, patient_id, day, _values(number, scan_id, region, told))


def _values(number: int, scan_id: str, region: str, told: dict[str, str]) -> tuple[PrintedValue, ...]:
    code = told.get("invalid_code", "")
    if not _CODE.fullmatch(code):
        raise _unusable(number, "has an invalid_code that is no code: up to 16 letters and digits")
    values = []
    for name, quantity in _NAMES.items():
        value, decimals = printed_number(told.get(name, ""))
        if value is None and told.get(name, "") not in ("", "-"):
            raise _unusable(number, f"has a {name} that is no number")
        if name in told:
            values.append(PrintedValue(scan_id, region, quantity, value, code, SOURCE, "", decimals))
    return tuple(values)


def _date(number: int, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unusable(number, "has a scan_date that is no date as 2024-05-31") from error


def _unusable(number: int, why: str) -> ConfigError:
    return ConfigError(f"line {number} of the file of printed values {why}")
