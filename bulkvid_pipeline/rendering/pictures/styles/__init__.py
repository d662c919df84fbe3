"""The styles. To add one: a name in `core.options.Style`, a module here with its `LOOK`, and a music file."""

from __future__ import annotations

from collections.abc import Mapping

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.styles import classic, corporate, minimal, modern
from bulkvid_pipeline.rendering.pictures.styles.contract import StyleLook
from bulkvid_pipeline.rendering.pictures.theme import Theme

STYLES: Mapping[Style, StyleLook] = {
    look.theme.style: look for look in (modern.LOOK, classic.LOOK, minimal.LOOK, corporate.LOOK)
}


def look_of(theme: Theme) -> StyleLook:
    """The style of a theme."""
    return STYLES[theme.style]
