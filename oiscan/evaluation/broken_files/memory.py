"""How much memory a process has held."""

from __future__ import annotations

from pathlib import Path


def peak_memory_mib(process: int) -> float:
    """The most memory a process has held so far; 0 where it is gone, or the system does not tell. Linux only.

    Not `resource.getrusage`: it counts a child's memory from before it became a program of its own.
    """
    try:
        told = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM:")), 0.0)
