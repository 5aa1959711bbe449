import math

import pytest

from oiscan.followup.safety.events import (
    event_list,
    event_rates,
    event_terms,
    fracture_definitions,
    person_years,
)
from tests.followup.safety.rows import dose, lab, table

YEAR = 365.25


def event(paramcd, day, text="", **more) -> dict:
    return {"PARAMCD": paramcd, "AVAL": 1, "AVALC": text, "ADY": day, "SRC": "event"} | more


def watched(*rows):
    """Two children for 2 years each, and one of the other arm who was never dosed."""
    other = {"USUBJID": "P2"}
    last = lab("CA", 2.4, "mmol/L", 730.5)
    never = lab("CA", 2.4, "mmol/L", -10, USUBJID="P3", ARM="Zoledronic acid")
    return table(dose(1), dose(113), last, dose(1, **other), last | other, never, *rows)


def test_person_time_from_the_first_dose_to_the_last_known_day():
    found = person_years(watched()).set_index("USUBJID")
    assert found.PYEARS.to_dict() == {"P1": 2, "P2": 2, "P3": 0}
    assert found.ARM["P3"] == "Zoledronic acid"


def test_a_rate_with_its_exact_interval():
    rows = watched(event("FX", 40), event("FX", 80), event("FX", 90, USUBJID="P2"), event("AE", 50, "fever"))
    found = event_rates(rows, "FX").set_index("ARM")
    arm = found.loc["Denosumab"]
    assert (arm.N, arm.NWITH, arm.NEVENTS, arm.PYEARS, arm.RATE) == (2, 2, 3, 4, 0.75)
    interval = [arm.RATELO, arm.RATEHI]
    assert interval == pytest.approx([0.6187 / 4, 8.7673 / 4], abs=1e-4)  # Garwood for 3 events
    assert found.loc["Zoledronic acid", "NEVENTS"] == 0
    assert math.isnan(found.loc["Zoledronic acid", "RATE"])  # no child of that arm was watched


def test_no_event_still_has_an_upper_limit():
    found = event_rates(watched(), "AE").set_index("ARM").loc["Denosumab"]
    assert (found.NEVENTS, found.RATE, found.RATELO) == (0, 0, 0)
    high = found.RATEHI
    assert high == pytest.approx(3.6889 / 4, abs=1e-4)


def test_events_before_treatment_are_listed_and_not_counted():
    rows = watched(event("FX", -20), event("FX", None), event("FX", 1), event("FX", 200, AVAL=0))
    listed = event_list(rows)
    assert listed.NOTCNTD.tolist() == ["before the first dose", "", "the day of the event is not known"]
    found = event_rates(rows, "FX").set_index("ARM").loc["Denosumab"]
    assert (found.NEVENTS, found.NLEFTOUT) == (1, 2)


def test_the_days_since_the_last_dose_stand_in_the_list():
    assert event_list(watched(event("AE", 120, "cramps"))).DSLD.tolist() == [7]


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        (event("FX", 40, "left femur"), [1, 1, 1]),
        (event("FX", 40, "Finger V"), [1, 1, 0]),
        (event("FX", 40, "two toes"), [1, 1, 0]),
        (event("FX", 40, "Skull"), [1, 1, 0]),
        (event("FX", 40, "surface of the tibia"), [1, 1, 1]),
        (event("FX", 40, "T8", LEVEL="T8", SRC="derived"), [1, 0, 0]),
        (event("FX", 40, "T8 with pain", LEVEL="T8"), [1, 1, 1]),
    ],
)
def test_the_hierarchy_of_fractures(row, counts):
    found = event_rates(watched(row), "FX", fracture_definitions())
    assert found.NEVENTS[found.ARM.eq("Denosumab")].tolist() == counts


def test_adverse_events_by_term():
    rows = watched(
        event("AE", 5, "fever"), event("AE", 9, "fever "), event("AE", 9, "fever", USUBJID="P2"),
        event("AE", 9), event("AE", -3, "fever"),
    )  # fmt: skip
    assert event_terms(rows).to_numpy().tolist() == [["fever", "Denosumab", 2, 3], ["not told", "Denosumab", 1, 1]]
