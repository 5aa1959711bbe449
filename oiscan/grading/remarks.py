"""What a reader should know of a vertebra's shape: remarks. None of them changes a number.

Look-alikes are shapes known to be taken for fractures (Jaremko et al. 2015, PMC4519278, for children). Shape alone can
only hint at them; whether one is there the reader decides, and may write down (`Finding.reader_note`).
"""

from __future__ import annotations

from oiscan.anatomy import COLUMN, Level
from oiscan.grading.shape import REACH_LEVELS
from oiscan.report import Finding

WEDGE_P5 = 0.893
"""5th percentile of ha/hp in normal children, T10 to L3 (Gaca 2010, AJR 194:516; CT, n = 100, no effect of age)."""

WEDGE_P5_LEVELS = COLUMN[COLUMN.index(Level.T10) : COLUMN.index(Level.L3) + 1]

MILD_PERCENT = 25.0
"""Look-alikes are thought of below this loss (oiscan's own choice)."""

CUPID_LEVELS = (Level.L3, Level.L4, Level.L5)
SHORT_BACK_RATIO = 1.15
"""ha/hp above which L5 has a markedly short back wall (oiscan's own choice; the simulated L5 has 1.11 in the mean)."""

WEDGE = (
    f"wedge_below_p5: ha/hp below {WEDGE_P5}, the 5th percentile of normal children at T10 to L3 (Gaca 2010); "
    "changes no grade"
)
NO_REFERENCE = f"posterior height not judged: no measurable unfractured neighbour within {REACH_LEVELS} levels"
APOPHYSIS = "look-alike to think of: an unossified ring apophysis or physiological wedging (Jaremko 2015)"
CUPID = "look-alike to think of: Cupid's bow, a parasagittal dip of the lower endplate of L3 to L5 (Jaremko 2015)"
SHORT_BACK = "look-alike to think of: the short back wall of L5, more so in spondylolisthesis (Jaremko 2015)"


def remarks(finding: Finding) -> tuple[str, ...]:
    """All that apply to a measured lateral vertebra; its ratios, loss and deformity stand already."""
    applies = {
        WEDGE: finding.level in WEDGE_P5_LEVELS and _ratio(finding) < WEDGE_P5,
        NO_REFERENCE: finding.ratio_posterior_reference is None,
        APOPHYSIS: finding.deformity == "wedge" and _mild(finding),
        CUPID: finding.deformity == "biconcave" and _mild(finding) and finding.level in CUPID_LEVELS,
        SHORT_BACK: finding.level is Level.L5 and finding.deformity == "crush" and _ratio(finding) > SHORT_BACK_RATIO,
    }
    return tuple(remark for remark, true in applies.items() if true)


def _ratio(finding: Finding) -> float:
    assert finding.ratio_anterior_posterior is not None
    return finding.ratio_anterior_posterior


def _mild(finding: Finding) -> bool:
    return finding.height_loss_percent is not None and finding.height_loss_percent < MILD_PERCENT
