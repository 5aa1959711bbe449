"""Height-for-age Z by the CDC 2000 growth charts, which come with oiscan.

The CDC's and the WHO's charts differ: for a boy of 60 months and 85 cm Z is -5.00 by the first and -5.42 by the second.
So the reference always stands beside the number.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

from oiscan.densitometry.curves.reference import Measured, Reference, z_score
from oiscan.densitometry.curves.reference_file import read_reference
from oiscan.densitometry.curves.zscore import ZScore
from oiscan.densitometry.quantities import BODY
from oiscan.scan import Acquisition, Subject

CDC_2000 = "cdc2000_height_for_age.csv"
SEVERE_Z = -3.0
"""Below it a child is shorter than the healthy ones of 7 to 17 years height adjustments were made on (Zemel 2010,
abstract)."""

CAVEAT = "bowed legs or a curved spine make height itself unreliable"


@cache
def height_reference() -> Reference:
    """The CDC 2000 stature-for-age tables, both sexes, 2 to 20 years."""
    with as_file(files("oiscan.densitometry") / "data" / CDC_2000) as path:
        return read_reference(path)


def height_for_age(height_cm: float, subject: Subject) -> ZScore:
    """Height-for-age Z (HAZ), always flagged with what makes height doubtful in OI.

    Parameters
    ----------
    height_cm
        Standing height.
    subject
        Whose it is: age with its precision, and sex; from 2 to 20 years.
    """
    found = z_score(Measured(BODY, "height", height_cm), subject, Acquisition(), height_reference())
    if found.z is None:
        return found
    short = f"below {SEVERE_Z:g}: height adjustments were made on healthy children, none as short"
    return replace(found, flags=(*found.flags, *((short,) if min((found.z, *found.z_ends)) < SEVERE_Z else ()), CAVEAT))
