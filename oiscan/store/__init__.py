"""The results folder of a run, from which nothing is lost.

A finished scan is one file in ``private/finished``: written under another name, synced to the disk, and renamed.
Tables, JSON files and page are written from these files alone, as often as one likes. Why files and not a database: a
rename is all a file system must be able to do, on a laptop as on a network share, where SQLite's write-ahead log must
not be used; a damaged file costs one scan, not all; and anybody can read them. They cost one more small file a scan.

The name of such a file is that of the scan's content and of the key of model and settings: a scan is finished where a
file of that name is. They tell whose the scans are, so they stand in ``private``.
"""

from oiscan.store.files import as_json, write_private, write_whole
from oiscan.store.finished import FinishedScans
from oiscan.store.folder import KEY_FILE, ResultsFolder
from oiscan.store.inputs import RunRecord
from oiscan.store.tables import TableOptions, Written

__all__ = [
    "KEY_FILE",
    "FinishedScans",
    "ResultsFolder",
    "RunRecord",
    "TableOptions",
    "Written",
    "as_json",
    "write_private",
    "write_whole",
]
