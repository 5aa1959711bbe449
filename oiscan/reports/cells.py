"""Text in the cells of tables."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Text that starts so may be run as a formula by a spreadsheet program (OWASP, CSV injection)."""


def defused(text: str) -> str:
    """Text no spreadsheet program takes for a formula: an apostrophe stands before what might begin one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
