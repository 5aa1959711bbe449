"""Words a header's free text may keep: names of makers and machines, of views and parts of the body, and versions.

Free text is typed by people, and people type names. What is no known word is left out; what the file really said stays
in the file.
"""

from __future__ import annotations

import re

_MAKERS = """
    agfa aloka beammed canon carestream coopersurgical corporation demetech diagnostics dms eos fuji fujifilm ge gmbh
    healthcare hitachi hologic imaging inc kodak konica ltd lunar medical medilink medizinische minolta norland osteosys
    oiscan philips samsung schick shimadzu siemens stratec stratos swissray systems technologies toshiba
"""
_MACHINES = """
    acclaim advance apex bravo ci delphi digital discovery dpx dpx-iq dpx-l dpx-md dpx-nt duo dxa edge elite encore
    explorer horizon idxa iq md nt phantom primo pro prodigy qdr simulated sl version wi
"""
_PARTS = """
    abdomen ankle body bone chest elbow exam femora femoral femur fibula foot forearm hand head heel hip hips humerus
    image images knee leg lower lspine lumbar neck ortho pelvis radius ribs sacrum scan shoulder skull spinal spine
    spines study thoracic thoracolumbar tibia tlspine tspine total ulna upper vertebra vertebrae vertebral whole wrist
    cervical dual cspine
"""
_VIEWS = """
    anteroposterior ap apva assessment density dva fracture frontal hd iva lat lateral left ll lva morphometry mxa
    pa posteroanterior right rl vfa view x-ray xray
"""
_CODES = "bmd cr ct derived dr dx identity inverse localizer mg original ot primary px rf rg secondary xa"

KNOWN_WORDS = frozenset(" ".join((_MAKERS, _MACHINES, _PARTS, _VIEWS, _CODES)).split())
"""In lower case. A word that is missing here costs a blank cell; a name that is here would be a leak."""

_BETWEEN_WORDS = re.compile(r"[\s,;/()_+]+")
_LEVELS_OR_SIDES = re.compile(r"[a-z]|[aphflr]{2}|[ltc]\d{1,2}(-[ltc]?\d{1,2})?")
_VERSION = re.compile(r"v?\d{1,3}([.:]\d{1,3}){0,3}[a-z]?")
"""At most three digits between the points: no date, no serial number and no UID looks so."""


def plain_words(text: str) -> str:
    """The words of `text` that can name no person: known words, letters, sides, levels and versions.

    A serial number goes with the words around it: "Discovery A (S/N85606)" becomes "Discovery A".

    Parameters
    ----------
    text
        One line from a header.

    Returns
    -------
    str
        The words kept, one space between them; "" where none is.
    """
    before_serial = re.split(r"[\s(]*\b(?:S/N|SN\b)", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return " ".join(word for word in _BETWEEN_WORDS.split(before_serial) if _is_plain(word))


def _is_plain(word: str) -> bool:
    plain = word.casefold().rstrip(".:")
    return plain in KNOWN_WORDS or any(pattern.fullmatch(plain) for pattern in (_LEVELS_OR_SIDES, _VERSION))
