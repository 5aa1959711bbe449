"""Many scans: one after the other, in several processes, or on a Dask cluster; every file gets its report.

Whoever asks for results is the only one that writes; a worker gets a scan and answers with what it found.
"""

from oiscan.batch.jobs import Job, gather
from oiscan.batch.scoring import Scored, printed_in, score_job, settings_key

__all__ = ["Job", "Scored", "gather", "printed_in", "score_job", "settings_key"]
