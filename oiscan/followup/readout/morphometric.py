"""Fractures that were found on a scan, as events beside those that were reported."""

from __future__ import annotations

import pandas as pd

from oiscan.followup.change.vertebra import State
from oiscan.followup.readout.describe import each
from oiscan.followup.study.columns import long_frame
from oiscan.followup.study.params import PARAMS


def morphometric_fractures(table: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """An FX row for each vertebra at the first visit where it is newly fractured, on the day of that scan.

    Vertebrae that were fractured at baseline and got worse are no new events here.

    Parameters
    ----------
    table
        The long table, with the grades of the scans.
    changes
        A row a child, level and later visit (see `oiscan.followup.change.frames`).

    Returns
    -------
    pandas.DataFrame
        Long rows to append, SRC "derived", SRCID the scan.
    """
    new = changes[changes["STATE"] == State.NEW].sort_values("AVISITN", kind="stable")
    graded = table[(table["PARAMCD"] == "VFGRADE") & (table["ANL01FL"] == "Y")]
    scans = graded.drop_duplicates(["USUBJID", "AVISIT"]).set_index(["USUBJID", "AVISIT"]).to_dict("index")
    return long_frame(
        {
            **{name: scans[one.USUBJID, one.AVISIT][name] for name in _OF_SCAN},
            **{"USUBJID": one.USUBJID, "AVISIT": one.AVISIT, "LEVEL": one.LEVEL, "AVAL": 1.0, "SRC": "derived"},
            **{"PARAMCD": "FX", "PARAM": PARAMS["FX"].label, "AVALC": f"new on the scan, {one.LEVEL}"},
        }
        for one in each(new.drop_duplicates(["USUBJID", "LEVEL"]))
    )


_OF_SCAN = ("STUDYID", "ARM", "AGE", "SEX", "AVISITN", "ADT", "ADY", "SRCID", "MODEL")
