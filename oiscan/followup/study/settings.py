"""What a study.toml may say, with a check on every value. A key that does not exist is an error."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from oiscan.followup.study.params import Kind

DAYS_A_MONTH = 30.4375
"""365.25 / 12."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class About(_Strict):
    """``[study]``: which study this is."""

    id: str = Field(min_length=1, description="STUDYID")
    simulated: bool = Field(default=False, description="whether no child stands behind it; then every page says so")
    seed: int = Field(default=0, description="of everything drawn by chance: permutations, bootstraps")
    blinded: bool = Field(default=False, description="whether ARM stays blank")
    dates: bool = Field(default=False, description="whether ADT is filled: dates identify")
    data_cut: date | None = Field(default=None, description="no value can be later; today where not given")


class Scans(_Strict):
    """``[scans]``: the pictures, scored or still to be scored, and how their bone density counts."""

    folder: str = Field(default="", description="scans still to be scored")
    results: tuple[str, ...] = Field(default=(), description="results folders of `oiscan score`")
    subjects: str = Field(default="", description="CSV file with patient_id,subject, for scoring")
    printed: str = Field(default="", description="CSV file of printed values, for scoring")
    reference: str = Field(default="", description="CSV file of reference curves, for scoring")
    population: str = Field(default="", description="which population of the reference")
    region: str = Field(default="L1-L4", description="the spine's region; all others are named and do not count")
    vertebrae: Literal["all", "without excluded", "common to visits"] = "all"
    accept_other_scanner: bool = Field(default=False, description="whether another scanner's values count")


class Visit(_Strict):
    """One of ``[[visits]]``: a window of study days."""

    name: str = Field(min_length=1, description="AVISIT")
    month: float = Field(description="AVISITN")
    target_day: int | None = Field(default=None, description="study day; the month's where it is not given")
    from_day: int
    to_day: int
    also: tuple[str, ...] = Field(default=(), description="what else tables call it: visit_1, V3")

    @property
    def target(self) -> int:
        """Study day it should be on."""
        return round(self.month * DAYS_A_MONTH) + 1 if self.target_day is None else self.target_day

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.from_day <= self.target <= self.to_day:
            raise ValueError(f"from_day, the target ({self.target}) and to_day must follow each other")
        if 0 in (self.from_day, self.target, self.to_day):
            raise ValueError("there is no study day 0: the day before the first dose is -1")
        return self


class Baseline(_Strict):
    """``[baseline]``: the last value on or before the first dose."""

    oldest_days: int = Field(default=90, ge=0, description="older ones are warned of")


class Children(_Strict):
    """``[children]``: the table with one row a child; each value is the name of a column."""

    file: str
    subject: str = Field(min_length=1, description="code of the child, as in all tables and results")
    arm: str = ""
    sex: str = ""
    birth_date: str = ""
    age_years: str = Field(default="", description="age at the first dose, where birth dates are not given")
    first_dose_date: str = Field(default="", description="else the first dose of the dose table")
    first_scan_day: str = Field(default="", description="study day of the first scan, where dates are not given")
    redcap: bool = Field(default=False, description="a flat REDCap export: several rows a child")
    date_format: str = Field(default="%Y-%m-%d", description="as Python's strptime writes it: %d/%m/%Y")


class Column(_Strict):
    """One of ``[tables.columns]``: what a column of a table holds."""

    param: str = Field(description="PARAMCD")
    unit: str | None = Field(default=None, description="unit of the column; oiscan's own where it is not given")
    unit_column: str = Field(default="", description="column with each row's unit, held against `unit`")
    low: str | float = Field(default="", description="ANRLO: a number or a column")
    high: str | float = Field(default="", description="ANRHI: a number or a column")
    level: str = Field(default="", description="LEVEL: vertebra or region, the same for all rows")
    level_column: str = Field(default="", description="column with each row's LEVEL")
    codes: dict[str, float | str] = Field(default={}, description='codes: a number, "NOT ABLE", "" for missing')
    least: float | None = Field(default=None, description="lower bound of possible values, in the column's unit")
    most: float | None = Field(default=None, description="upper bound of possible values, in the column's unit")


class Table(_Strict):
    """One of ``[[tables]]``: a CSV file or a flat REDCap export."""

    file: str
    source: Literal["scan", "printed", "lab", "motor", "dose", "event"]
    subject: str = Field(default="", description="column with the child's code")
    date: str = Field(default="", description="column with the date")
    day: str = Field(default="", description="column with the study day, where dates are not given")
    visit: str = Field(default="", description="column with the visit's name")
    machine: str = Field(default="", description="column with the scanner's name")
    redcap: bool = Field(default=False, description="a flat REDCap export: record_id, redcap_event_name")
    unscheduled: bool = Field(default=False, description="whether values between the visits are expected")
    date_format: str = "%Y-%m-%d"
    columns: dict[str, Column] = Field(min_length=1)

    @property
    def subject_column(self) -> str:
        """Column with the child's code."""
        return self.subject or ("record_id" if self.redcap else "")

    @property
    def visit_column(self) -> str:
        """Column with the visit's name; "" where there is none."""
        return self.visit or ("redcap_event_name" if self.redcap else "")

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if not self.subject_column:
            raise ValueError("subject is missing: name the column with the child's code")
        if not (self.date or self.day or self.visit_column):
            raise ValueError("name the column of the date, the study day or the visit")
        if self.date and self.day:
            raise ValueError("give date or day, not both")
        return self


class OwnParam(_Strict):
    """One of ``[params]``: something only this study measures."""

    label: str = Field(min_length=1)
    unit: str = ""
    kind: Kind = Kind.CONTINUOUS
    no_percent: str = Field(default="", description="why a percent change makes no sense")
    least: float = float("-inf")
    most: float = float("inf")


class Dosing(_Strict):
    """``[dosing]``: what was planned."""

    table: str = Field(default="", description="the study's dosing table; oiscan's own where it is not given")


class Safety(_Strict):
    """``[safety]``: tables that go in place of oiscan's own, and how 'not able' counts."""

    grades: tuple[str, ...] = Field(default=(), description="grading tables")
    limits: str = Field(default="", description="normal limits by age of urine and turnover markers")
    not_able: Literal["missing", "zero", "lowest rank"] = Field(default="missing", description="how NOT ABLE counts")


class Analysis(_Strict):
    """``[analysis]``: what was decided before the data were seen."""

    primary: str = "LSBMD"
    primary_change: Literal["CHG", "PCHG"] = "CHG"
    visit: str = Field(default="", description="visit of the primary comparison; the last one where it is not given")
    secondary: tuple[str, ...] = ()
    covariates: tuple[str, ...] = Field(default=("BASE",), description="columns of the long table")
    reference_arm: str = Field(default="", description="arm compared with; the last of [arms] if not given")
    lsc_g_cm2: float | None = Field(default=None, gt=0, description="LSC of the study's own precision")
    min_ratio_change: float = Field(default=0.0, ge=0, description="smaller changes of a ratio do not count; 0: off")


class StudyFile(_Strict):
    """A whole study.toml."""

    study: About
    children: Children
    visits: tuple[Visit, ...] = Field(min_length=2)
    arms: dict[str, str] = Field(default={}, description="ARM by what the tables say: A = 'Denosumab'")
    sex: dict[str, Literal["F", "M"]] = Field(default={}, description="F or M by what the tables say: 1 = 'M'")
    scans: Scans = Scans()
    baseline: Baseline = Baseline()
    tables: tuple[Table, ...] = ()
    params: dict[str, OwnParam] = {}
    dosing: Dosing = Dosing()
    safety: Safety = Safety()
    analysis: Analysis = Analysis()
