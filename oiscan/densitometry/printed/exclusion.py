"""Why a vertebra does not count in a total of the spine.

A fractured vertebra is smaller and denser than it was: in OI counting it raises the density of the spine (stated by the
field, unverified here). So totals are given with and without it; nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oiscan.anatomy import LUMBAR, Level, View
from oiscan.densitometry.regions import BoneRegion
from oiscan.report import Finding, Report, Status
from oiscan.spine import SURE_NAMES

FRACTURE_GRADE = 1
"""The lowest Genant grade that is a fracture."""

USER_REASONS = ("fracture", "hardware", "artefact", "degenerative", "positioning", "other")
"""What a user may give as a reason: words from a list, for free text could name a patient."""


@dataclass(frozen=True)
class Exclusion:
    """A vertebra that does not count, and why."""

    level: Level
    reason: str

    def __str__(self) -> str:
        return f"{self.level}: {self.reason}"


def invalid_on_scanner(regions: Mapping[str, BoneRegion]) -> tuple[Exclusion, ...]:
    """Vertebrae L1 to L4 the scanner, or who typed its values, marked as not counting."""
    marked = [(level, regions[level].invalid) for level in LUMBAR if level in regions]
    return tuple(Exclusion(level, f"marked on the scanner: {why}") for level, why in marked if why)


def fractured(lateral: Report | None) -> tuple[Exclusion, ...]:
    """Vertebrae L1 to L4 that oiscan graded as fractured on the lateral scan of the same visit.

    Parameters
    ----------
    lateral
        Under the names of the visit; None, or a scan that could not be graded, excludes nothing.
    """
    graded = _graded(lateral)
    sure = None if lateral is None else lateral.numbering_probability
    doubt = "" if sure is None or sure >= SURE_NAMES else f" (its level names are right with probability {sure:.2f})"
    broken = [level for level, finding in graded.items() if (finding.grade or 0) >= FRACTURE_GRADE]
    return tuple(Exclusion(level, _grade_words(graded[level]) + doubt) for level in broken)


def ungraded(lateral: Report | None) -> tuple[Level, ...]:
    """Vertebrae L1 to L4 of which the lateral scan does not tell whether they are fractured; parameter as above."""
    graded = _graded(lateral)
    return tuple(level for level in LUMBAR if level not in graded)


def gathered(*sources: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Exclusions from several sources, head to foot; one a vertebra, with all reasons."""
    reasons: dict[Level, list[str]] = {}
    for source in sources:
        for one in source:
            known = reasons.setdefault(one.level, [])
            known += [one.reason] if one.reason not in known else []
    return tuple(Exclusion(level, ", ".join(reasons[level])) for level in Level if level in reasons)


def _graded(lateral: Report | None) -> dict[Level, Finding]:
    """L1 to L4 as far as graded, head to foot."""
    if lateral is None or lateral.view is not View.LATERAL or lateral.status is not Status.SCORED:
        return {}
    found = {finding.level: finding for finding in lateral.findings if finding.grade is not None}
    return {level: found[level] for level in LUMBAR if level in found}


def _grade_words(finding: Finding) -> str:
    borderline = f", borderline {'/'.join(map(str, finding.borderline))}" if finding.borderline else ""
    return f"fracture grade {finding.grade} on the lateral scan{borderline}"
