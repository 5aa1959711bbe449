"""XML out of a file nobody vouches for."""

from __future__ import annotations

import re
from xml.etree import ElementTree

MAX_LENGTH = 2**20
"""Of the text, in characters: results of a whole spine take a few thousand."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xml(value: object) -> ElementTree.Element:
    """The root element of an XML text.

    Parameters
    ----------
    value
        Text, or its bytes in UTF-8. A declared encoding is ignored: the text has been decoded already.

    Raises
    ------
    ValueError
        If it is not well formed, too long, or declares a document type or entities, which no scanner does and which can
        make a few bytes grow to gigabytes.
    """
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    if len(text) > MAX_LENGTH:
        raise ValueError("the XML is too long")
    if _FORBIDDEN.search(text):
        raise ValueError("the XML declares a document type or entities")
    try:
        return ElementTree.fromstring(_DECLARATION.sub("", text.strip("\0 \r\n\t\ufeff")))
    except ElementTree.ParseError as error:
        raise ValueError("the XML is not well formed") from error
