"""``oiscan score`` as a user gives it: started, watched by the folder it fills, and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = (sys.executable, "-c", "from oiscan.cli import main; main()")
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Command:
    """One command, given again and again.

    Parameters
    ----------
    inputs, out
        Folders.
    options
        More of the command line.
    """

    inputs: Path
    out: Path
    options: Sequence[str] = ()

    def carried_out(self) -> tuple[int, str]:
        """Exit status and what was said of errors, of the command left in peace."""
        with self.started(subprocess.PIPE) as process:
            said = process.communicate()[1]
        return process.returncode, said

    def killed_at(self, finished: float, seconds: float) -> bool:
        """Start it, and kill all its processes so many seconds after so many scans are finished in all.

        Returns
        -------
        bool
            Whether it was still at work then.
        """
        with self.started(subprocess.DEVNULL) as process:
            while process.poll() is None and self.finished() < finished:
                time.sleep(POLL_SECONDS)
            time.sleep(seconds)
            at_work = process.poll() is None
            if at_work:
                os.killpg(process.pid, signal.SIGKILL)
        return at_work

    def finished(self) -> int:
        """How many scans are finished in the folder."""
        folder = self.out / "private" / "finished"
        return sum(name.endswith(".json") and name[0] != "." for name in os.listdir(folder)) if folder.is_dir() else 0

    def started(self, errors: int) -> subprocess.Popen[str]:
        """The process, the first of a group of its own; `errors` is where it may write them."""
        line = [*PROGRAM, "score", str(self.inputs), "--out", str(self.out), *self.options]
        return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=errors, text=True, start_new_session=True)
