"""Colours as 8-bit sRGB triples, and their contrast."""

from __future__ import annotations

import colorsys
import re

import numpy as np
import skia
from numpy.typing import NDArray

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
TEXT_CONTRAST = 4.5
"""WCAG 2.2 SC 1.4.3, text of ordinary size."""
GRAPHIC_CONTRAST = 3.0
"""WCAG 2.2 SC 1.4.11 graphics, and SC 1.4.3 large text."""

_SURE_CHROMA = 48
"""Least difference between a colour's largest and smallest component for its hue to be significant."""

_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)
_LINEAR_OF: tuple[float, ...] = tuple(_LINEAR.tolist())
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722])

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


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
    red, green, blue = (_LINEAR_OF[value] for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast ratio 1..21 (WCAG 2.2 definition)."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminances(colors: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance 0..1 of each colour, shape (..., 3)."""
    return np.asarray(_LINEAR[colors] @ _WEIGHTS)


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


def argb(color: Rgb, alpha: float = 1.0) -> int:
    """The colour as skia's 32-bit ARGB number."""
    return int(skia.Color(*color, round(255 * alpha)))
