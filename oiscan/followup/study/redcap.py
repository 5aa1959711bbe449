"""What a flat REDCap export hides in its names.

REDCap writes the event of a row as ``visit_1_arm_1``: the arm stands in plain sight, in every row. It is taken off
before anything else is done. A checkbox is one column a choice (``field___1``); a form adds a column ``form_complete``.
"""

from __future__ import annotations

import re

_EVENT = re.compile(r"(?P<event>.+?)_arm_(?P<arm>\d+)[a-z]?", re.IGNORECASE)
_LABEL = re.compile(r"(?P<event>.+?)\s*\(\s*arm\s+(?P<arm>\d+)\s*:[^)]*\)", re.IGNORECASE)


def event_and_arm(name: str) -> tuple[str, str]:
    """The event and the number of the arm; "" for the arm where the name tells none.

    Both the raw name and the label of an export are known (the label's form is unverified).

    Examples
    --------
    >>> event_and_arm("visit_1_arm_2")
    ('visit_1', '2')
    >>> event_and_arm("Visit 1 (Arm 2: Denosumab)")
    ('Visit 1', '2')
    >>> event_and_arm("month_12")
    ('month_12', '')
    """
    found = _EVENT.fullmatch(name) or _LABEL.fullmatch(name)
    return (found["event"], found["arm"]) if found else (name, "")
