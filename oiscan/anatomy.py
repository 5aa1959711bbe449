"""The words of the field: views and vertebral levels."""

from __future__ import annotations

from enum import StrEnum


class View(StrEnum):
    """How the spine was imaged."""

    LATERAL = "lateral"
    AP = "ap"


class Level(StrEnum):
    """A vertebral level, named as radiologists name it.

    T13 and L6 exist because some people have them; they are never assumed.
    """

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    T13 = "T13"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    L6 = "L6"

    @property
    def snomed(self) -> str | None:
        """SNOMED CT code of the vertebra (DICOM CIDs 7602 and 7603); None for T13 and L6."""
        return _SNOMED.get(self)


_SNOMED = {
    Level.T1: "64864005",
    Level.T2: "53733008",
    Level.T3: "1626008",
    Level.T4: "73071006",
    Level.T5: "56401006",
    Level.T6: "45296009",
    Level.T7: "62487009",
    Level.T8: "11068009",
    Level.T9: "82687006",
    Level.T10: "7610001",
    Level.T11: "12989004",
    Level.T12: "23215003",
    Level.L1: "66794005",
    Level.L2: "14293000",
    Level.L3: "36470004",
    Level.L4: "11994002",
    Level.L5: "49668003",
}

COLUMN: tuple[Level, ...] = tuple(level for level in Level if level not in (Level.T13, Level.L6))
"""T1 to L5, from head to foot: the column of most people."""

COLUMN_OF_SIX: tuple[Level, ...] = (*COLUMN, Level.L6)
"""T1 to L6: with six lumbar vertebrae."""

COLUMN_OF_THIRTEEN: tuple[Level, ...] = tuple(level for level in Level if level is not Level.L6)
"""T1 to L5 with T13: with thirteen thoracic vertebrae."""

LUMBAR_COUNTS: dict[int, float] = {4: 0.027, 5: 0.911, 6: 0.062}
"""Share of people with so many lumbar vertebrae: L5 was part of the sacrum in 6 and S1 free of it in 14 of 226 adults,
counted from C1 on whole-spine CT (Nakajima 2014, PMC3948909). Unverified in children."""

LUMBAR: tuple[Level, ...] = (Level.L1, Level.L2, Level.L3, Level.L4)
"""L1 to L4, the region densitometry reports."""

LATERAL_LANDMARKS: tuple[str, ...] = (
    "superior_posterior",
    "superior_middle",
    "superior_anterior",
    "inferior_anterior",
    "inferior_middle",
    "inferior_posterior",
)
"""The six landmarks of a vertebral body on a lateral scan, in the order of every array and file."""

AP_LANDMARKS: tuple[str, ...] = ("superior_left", "superior_right", "inferior_right", "inferior_left")
"""The four corners on an AP scan; left and right are those of the picture."""

LANDMARKS: dict[View, tuple[str, ...]] = {View.LATERAL: LATERAL_LANDMARKS, View.AP: AP_LANDMARKS}
