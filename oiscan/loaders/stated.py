"""What the user states about a file, against what the file says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.scan import PixelSpacing


@dataclass(frozen=True)
class Stated:
    """The user's word, which beats the header's; None where the user said nothing."""

    view: View | None = None
    spacing: PixelSpacing | None = None
    inverted: bool | None = None

    @classmethod
    def from_user(
        cls,
        view: View | str | None = None,
        spacing_mm: tuple[float, float] | float | None = None,
        inverted: bool | None = None,
    ) -> Stated:
        """Check what the user gave; an unknown view or an impossible spacing raises `ConfigError`."""
        if view is not None and view not in tuple(View):
            raise ConfigError(f"there is no view {view!r}: state one of {', '.join(View)}")
        try:
            spacing = None if spacing_mm is None else PixelSpacing.from_user(spacing_mm)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{error}: state the pixel size in mm as ROW,COLUMN or as one number") from error
        return cls(None if view is None else View(view), spacing, inverted)
