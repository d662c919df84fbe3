"""Whether a template's colours are seen where its style draws them, and the nearest ones that are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest

from bulkvid_pipeline.core.colors import (
    GRAPHIC_CONTRAST,
    TEXT_CONTRAST,
    ContrastVerdict,
    Rgb,
    contrast_verdict,
    hex_of,
    mix,
)
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.legibility import BAND_CONTRAST, Grounds
from bulkvid_pipeline.rendering.pictures.styles import STYLES
from bulkvid_pipeline.rendering.pictures.theme import SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.themes import Branded, branded, on_ground


class ColorPart(StrEnum):
    """What of a template a verdict is about; the first three are its colours, in their order."""

    ACCENT = "accent"
    SECOND_ACCENT = "second_accent"
    BACKGROUND = "background"
    CAPTIONS = "captions"


_IN_ORDER = (ColorPart.ACCENT, ColorPart.SECOND_ACCENT, ColorPart.BACKGROUND)


@dataclass(frozen=True)
class ColorVerdict:
    """A colour in one of its uses; `use` says which in words, e.g. "Large words and shapes on the background"."""

    part: ColorPart
    use: str
    contrast: ContrastVerdict
    limit: float
    """What WCAG asks; `contrast.needed` is more where gradients and grain take some of it."""


_TRIES = 8


def nearest_colors(style: Style, colors: Sequence[str]) -> tuple[str, ...]:
    """The colours with those that do not pass replaced by near ones that do.

    A style's ground has lights and panels in the accents' colours, so that a changed accent changes what it is seen on.
    """
    found = tuple(colors)
    for _ in range(_TRIES):
        faulty = [verdict for verdict in color_verdicts(style, found) if not verdict.contrast.passes]
        if not faulty:
            break
        # The use that asks for most decides.
        nearest = {each.part: each.contrast.nearest for each in sorted(faulty, key=lambda each: each.contrast.needed)}
        found = tuple(
            hex_of(nearest[part]) if part in nearest else color
            for part, color in zip_longest(_IN_ORDER, found)
            if color is not None
        )
    return found


def color_verdicts(style: Style, colors: Sequence[str] = ()) -> tuple[ColorVerdict, ...]:
    """The template's colours as they are given where the style draws them, and texts and captions on their grounds.

    Videos show a colour that does not pass as the nearest one that does.

    Args:
        colors: hex colours: accent, second accent, background; others are passed over.
    """
    brand = branded(style, tuple(colors))
    return (*_accents(brand), *_second_accents(brand), _text(brand, style), *_captions(brand.shown))


def _accents(brand: Branded) -> Iterator[ColorVerdict]:
    theme, color = brand.shown, brand.accent
    if color is None:
        return
    everywhere, spare = Grounds.of(theme).with_cards(theme), theme.ground.spare
    large = contrast_verdict(color, everywhere, GRAPHIC_CONTRAST * spare)
    yield ColorVerdict(ColorPart.ACCENT, "Large words and shapes on the background", large, GRAPHIC_CONTRAST)
    if theme.ground.small_accents:
        small = contrast_verdict(color, everywhere, TEXT_CONTRAST * spare)
        yield ColorVerdict(ColorPart.ACCENT, "Numbers and small words on the background", small, TEXT_CONTRAST)
    if theme.ground.brand_panel:
        text = contrast_verdict(theme.on_panel, Grounds.of(theme).panel, TEXT_CONTRAST * spare)
        yield ColorVerdict(ColorPart.ACCENT, "Text on the panel in a dark tone of it", text, TEXT_CONTRAST)


def _second_accents(brand: Branded) -> Iterator[ColorVerdict]:
    theme, color = brand.shown, brand.accent_2
    if color is None:
        return
    grounds, spare, second = Grounds.of(theme), theme.ground.spare, theme.ground.second_accent_contrast
    if second is None:
        band = contrast_verdict(color, grounds.page, BAND_CONTRAST)
        yield ColorVerdict(ColorPart.SECOND_ACCENT, "Bands of colour beside the background", band, BAND_CONTRAST)
    else:
        limit = min(second, GRAPHIC_CONTRAST)
        drawn = contrast_verdict(color, grounds.with_cards(theme), limit * spare)
        yield ColorVerdict(ColorPart.SECOND_ACCENT, "Large words and shapes on the background", drawn, limit)
    if theme.ground.brand_panel:
        written = contrast_verdict(color, grounds.panel, TEXT_CONTRAST * spare)
        yield ColorVerdict(ColorPart.SECOND_ACCENT, "Words on the panel", written, TEXT_CONTRAST)


def _text(brand: Branded, style: Style) -> ColorVerdict:
    """Text on the background. Not the text is changed if it is not read on it, but the background."""
    use, needed = "Text on the background", TEXT_CONTRAST * brand.shown.ground.spare
    if brand.background is None:
        shown = contrast_verdict(brand.shown.text, _page(brand.shown), needed)
        return ColorVerdict(ColorPart.BACKGROUND, use, shown, TEXT_CONTRAST)
    given = replace(on_ground(STYLES[style].theme, brand.background), light=0.0)
    read = contrast_verdict(given.text, _page(given), needed)
    turned = ContrastVerdict(brand.background, given.text, read.ratio, needed, brand.shown.background)
    return ColorVerdict(ColorPart.BACKGROUND, use, turned, TEXT_CONTRAST)


def _page(theme: Theme) -> Iterable[Rgb]:
    return Grounds.of(theme).page


def _captions(theme: Theme) -> Iterator[ColorVerdict]:
    look = theme.captions
    boxes = [mix(page, look.box, look.box_alpha) for page in _page(theme)]
    text = contrast_verdict(look.text, boxes, TEXT_CONTRAST)
    yield ColorVerdict(ColorPart.CAPTIONS, "Captions on their box", text, TEXT_CONTRAST)
    behind = [look.mark] if look.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK) else [look.box]
    spoken = contrast_verdict(look.spoken, behind, TEXT_CONTRAST)
    yield ColorVerdict(ColorPart.CAPTIONS, "The word that is spoken", spoken, TEXT_CONTRAST)
