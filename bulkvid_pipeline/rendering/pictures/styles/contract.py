"""What a style is: everything that one look adds to the engine, in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import skia

from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inset_frames import FrameLook, Inset
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme

GroundPainter = Callable[[skia.Canvas, Theme, Stage, bool], None]
"""Paints on a whole frame; the last argument says whether it is a title's."""
Compose = Callable[[Composer], None]


@dataclass(frozen=True)
class StyleLook:
    """A style. `theme` is its data, the others are how it draws."""

    theme: Theme
    ground: GroundPainter
    ornaments: GroundPainter
    """Drawn over a picture of the row's own."""
    page: Callable[[Stage, bool], tuple[Box, Box]]
    """The part of the safe area for text, and the part on a panel (empty where there is none), of titles or others."""
    header: Compose
    title: Compose
    body: Compose
    listing: Compose
    quote: Compose
    frame: FrameLook
    """Measures of the frame around a picture of the row's own."""
    paint_frame: Callable[[Composer, skia.Canvas, Inset], None]
    inset_at: float | None = None
    """Where a picture above the text stands, 0 left .. 1 right; None: where reading starts."""
    beside_title: Callable[[Stage], Box] | None = None
    """What a wide title leaves free for a picture, where the style has such a place."""


def no_ornaments(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """For styles whose ornaments would be taken for a part of the picture."""


def whole_page(stage: Stage, title: bool) -> tuple[Box, Box]:  # noqa: ARG001
    """All of the safe area is for text."""
    return stage.safe, Box(0, 0, 0, 0)
