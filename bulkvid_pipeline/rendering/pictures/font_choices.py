"""The fonts that a template may choose, which scripts they have letters for, and samples of them.

A text whose letters the chosen font lacks is set in a bundled font that has them, so that every font can be chosen for
every language; the sample shows what that looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.scripts import HanVariant
from bulkvid_pipeline.rendering.pictures.typefaces import TEXT_FONTS, Cut, shelf
from bulkvid_pipeline.rendering.pictures.typesetting import Span, TextLook, build

_ALPHABETS = {
    "Latin": "AaÆæŁłŞşßÿ",
    "Vietnamese": "ẠạỆệỮữ",
    "Greek": "ΑαΩωή",
    "Cyrillic": "АаЯяЇїЎў",
    "Hebrew": "אבת",
    "Arabic": "ابي",
    "Devanagari": "अकह",
}
"""Letters that a font has if it has a script at all, one or more of each of its languages."""
SAMPLES: tuple[tuple[str, bool, HanVariant | None], ...] = (
    ("Brand story 2026 — Ağ, żółć", False, None),
    ("قصة علامة تجارية", True, None),
    ("品牌故事 你好", False, HanVariant.SIMPLIFIED),
    ("🎬 🚀 👩🏽‍💻 ❤️", False, None),
)
"""Lines of a sample: text, whether it runs from right to left, regional shapes."""
_INK: Rgb = (22, 22, 28)
_PAPER: Rgb = (255, 255, 255)
_WIDTH, _LINE, _SIZE, _MARGIN = 720, 68, 44, 24


@dataclass(frozen=True)
class FontChoice:
    """A family, and the scripts for which it has letters of its own."""

    family: str
    scripts: tuple[str, ...]


@cache
def font_choices() -> tuple[FontChoice, ...]:
    """The families that a template may name; italic cuts are used by styles and not chosen."""
    return tuple(FontChoice(name, _scripts_of(name)) for name in TEXT_FONTS if not name.endswith("Italic"))


def _scripts_of(family: str) -> tuple[str, ...]:
    face = shelf().typeface(TEXT_FONTS[family], 400)
    return tuple(
        script for script, letters in _ALPHABETS.items() if all(face.unicharToGlyph(ord(letter)) for letter in letters)
    )


def font_sample(family: str) -> NDArray[np.uint8]:
    """The family in Latin, Arabic, Chinese and emoji, as videos set them: RGB, shape (height, width, 3).

    Raises:
        KeyError: no such family is bundled.
    """
    height = _LINE * len(SAMPLES) + 2 * _MARGIN
    pixels = np.zeros((height, _WIDTH, 4), np.uint8)
    canvas = skia.Surface(pixels).getCanvas()
    canvas.clear(argb(_PAPER))
    look = TextLook(Cut(TEXT_FONTS[family].family, 500), _INK, _SIZE, _SIZE)
    for line, (text, right_to_left, variant) in enumerate(SAMPLES):
        paragraph = build([Span(text, _INK)], look, right_to_left=right_to_left, variant=variant)
        paragraph.layout(_WIDTH - 2 * _MARGIN)
        paragraph.paint(canvas, _MARGIN, _MARGIN + line * _LINE)
    return np.ascontiguousarray(pixels[..., :3])
