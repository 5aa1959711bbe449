"""Which view of which body part, by the words of the header.

No attribute is reliable: DXA systems leave BodyPartExamined and ViewPosition empty and put the scan type in
ProtocolName; radiography systems do the reverse. So several are read in order of trust, and the first that says
something decides. An attribute that names the spine and another part together ("AP spine + hip") says nothing.
"""

from __future__ import annotations

import re

from oiscan.anatomy import View
from oiscan.errors import UnsupportedScanError
from oiscan.loaders.header import Header

SCAN_WORDS = ("ProtocolName", "PerformedProcedureStepDescription", "SeriesDescription")
"""They describe this very scan."""

STUDY_WORDS = "StudyDescription"
"""It describes all scans of the visit: least trusted."""

VIEW_POSITIONS = {"AP": View.AP, "PA": View.AP, "LL": View.LATERAL, "RL": View.LATERAL, "LAT": View.LATERAL}
"""DICOM defined terms, and LAT from the wild. Oblique and decubitus positions are left unknown."""

_AP = re.compile(r"\b(ap|pa|a p|p a|apva|frontal)\b|antero ?posterior|postero ?anterior")
_LATERAL = re.compile(r"\b(lateral|lat|lva)\b")
# Vertebral fracture assessments come in both views but are lateral unless they say AP. LVA and APVA are GE's names,
# IVA is Hologic's; DVA and MXA are unverified.
_FRACTURE_ASSESSMENT = re.compile(r"\b(vfa|iva|dva|mxa)\b|vertebral (fracture|assessment)|morphometr")
_SPINE = re.compile(
    r"\b([lt]l?spine|spine|spinal|lumbar|thoracolumbar|scoliosis|vertebra[el]?|lva|apva|vfa|iva|dva|mxa)\b"
)
_CERVICAL = re.compile(r"\b(c|cervical) ?spine\b")
_OTHER_PARTS = {
    "the hip": re.compile(r"\b(hips?|femur|femora|femoral|dual ?femur|femoral neck)\b"),
    "the pelvis": re.compile(r"\bpelvis\b"),
    "the knee": re.compile(r"\bknees?\b"),
    "the whole body": re.compile(r"\b(whole|total) ?body\b|\bbody composition\b"),
    "the forearm": re.compile(r"\b(forearm|radius|ulna|wrist)\b"),
    "the hand": re.compile(r"\b(hands?|finger|bone age)\b"),
    "the chest": re.compile(r"\b(chest|thorax|lungs?|ribs?)\b"),
    "the neck": re.compile(r"\b(cervical|neck)\b"),
    "the head": re.compile(r"\b(skull|head)\b"),
    "the arm": re.compile(r"\b(shoulder|humerus|elbow|upper arm)\b"),
    "the leg": re.compile(r"\b(tibia|fibula|(lower )?leg)\b"),
    "the foot": re.compile(r"\b(foot|feet|ankle|heel|calcaneus)\b"),
}
_SPINE_SITE = "the spine"


def view_from_header(header: Header, stated: View | None) -> View | None:
    """The view of the spine this scan shows; None where the header does not tell.

    Parameters
    ----------
    header
        Of the scan.
    stated
        The user's own word: it beats the view, the body part and the study the header names, but not a protocol or
        series that names another part of the body.

    Raises
    ------
    UnsupportedScanError
        If the scan shows another part of the body than the spine.
    """
    site = _site(header, trust_all=stated is None)
    if site not in (None, _SPINE_SITE):
        raise UnsupportedScanError(f"the header says this is a scan of {site}, not of the spine")
    return stated if stated is not None else _view(header)


def view_in_words(text: str) -> View | None:
    """The view a description names, None where it names none or both."""
    words = _words(text)
    ap, lateral = bool(_AP.search(words)), bool(_LATERAL.search(words))
    if ap != lateral:
        return View.AP if ap else View.LATERAL
    return View.LATERAL if not ap and _FRACTURE_ASSESSMENT.search(words) else None


def site_in_words(text: str) -> str | None:
    """The body part a description names, in plain words; None where it names none, or the spine and another."""
    words = _CERVICAL.sub("neck", _words(text))
    other = next((part for part, pattern in _OTHER_PARTS.items() if pattern.search(words)), None)
    if _SPINE.search(words):
        return _SPINE_SITE if other is None else None
    return other


def _site(header: Header, trust_all: bool) -> str | None:
    said = [header.text(keyword) for keyword in SCAN_WORDS]
    if trust_all:
        said.append(header.code_meaning("AnatomicRegionSequence"))
        said += [header.text("BodyPartExamined"), header.text(STUDY_WORDS)]
    return next((site for text in said if (site := site_in_words(text))), None)


def _view(header: Header) -> View | None:
    said = [view_in_words(header.text(keyword)) for keyword in SCAN_WORDS]
    said.append(VIEW_POSITIONS.get(header.text("ViewPosition").upper()))
    said.append(view_in_words(header.code_meaning("ViewCodeSequence")))
    said.append(view_in_words(header.text(STUDY_WORDS)))
    return next((view for view in said if view is not None), None)


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^0-9a-z]+", " ", text.casefold()).split())
