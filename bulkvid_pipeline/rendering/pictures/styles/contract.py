"""The interface of a style: everything that one look adds to the engine, in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import skia

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inset_frames import FrameLook, Inset
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme

GroundPainter = Callable[[skia.Canvas, Theme, Stage, bool], None]
"""Paints on a whole frame; the last argument says whether it is a title card."""
Compose = Callable[[Composer], None]


def bare(theme: Theme, page: Rgb) -> Rgb:  # noqa: ARG001
    """No cards: texts are on the page itself."""
    return page


@dataclass(frozen=True)
class StyleLook:
    """A style. `theme` is its data, the other fields are its drawing functions."""

    theme: Theme
    ground: GroundPainter
    ornaments: GroundPainter
    """Drawn over the row's own picture."""
    page: Callable[[Stage, bool], tuple[Box, Box]]
    """The part of the safe area for text, and the part on a panel (empty without one), for titles or other scenes."""
    header: Compose
    title: Compose
    body: Compose
    listing: Compose
    quote: Compose
    frame: FrameLook
    """Measures of the frame around the row's own picture."""
    paint_frame: Callable[[Composer, skia.Canvas, Inset], None]
    card: Callable[[Theme, Rgb], Rgb] = bare
    """The colour of its cards over a colour of the page."""
    inset_at: float | None = None
    """Horizontal alignment of a picture above the text, 0 left .. 1 right; None: where reading starts."""
    beside_title: Callable[[Stage], Box] | None = None
    """The area beside a wide title for a picture; None if the style has no such place."""


def no_ornaments(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """Draws nothing: for styles whose ornaments could be mistaken for a part of the picture."""


def whole_page(stage: Stage, title: bool) -> tuple[Box, Box]:  # noqa: ARG001
    """The whole safe area is for text."""
    return stage.safe, Box(0, 0, 0, 0)
