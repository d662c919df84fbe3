"""Colours as 8-bit sRGB triples, and their contrast as WCAG 2.2 defines it.

Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance (with the threshold 0.04045 of sRGB itself,
IEC 61966-2-1, which gives the same values for 8-bit colours). Contrast ratio:
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from dataclasses import dataclass

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
TEXT_CONTRAST = 4.5
"""WCAG 2.2 SC 1.4.3, text of ordinary size."""
GRAPHIC_CONTRAST = 3.0
"""WCAG 2.2 SC 1.4.11 graphics, and SC 1.4.3 large text."""

_SURE_CHROMA = 48
"""Least difference between a colour's largest and smallest component for its hue to be significant."""

_LEVELS = tuple(value / 255 for value in range(256))
LINEAR = tuple(level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in _LEVELS)
"""Linear light 0..1 of each 8-bit value."""
LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Of red, green and blue."""

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True)
class ContrastVerdict:
    """Whether a colour is seen on what is behind it.

    `ground` is the colour behind on which it is seen worst, `nearest` the colour itself if it passes, else the nearest
    one of its hue that does; if no lightness of it does, black or white.
    """

    color: Rgb
    ground: Rgb
    ratio: float
    needed: float
    nearest: Rgb

    @property
    def passes(self) -> bool:
        return self.ratio >= self.needed


def contrast_verdict(color: Rgb, grounds: Iterable[Rgb], needed: float) -> ContrastVerdict:
    """How a colour is seen on the worst of the grounds, of which there is at least one."""
    grounds = tuple(grounds)
    worst = min(grounds, key=lambda ground: contrast(color, ground))
    return ContrastVerdict(color, worst, contrast(color, worst), needed, with_contrast(color, needed, *grounds))


def parse_hex(text: str) -> Rgb | None:
    """`#RGB` or `#RRGGBB`, with or without the hash; None if it is neither."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None
    digits = match.group(1)
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def hex_of(color: Rgb) -> str:
    return "#{:02X}{:02X}{:02X}".format(*color)


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """`first` with `share` (0..1) of it replaced by `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(color: Rgb) -> float:
    """Relative luminance 0..1 (WCAG 2.2 definition)."""
    red, green, blue = (LINEAR[value] for value in color)
    of_red, of_green, of_blue = LUMINANCE_WEIGHTS
    return of_red * red + of_green * green + of_blue * blue


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast ratio 1..21 (WCAG 2.2 definition)."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def least_contrast(color: Rgb, *grounds: Rgb) -> float:
    """The contrast to the ground on which the colour is seen worst."""
    return min(contrast(color, ground) for ground in grounds)


def readable_on(background: Rgb, *candidates: Rgb) -> Rgb:
    """The first candidate with 4.5:1 on the background; if there is none, black or white, whichever has more."""
    for candidate in candidates:
        if contrast(candidate, background) >= TEXT_CONTRAST:
            return candidate
    return max((WHITE, BLACK), key=lambda color: contrast(color, background))


def with_contrast(color: Rgb, ratio: float, *grounds: Rgb) -> Rgb:
    """The colour, lightened or darkened at constant hue by the least amount that gives `ratio` on all grounds.

    If neither gives it, black or white, whichever has more contrast.
    """
    if least_contrast(color, *grounds) >= ratio:
        return color
    hue, lightness, saturation = colorsys.rgb_to_hls(*(value / 255 for value in color))
    # The hue of a colour near black or white is arbitrary; at medium lightness it would become a garish colour.
    saturation *= min(1.0, (max(color) - min(color)) / _SURE_CHROMA)
    for step in range(1, 201):
        for moved in (lightness + step / 200, lightness - step / 200):
            if 0 <= moved <= 1:
                red, green, blue = (round(255 * value) for value in colorsys.hls_to_rgb(hue, moved, saturation))
                if least_contrast((red, green, blue), *grounds) >= ratio:
                    return red, green, blue
    return max((WHITE, BLACK), key=lambda end: least_contrast(end, *grounds))
