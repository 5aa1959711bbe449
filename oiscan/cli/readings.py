"""``oiscan readings``: what readers left in a results folder: compared, unblinded, taken out and brought back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from oiscan.errors import ConfigError

if TYPE_CHECKING:
    from oiscan.evaluation.agreement.readings import Reading
    from oiscan.review.audit import Row
    from oiscan.review.cases import Results
    from oiscan.review.double import Calls, Disagreement
    from oiscan.review.readings import Readings

NO_EXTRA = 'readings need more packages: pip install "oiscan[review]"'
NONE_ACCEPTED = "no reader has accepted a lateral scan here yet"
STILL_BLINDED = "these readings are blinded: oiscan readings unblind comes first, when all is read"
CODES_FILE = "study_codes.csv"
TABLE_COLUMNS = (
    "scan_id", "level", "reader", "status", "grade", "deformity",
    "anterior_height_mm", "middle_height_mm", "posterior_height_mm",
)  # fmt: skip

readings = typer.Typer(
    help="Compare, unblind, export and import the readings of oiscan review.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(metavar="OUT", help="Results folder that was read.")]


@readings.command()
def disagreements(folder: Folder) -> None:
    """List vertebrae that two readers grade differently, or that one of them could not read, as CSV."""
    from oiscan.review import double
    from oiscan.review.blinding import still_blinded

    results, store = _opened(folder)
    rows = store.all_rows()
    called = _calls(rows)
    blinded = still_blinded(store, rows)
    found = double.disagreements(called)
    name = results.study_code if blinded else str
    lines = [_disagreement(one, name(one.scan_id)) for one in found]
    header = ("study_code" if blinded else "scan_id", "level", "reader", "grade", "other_reader", "other_grade")
    typer.echo(_table([header, *sorted(lines)]), nl=False)


@readings.command()
def agreement(
    folder: Folder,
    to: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Also write all figures here.")] = None,
) -> None:
    """Print how well readers agree with each other and with oiscan, with intervals."""
    from oiscan.evaluation.agreement.comparison import Panel
    from oiscan.evaluation.agreement.readings import GRADES
    from oiscan.evaluation.agreement.results import read_results
    from oiscan.evaluation.agreement.statistics import agreement as figures
    from oiscan.evaluation.agreement.table import agreement_table
    from oiscan.store import as_json, write_whole

    _, store = _opened(folder)
    called = _all(_calls(store.all_rows()))
    if any(one.grade is not None and one.grade >= GRADES for one in called):
        raise ConfigError(f"readers are compared on scales of the grades 0 to {GRADES - 1} only")
    told = figures(Panel.of(called, read_results(folder)))
    if to is not None:
        write_whole(to, as_json(told))
    typer.echo(agreement_table(told), nl=False)


@readings.command()
def table(
    folder: Folder,
    to: Annotated[Path, typer.Option(metavar="FILE.csv", help="The table to write.")],
) -> None:
    """Write what readers finally called every vertebra of the scans they accepted: the table agreement is read from."""
    from oiscan.review.blinding import still_blinded
    from oiscan.store import write_whole

    _, store = _opened(folder)
    rows = store.all_rows()
    if still_blinded(store, rows):
        raise ConfigError(STILL_BLINDED)
    lines = [_line(one) for one in _all(_calls(rows))]
    write_whole(to, _table([TABLE_COLUMNS, *lines]))
    typer.echo(f"{len(lines)} vertebrae")


@readings.command()
def unblind(
    folder: Folder,
    who: Annotated[str, typer.Option(metavar="NAME", help="Who unblinds; is kept with the time.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """End blinded reading for good, and join study codes to scans in private/study_codes.csv."""
    from oiscan.review.blinding import CODES_COLUMNS, UNBLINDED, codes, still_blinded
    from oiscan.store import write_private

    results, store = _opened(folder)
    rows = store.all_rows()
    if not still_blinded(store, rows):
        raise ConfigError("there are no blinded readings to unblind")
    told = _progress(results, store)
    if not yes:
        typer.confirm(f"{told} Nobody can read these scans blinded afterwards. Unblind?", abort=True)
    store.note_step(who, UNBLINDED, told)
    write_private(results.private / CODES_FILE, _table([CODES_COLUMNS, *codes(results)]))
    typer.echo(f"{told} private/{CODES_FILE} joins study codes to scans.")


@readings.command(name="export")
def export_readings(
    folder: Folder, to: Annotated[Path, typer.Option(metavar="FILE.json", help="The file to write.")]
) -> None:
    """Write the whole audit trail: every change with its time, reader, old and new value and reason."""
    from oiscan.store import as_json, write_private

    _, store = _opened(folder)
    told = _exchange().exported(store)
    write_private(to, as_json(told))
    typer.echo(f"{len(told['readings'])} rows. Keep the file as safe as the results folder's private/.")


@readings.command(name="import")
def import_readings(
    folder: Folder, file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Written by readings export.")]
) -> None:
    """Bring an exported audit trail into a results folder of the same scans that holds no readings."""
    results, store = _opened(folder)
    rows, steps = _exchange().read_export(file)
    strangers = {row.scan_id for row in rows} - set(results.people)
    if strangers:
        raise ConfigError(f"{len(strangers)} of the scans that were read are not in this results folder")
    store.restore(rows, steps)
    store.note_step("", "imported", f"{len(rows)} rows")
    typer.echo(f"{len(rows)} rows")


def _opened(folder: Path) -> tuple[Results, Readings]:
    from oiscan.review.cases import Results
    from oiscan.review.readings import FILE, Readings

    results = Results(folder)
    return results, Readings(results.private / FILE)


def _exchange() -> ModuleType:
    try:
        from oiscan.review import exchange
    except ImportError as error:
        raise ConfigError(NO_EXTRA) from error
    return exchange


def _calls(rows: Iterable[Row]) -> Calls:
    from oiscan.review.double import accepted_sheets, calls

    called = calls(accepted_sheets(rows))
    if not called:
        raise ConfigError(NONE_ACCEPTED)
    return called


def _all(called: Calls) -> list[Reading]:
    return [one for scans in called.values() for some in scans.values() for one in some]


def _progress(results: Results, store: Readings) -> str:
    from oiscan.review.blinding import codes
    from oiscan.review.double import accepted_sheets

    sheets = accepted_sheets(row for row in store.all_rows() if row.blinded)
    readers = sorted({reader for reader, _ in sheets})
    done = ", ".join(f"{reader} {sum(one == reader for one, _ in sheets)}" for reader in readers)
    return f"Of {len(codes(results))} scans were accepted, blinded: {done or 'none'}."


def _disagreement(one: Disagreement, name: str) -> tuple[str, ...]:
    first, second = ("unreadable" if grade is None else str(grade) for grade in one.grades)
    return name, one.level.value, one.readers[0], first, one.readers[1], second


def _line(one: Reading) -> tuple[object, ...]:
    status = "unreadable" if one.grade is None else "scored"
    heights = (one.measures.get(name, "") for name in TABLE_COLUMNS[6:])
    return one.scan_id, one.level, one.rater, status, "" if one.grade is None else one.grade, one.deformity, *heights


def _table(rows: Iterable[Sequence[object]]) -> str:
    from oiscan.reports.cells import defused

    text = io.StringIO()
    told = [[defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    csv.writer(text, lineterminator="\n").writerows(told)
    return text.getvalue()
