"""From a scan to its vertebrae: find the column, lay landmarks on each vertebra, name the levels, say what can be seen.

Inside this room points are (x, y) = (column, row) of the picture the networks see; at the door (`segment`) they become
(row, column) of the stored image, as everywhere else.
"""

from oiscan.segmentation.model import Model, available_models
from oiscan.segmentation.segment import segment

__all__ = ["Model", "available_models", "segment"]
