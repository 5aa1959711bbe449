"""Results GE Lunar writes as XML into ImageComments (0020,4000).

Known from public code that reads such files of 2018; newer files of one site hold none. Body composition (`COMP_ROI`,
`VAT_MASS`) is not bone density and is not read. BMC and AREA are read where they stand; that they do is unverified.
"""

from __future__ import annotations

from collections.abc import Iterator

from oiscan.loaders.header import Header
from oiscan.loaders.printed_value import PrintedValue, printed_number, region_name, unit_fits
from oiscan.loaders.xml_text import parse_xml

SOURCE = "GE ImageComments"
NAMES = {
    "BMD": "bmd_g_cm2",
    "BMC": "bmc_g",
    "AREA": "area_cm2",
    "BMD_TSCORE": "t_score",
    "BMD_ZSCORE": "z_score",
}


def comment_values(header: Header, scan_id: str) -> Iterator[PrintedValue]:
    """Values in the image's comments; none where these are ordinary comments."""
    text = str(header.value("ImageComments") or "")
    if not text.lstrip().startswith("<"):
        return
    try:
        root = parse_xml(text)
    except ValueError:
        return
    for roi in root.iter("ROI"):
        region = region_name(roi.get("region", ""))
        for child in roi if region is not None else ():
            quantity = NAMES.get(str(child.tag))
            if quantity and region and unit_fits(quantity, child.get("units", "")):
                value, decimals = printed_number(child.text or "")
                yield PrintedValue(scan_id, region, quantity, value, source=SOURCE, decimals=decimals)
