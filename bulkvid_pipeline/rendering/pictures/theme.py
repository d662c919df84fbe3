"""The data that decides how a scene looks; `styles` has a theme for each style."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.colors import WHITE, Rgb, readable_on
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.logos import Logo


class Entrance(StrEnum):
    """The entrance of a card's parts."""

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
    """Colours and shape of the captions; `spoken` is the colour of the spoken word, `mark` of the shape behind it."""

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
    """How a style treats the background behind its texts."""

    light_shift: float
    dark_shift: float
    """How far a custom background's gradient goes towards black, or towards white if it is nearly black itself."""
    panel_share: float
    """Share of the text's colour in a panel on a custom background."""
    least_veil: float
    """Least veil opacity over a picture behind texts: reduces the contrast of details behind letters."""
    blur: float
    """Blur of such a picture: standard deviation in 1/1080 of the short side. Details as fine as letters would make
    text hard to read."""
    second_accent_contrast: float | None
    """Contrast that `accent_2` needs on a picture: that of text if texts have this colour, less if only drawings do,
    None if it is used only on a panel."""
    small_accents: bool = False
    """Whether small texts have the accent's colour."""
    brand_panel: bool = False
    """Whether panels keep the brand's colour on any background, and take it from a custom accent."""
    lit: bool = False
    """Whether lights in the accents' colours are on it."""
    title_apart: bool = False
    """Whether title cards have a background of their own."""
    spare: float = 1.01
    """Contrast asked beyond a limit, as a factor: dithering moves pixels by a level, and hairlines may cross a text."""
    paper: float = 0.0
    """Mottle of the background: standard deviation in levels of 255."""


@dataclass(frozen=True)
class Theme:
    """Everything that decides how a scene looks, except its words and the frame's size."""

    style: Style
    background: Rgb
    background_2: Rgb
    text: Rgb
    muted: Rgb
    accent: Rgb
    accent_2: Rgb
    small_accent: Rgb
    """The accent where small texts have it."""
    panel_accent: Rgb
    """The second accent on the panel, where texts have it too."""
    panel: Rgb
    """Background of cards and side panels."""
    on_panel: Rgb
    display_family: str
    text_family: str
    italic_family: str
    display_weight: int
    statement_weight: int
    text_weight: int
    letter_spacing: float
    """Letter spacing of large text, in ems."""
    radius: float
    entrance: Entrance
    captions: CaptionLook
    ground: GroundLook
    light: float = 1.0
    """Strength of the ground's lights, 0..1: what is lit must leave texts their contrast."""
    dimmed: float = 0.58
    """Opacity of a list's entries while others are spoken."""
    logo: Logo | None = None
    logo_position: str = "bottom_right"

    @property
    def on_accent(self) -> Rgb:
        return readable_on(self.accent, WHITE)
