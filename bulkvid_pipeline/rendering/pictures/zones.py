"""Division of a scene's safe area into zones for header, content, captions and logo."""

from __future__ import annotations

from dataclasses import dataclass

from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme

_EMPTY = Box(0, 0, 0, 0)


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
    logo = _EMPTY
    right = theme.logo_position.endswith("right")
    if logo_height:
        logo_left = stage.safe.right - logo_width if right else page.left
        logo_top = top if on_top else page.bottom - logo_height
        logo = Box(round(logo_left), round(logo_top), round(logo_width), round(logo_height))
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
        bottom -= 0 if captions else logo_height + 24 * unit
    elif below:
        bottom -= logo_height + 24 * unit
    caption_box = _EMPTY
    if captions:
        caption_box = Box.of_edges(caption_left, bottom - caption_height, caption_right, bottom).rounded()
        bottom = caption_box.top - 40 * unit
    return Zones(header, Box.of_edges(page.left, top, page.right, bottom), caption_box, logo, panel)


def _logo_size(theme: Theme, stage: Stage) -> tuple[float, float]:
    if theme.logo is None:
        return 0.0, 0.0
    scale = min(72 * stage.unit / theme.logo.height, 230 * stage.unit / theme.logo.width)
    return max(1.0, theme.logo.width * scale), max(1.0, theme.logo.height * scale)
