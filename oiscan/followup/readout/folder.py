"""The read-out's folder: report, tables, figures with their numbers, and what made them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.outline import sections_of, sheets_of
from oiscan.followup.readout.page import Title, report_page
from oiscan.followup.readout.parts import Drawing, Section, csv_of
from oiscan.followup.study.export import LONG_CSV, write_study_table
from oiscan.store import as_json, write_whole
from oiscan.version import versions

FULL_TABLES = {"toxicity": "grades", "events": "events"}
"""Tables of `SafetyValues` that the report only sums up, by the name of their file."""


def write_readout(answers: Answers, out: Path) -> None:
    """Write the report and everything behind it. The same answers give the same bytes: no file holds a time.

    Parameters
    ----------
    out
        Made where it does not exist; files of an earlier read-out in it are replaced.
    """
    tables, figures = _emptied(out / "tables"), _emptied(out / "figures")
    sections = sections_of(answers)
    _write_parts(sections, tables, figures)
    write_study_table(tables, answers.long, answers.problems, answers.study.settings.analysis.primary)
    write_whole(tables / "vertebral_changes.csv", csv_of(answers.changes))
    for name, field in FULL_TABLES.items():
        write_whole(tables / f"{name}.csv", csv_of(getattr(answers.safety, field)))
    about = answers.study.settings.study
    title = Title(about.id, about.simulated, answers.models)
    write_whole(out / "index.html", report_page(title, sections, sheets_of(answers)))
    write_whole(out / "run.json", as_json(_provenance(answers, tables)))


def _emptied(folder: Path) -> Path:
    """The folder, without what an earlier read-out left there."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.suffix in (".csv", ".parquet", ".R", ".svg"):
            file.unlink()
    return folder


def _write_parts(sections: Iterable[Section], tables: Path, figures: Path) -> None:
    for part in (part for section in sections for part in section.parts):
        folder = figures if isinstance(part, Drawing) else tables
        write_whole(folder / f"{part.name}.csv", csv_of(part.numbers))
        if isinstance(part, Drawing):
            write_whole(folder / f"{part.name}.svg", part.svg)


def _provenance(answers: Answers, tables: Path) -> dict[str, object]:
    """Versions, models, settings and the hashes of the study's files, by the names study.toml gives them."""
    study = answers.study
    named = [study.settings.children.file, *(table.file for table in study.settings.tables)]
    return {
        "study": study.settings.study.id,
        "simulated": study.settings.study.simulated,
        "versions": versions(),
        "models_sha256": list(answers.models),
        "settings": study.settings.model_dump(mode="json"),
        "files_sha256": {name: _sha256(study.path(name)) for name in dict.fromkeys(named)},
        "long_table_sha256": _sha256(tables / LONG_CSV),
        "rows": len(answers.long),
        "problems": len(answers.problems),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
