"""Codes that stand for people: the same person always the same code, and no way back without the key."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from oiscan.errors import ConfigError

KEY_BYTES = 32
NOBODY = frozenset({"0", "ANON", "ANONYMIZED", "ANONYMOUS", "N/A", "NA", "NONE", "NULL", "UNKNOWN", "X"})
"""Patient ids that stand for no id: whoever shares one is not the same person."""


@dataclass(frozen=True, repr=False)
class SubjectCodes:
    """Codes for patient ids.

    Parameters
    ----------
    key
        Secret bytes; without them a code cannot be traced back by trying patient ids.
    given
        The user's own codes by patient id; they go before the keyed ones.
    """

    key: bytes
    given: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", {plain_id(patient): code for patient, code in self.given.items()})

    def code(self, patient_id: str, scan_id: str, issuer: str = "") -> str:
        """Code of the person; a scan without patient id is a person of its own.

        One number given out by two issuers is two people; `given` goes by the patient id alone.
        """
        patient = plain_id(patient_id)
        if not patient:
            return self.keyed("scan", scan_id)
        whole = f"{plain_id(issuer)}|{patient}" if plain_id(issuer) else patient
        return self.given.get(patient) or self.keyed("patient", whole)

    def keyed(self, kind: str, text: str) -> str:
        """``S-XXXXXXXX``: 40 bits of HMAC-SHA256 in base 32, so that 10,000 people have 10,000 codes."""
        return "S-" + base64.b32encode(self.digest(kind, text)[:5]).decode()

    def digest(self, kind: str, text: str) -> bytes:
        """HMAC-SHA256 of a text of some kind."""
        return hmac.new(self.key, f"{kind}:{text}".encode(), hashlib.sha256).digest()


def plain_id(text: str) -> str:
    """A patient id however it was typed: in capitals, one kind of digit, single spaces; "" where it names nobody."""
    plain = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    return "" if plain in NOBODY else plain


def subject_key(path: Path) -> bytes:
    """The secret key in a file; a new one, for its owner's eyes only, where there is no such file.

    Raises
    ------
    ConfigError
        The file cannot be read or written, or holds no key. A new one would give everybody another code.
    """
    try:
        if not path.exists():
            _write_key(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise ConfigError(f"the subject key cannot be used: {type(error).__name__}") from error
    if len(key) != KEY_BYTES:
        raise ConfigError(f"the subject key is damaged: it must be {2 * KEY_BYTES} hexadecimal digits")
    return key


def _write_key(path: Path) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def read_codes(path: Path) -> dict[str, str]:
    """The user's own codes, from a CSV file with the columns ``patient_id`` and ``subject``.

    Raises
    ------
    ConfigError
        The file is absent, is no such table, or names a patient twice. The message quotes no patient id.
    """
    try:
        table = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"the subjects file cannot be read as a UTF-8 table: {type(error).__name__}") from error
    if not {"patient_id", "subject"} <= set(table.fieldnames or ()):
        raise ConfigError("the subjects file needs a first line with the columns patient_id,subject")
    codes: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        patient, subject = plain_id(row["patient_id"] or ""), (row["subject"] or "").strip()
        if not patient or not subject or patient in codes:
            raise ConfigError(f"line {number} of the subjects file lacks a value or repeats a patient")
        codes[patient] = subject
    return codes


def study_days(dated: Iterable[tuple[str, date | None]]) -> list[int | None]:
    """Days since the first scan of the same subject, for (subject, scan date) pairs; None where the date is unknown."""
    pairs = list(dated)
    first: dict[str, date] = {}
    for subject, day in pairs:
        if day is not None:
            first[subject] = min(day, first.get(subject, day))
    return [None if day is None else (day - first[subject]).days for subject, day in pairs]
