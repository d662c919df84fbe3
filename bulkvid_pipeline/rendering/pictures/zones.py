"""Division of a scene's safe area into zones for header, content, captions and logo."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.logo_plates import PAD
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme

_EMPTY = Box(0, 0, 0, 0)
_LOGO, _HIGHEST = 72, 104
"""Height of a logo, and of a tall one, in design units."""
_ABOVE_LOGO = 2 * PAD + 20
"""Space between texts or captions and a logo below them, of which a plate may take a part."""
_CLEAR = 2 * PAD + 4
"""Space around a logo without ornaments, in design units."""


@dataclass(frozen=True)
class Zones:
    """Boxes of one scene; unused ones are empty. Content and captions never touch."""

    header: Box
    content: Box
    captions: Box
    logo: Box
    panel: Box
    """The part of the corporate style's dark panel inside the safe area."""


def zones_for(theme: Theme, stage: Stage, pages: tuple[Box, Box], *, marked: bool, caption_height: float) -> Zones:
    """Divide the safe area of a scene.

    `pages` are the style's page and panel, `marked` reserves a header; `caption_height` is in pixels, 0: no captions.
    """
    captions = caption_height > 0
    unit = stage.unit
    page, panel = pages
    logo_width, logo_height = _logo_size(theme, stage)
    on_top = logo_height > 0 and theme.logo_position.startswith("top")
    below = logo_height > 0 and not on_top
    top, bottom = page.top, page.bottom
    header_height = logo_height if on_top else 34 * unit if marked else 0.0
    header = Box.of_edges(page.left, top, page.right, top + header_height)
    logo = logo_box(theme, stage, page)
    right = theme.logo_position.endswith("right")
    if on_top:
        room = logo_width + 40 * unit
        header = Box.of_edges(
            page.left + (0 if right else room), top, page.right - (room if right else 0), header.bottom
        )
    if header_height:
        top += header_height + 44 * unit
    caption_left, caption_right = page.left, page.right
    if below and stage.shape is Shape.WIDE:
        caption_left += logo_width + 40 * unit
        caption_right -= logo_width + 40 * unit
        bottom -= 0 if captions else logo_height + _ABOVE_LOGO * unit
    elif below:
        bottom -= logo_height + _ABOVE_LOGO * unit
    caption_box = _EMPTY
    if captions:
        caption_box = Box.of_edges(caption_left, bottom - caption_height, caption_right, bottom).rounded()
        bottom = caption_box.top - 40 * unit
    return Zones(header, Box.of_edges(page.left, top, page.right, bottom), caption_box, logo, panel)


def logo_box(theme: Theme, stage: Stage, page: Box) -> Box:
    """The logo's place in its corner of a page, in whole pixels; empty without a logo."""
    width, height = _logo_size(theme, stage)
    if not height:
        return _EMPTY
    # The page of a panel ends before the frame does; the logo stays in the frame's corner.
    right_edge = max(page.right, stage.safe.right) if stage.shape is Shape.WIDE else page.right
    left = right_edge - width if theme.logo_position.endswith("right") else page.left
    top = page.top if theme.logo_position.startswith("top") else page.bottom - height
    return Box(round(left), round(top), round(width), round(height))


def around_logo(theme: Theme, stage: Stage, page: Box) -> Box:
    """What ornaments keep clear of: the logo with room for a plate; empty without a logo."""
    logo = logo_box(theme, stage, page)
    room = _CLEAR * stage.unit
    return logo.inset(-room, -room) if not logo.is_empty else _EMPTY


def _logo_size(theme: Theme, stage: Stage) -> tuple[float, float]:
    if theme.logo is None:
        return 0.0, 0.0
    # A logo that is higher than wide may be higher than others, or it would be thin.
    high = min(_HIGHEST, _LOGO * max(1.0, math.sqrt(theme.logo.height / theme.logo.width)))
    scale = min(high * stage.unit / theme.logo.height, 230 * stage.unit / theme.logo.width)
    return max(1.0, theme.logo.width * scale), max(1.0, theme.logo.height * scale)
