"""What decides how a scene looks, as data; `styles` holds a theme for each style."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.colors import (
    WHITE,
    Rgb,
    readable_on,
)
from bulkvid_pipeline.rendering.pictures.logos import Logo


class Entrance(StrEnum):
    """How the parts of a card come in."""

    RISE = "rise"
    FADE = "fade"
    REVEAL = "reveal"
    SLIDE = "slide"


class SpokenMark(StrEnum):
    """How a caption shows the word that is being spoken."""

    PILL = "pill"
    TINT = "tint"
    UNDERLINE = "underline"
    BLOCK = "block"


@dataclass(frozen=True)
class CaptionLook:
    """Colours and shape of the captions. `spoken` is the word's own colour, `mark` that of the shape behind it."""

    box: Rgb
    box_alpha: float
    text: Rgb
    spoken: Rgb
    mark: Rgb
    mark_kind: SpokenMark
    border: Rgb | None
    radius: float
    """Corner radius of the box in units of 1/1080 of the frame's short side."""
    shadow: bool = False
    weight: int = 600


@dataclass(frozen=True)
class GroundLook:
    """How a style treats the ground behind its texts."""

    light_shift: float
    dark_shift: float
    """How far a custom ground runs towards black; or towards white where it is nearly black itself."""
    panel_share: float
    """How much of the text's colour is in a panel on a custom ground."""
    least_veil: float
    """Least share of the ground's colour over a picture behind texts: takes the edge off details behind letters."""
    blur: float
    """Of such a picture: standard deviation in 1/1080 of the short side. Details as fine as letters would make these
    hard to read."""
    second_accent_contrast: float | None
    """What `accent_2` needs on a picture: text contrast where texts are set in it, less where it only draws, None where
    it stands on a panel alone."""
    brand_panel: bool = False
    """Whether panels keep the brand's colour on any ground, and take it from a custom accent."""
    title_apart: bool = False
    """Whether title cards have a ground of their own."""
    paper: float = 0.0
    """Mottle of the ground: standard deviation in levels of 255."""


@dataclass(frozen=True)
class Theme:
    """All that decides how a scene looks, apart from its words and the frame's size."""

    style: Style
    background: Rgb
    background_2: Rgb
    text: Rgb
    muted: Rgb
    accent: Rgb
    accent_2: Rgb
    panel: Rgb
    """Ground of cards and side panels."""
    on_panel: Rgb
    display_family: str
    text_family: str
    italic_family: str
    display_weight: int
    statement_weight: int
    text_weight: int
    letter_spacing: float
    """Of large text, in ems."""
    radius: float
    entrance: Entrance
    captions: CaptionLook
    ground: GroundLook
    logo: Logo | None = None
    logo_position: str = "bottom_right"

    @property
    def on_accent(self) -> Rgb:
        return readable_on(self.accent, WHITE)
