"""The results folder: what one run leaves behind, and what of it stays private."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from oiscan.errors import StoreError
from oiscan.loaders.containers import Source
from oiscan.store.files import as_json, remove_partials, unwritable, write_whole
from oiscan.store.finished import AGAIN, FinishedScans
from oiscan.store.inputs import RunRecord, read_inputs, read_record, write_inputs, write_record
from oiscan.store.lock import locked
from oiscan.store.tables import TABLES, TableOptions, Tables, Written
from oiscan.subjects import SubjectCodes, subject_key

KEY_FILE = "subject_key"
RECORD, INPUTS = "run.json", "inputs.jsonl"
FOLDERS = ("scans", "overlays", "private", "private/finished")


class ResultsFolder:
    """Takes finished scans one by one, in one run or several, and writes the tables of them.

    What a run was asked for and what it has finished is on the disk at every moment: whoever gives the same command
    again goes on from there. The tables hold the last run's files. The subject key stays for good, so that the same
    person keeps the same code.

    Parameters
    ----------
    folder
        Made where it does not exist.

    Raises
    ------
    StoreError
        The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.private = folder, folder / "private"
        try:
            for name in FOLDERS:
                (folder / name).mkdir(parents=True, exist_ok=True)
            for closed in (self.private, self.private / "finished"):
                closed.chmod(0o700)
        except OSError as error:
            raise unwritable(error) from error

    @classmethod
    def of_run(cls, folder: Path) -> ResultsFolder:
        """The folder of a run that has begun; `StoreError` where there was none, and nothing is made."""
        read_record(folder / "private" / RECORD)
        return cls(folder)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Keep other runs out, and sweep up after one that was killed; gives whether the file system has locks.

        Raises
        ------
        StoreError
            Another run holds the folder.
        """
        with locked(self.private / "run.lock") as locks:
            with self._tables_held():
                remove_partials([self.folder, self.folder / "dicom", *(self.folder / name for name in FOLDERS)])
            yield locks

    def codes(self, own: Mapping[str, str]) -> SubjectCodes:
        """Codes of the subjects, the user's own first; `ConfigError` where the key cannot be used."""
        return SubjectCodes(subject_key(self.private / KEY_FILE), own)

    def begin(self, record: RunRecord, inputs: Mapping[str, Sequence[Source]]) -> FinishedScans:
        """Write down what is to be done, and take away the tables of what was done before.

        A picture may soon be another than the one a table was written for: no table stands until all is finished, but
        where `write_tables` is asked for it.
        """
        with self._tables_held():
            for name in TABLES:
                (self.folder / name).unlink(missing_ok=True)
            write_whole(self.folder / "run.json", as_json(record.told))
            write_inputs(self.private / INPUTS, inputs)
            write_record(self.private / RECORD, record)
        return self._finished(record.key)

    def record(self) -> RunRecord:
        """What the last run was asked for; `StoreError` where there was none."""
        return read_record(self.private / RECORD)

    def write_tables(self, options: TableOptions) -> Written:
        """Write tables and page of what the last run has finished so far; a run may be at work meanwhile.

        Raises
        ------
        StoreError
            There was no run, or the disk is full.
        """
        with self._tables_held():
            record, inputs = self.record(), read_inputs(self.private / INPUTS)
            finished = self._finished(record.key)
            written = Tables(self.folder, finished, inputs, self.codes(options.own_codes), options).write()
            write_whole(self.folder / "run.json", as_json({**record.told, "counts": dict(written.counts)}))
        return written

    def finish(self, record: RunRecord, options: TableOptions) -> Written:
        """Write the tables of a run that has nothing left to do, and remove what earlier runs left.

        Raises
        ------
        StoreError
            A scan is missing: what was kept of it is damaged. It is taken for not finished.
        """
        write_record(self.private / RECORD, record)
        written = self.write_tables(options)
        finished, inputs = self._finished(record.key), read_inputs(self.private / INPUTS)
        if written.counts["waiting"]:
            for scan_id in inputs:
                if finished.entry(scan_id) is None:
                    finished.forget(scan_id)
            raise StoreError(f"what was kept of {written.counts['waiting']} scans is damaged; {AGAIN}")
        self._forget_earlier_runs(finished, inputs)
        return written

    def _finished(self, key: str) -> FinishedScans:
        return FinishedScans(self.private / "finished", self.folder / "overlays", key)

    @contextmanager
    def _tables_held(self) -> Iterator[None]:
        with locked(self.private / "tables.lock", wait=True):
            yield

    def _forget_earlier_runs(self, finished: FinishedScans, inputs: Collection[str]) -> None:
        with self._tables_held():
            finished.forget_others(inputs)
            _remove_others(self.folder / "scans", ".json", inputs)
            _remove_others(self.folder / "overlays", ".png", inputs)


def _remove_others(folder: Path, suffix: str, kept: Collection[str]) -> None:
    """Remove results of scans not in `kept`; files that are no result of oiscan stay."""
    for file in folder.iterdir():
        named = re.fullmatch(r"[0-9a-f]{16}|unopened-\d+", file.stem)
        if named and file.suffix == suffix and file.stem not in kept:
            file.unlink()
