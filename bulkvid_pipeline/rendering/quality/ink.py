"""The ink of a painted text, word by word: found by painting the text again, unclipped, on a surface of its own.

skia's Python bindings do not say where a word stands. So the text is painted twice: as the layout left it, for its
real ink and colours, and once more from its characters alone, with a colour of its own for each word. Where the two
disagree, the layout holds other glyphs than its text says, or another order of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription
from bulkvid_pipeline.rendering.pictures.scripts import EMOJI
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, Span, build
from bulkvid_pipeline.rendering.script.tokens import units_of
from bulkvid_pipeline.rendering.script.words import script_words

_MARGIN = 0.45
"""Of the type size, around the lines' box: stacked marks, swashes and slanted ends reach so far at most."""
_LEGIBLE, _MOST_REDUCED = 24.0, 4
"""Large text is painted up to three times smaller, but not below this size in pixels: its shapes show there as well."""
_INK = 160
"""Least opacity (0..255) of a pixel that counts as ink; paler ones are edges."""
_TRACE = 80
"""Least opacity where there is some ink: a thin line may fall between two pixels."""
_SOLID = 250
"""Least opacity of a pixel whose colour is that of the text alone."""
_SHADES = 61
"""Colour codes have this many shades of each colour, far enough apart to survive an edge's rounding."""
_STEP = 4
_CJK = re.compile("[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_TALL_MARKS = frozenset("!?؟।॥።፧፨។៕။")
_SPACELESS = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_Shades = TypeVar("_Shades", int, NDArray[np.int32])
_BLANKS = " \t\n\u00a0\u202f\u2009\u2028\u3000"
_INSERTED = "\u200b\u2060\u200e\u200f"


@dataclass(frozen=True)
class TextInk:
    """The ink of an inscription: pixels of the frame, and which word each belongs to."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    """Where each word begins in the laid-out text."""
    rows: NDArray[np.int64] = field(repr=False)
    columns: NDArray[np.int64] = field(repr=False)
    """The pixels with ink, shape (pixels,); they may be outside of the frame."""
    colors: NDArray[np.uint8] = field(repr=False)
    """Their colours as the layout paints them: shape (pixels, 4), premultiplied RGBA."""
    word: NDArray[np.int32] = field(repr=False)
    """Index of the word of each pixel."""
    solid: NDArray[np.bool_] = field(repr=False)
    """Whether the pixel has the text's whole colour, however the text is scaled."""
    lacking: NDArray[np.bool_] = field(repr=False)
    """Whether the layout has no ink there, though the word's characters do."""
    faint: frozenset[int]
    """The words that are too thin for ink in any pixel, but have traces of it where their characters have."""
    strange_share: float
    """Share of the layout's own ink that is not where its characters have ink."""

    def shares(self, found: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """For each word the share of its pixels (`among` those given) that were `found`; 0 if it has none."""
        of = self.word if among is None else self.word[among]
        hits = np.bincount(of, weights=found if among is None else found[among], minlength=len(self.words))
        return np.asarray(hits / np.maximum(1, np.bincount(of, minlength=len(self.words))))

    @property
    def pixels(self) -> NDArray[np.int64]:
        """The number of pixels of each word."""
        return np.bincount(self.word, minlength=len(self.words))

    @property
    def box(self) -> Box:
        """The smallest box around all ink; empty without ink."""
        if not len(self.rows):
            return Box(0, 0, 0, 0)
        left, top = int(self.columns.min()), int(self.rows.min())
        return Box.of_edges(left, top, int(self.columns.max()) + 1, int(self.rows.max()) + 1)


def ink_of(inscription: Inscription, phrases: Sequence[str] = (), *, may_reduce: bool = True) -> TextInk:
    """The ink of a painted text, which must have a layout.

    Args:
        phrases: what may have a colour of its own, and is told apart from what touches it.
        may_reduce: whether fewer pixels of large text will do.
    """
    block = inscription.block
    if block is None:
        raise ValueError("A number has no layout")
    margin = round(block.look.size * _MARGIN) + 2
    left, top = inscription.box.left, inscription.box.top
    area = Box(left - margin, top - margin, block.width + 2 * margin, block.height + 2 * margin).rounded()
    words = words_of(block.text, phrases)
    is_whole = not may_reduce or EMOJI.search(block.text) is not None
    scale = 1 if is_whole else max(1, min(_MOST_REDUCED, int(block.look.size // _LEGIBLE)))
    painted = _pixels(block.paragraph, area, left, top, scale)
    coded = _pixels(_coded(block, words), area, left, top, scale)
    real, own = _ink(painted), _ink(coded)
    lacking, strange = _far_from(own, painted), _far_from(real, coded)
    which = _numbers(coded.ravel()[own])
    if which.min(initial=0) < 0 or which.max(initial=-1) >= len(words):
        own, which = own[(which >= 0) & (which < len(words))], which[(which >= 0) & (which < len(words))]
    missed = np.zeros(painted.size if len(lacking) else 0, np.bool_)
    missed[lacking] = True
    rows, columns = np.divmod(own, painted.shape[1])
    return TextInk(
        words=tuple(text for _, text in words),
        starts=tuple(start for start, _ in words),
        rows=rows * scale + (scale // 2 + int(area.top)),
        columns=columns * scale + (scale // 2 + int(area.left)),
        colors=painted.ravel()[own].view(np.uint8).reshape(-1, 4),
        word=which,
        solid=_inside(own, painted, scale),
        lacking=missed[own] if len(lacking) else np.zeros(len(own), np.bool_),
        faint=_faint(painted, coded) if np.bincount(which, minlength=len(words)).min(initial=1) == 0 else frozenset(),
        strange_share=len(strange) / max(1, len(real)),
    )


def words_of(text: str, phrases: Sequence[str] = ()) -> list[tuple[int, str]]:
    """(start, characters) of what can be told apart: words between blanks; of scripts without blanks their words, but
    single characters of Chinese and Japanese; never a part of a unit (`tokens`)."""
    places = [place for place, char in enumerate(text) if char not in _INSERTED]
    plain = "".join(text[place] for place in places).replace("\u00a0", " ").replace("\u2028", " ")
    starts = [places[start] for start in _starts(plain, phrases)]
    ends = [*starts[1:], len(text)] if starts else []
    return [(start, text[start:end].rstrip(_BLANKS)) for start, end in zip(starts, ends, strict=True)]


def _starts(plain: str, phrases: Sequence[str]) -> list[int]:
    """Where something begins that can be told apart from what stands before it."""
    units = units_of(plain)
    inside = {place for unit in units for place in range(unit.start + 1, unit.end)}
    begins = {place for unit in units for place in (unit.start, unit.end)}
    if _SPACELESS.search(plain):
        begins |= {word.start for word in script_words(plain)}
    for phrase in phrases:
        found = re.finditer(r"\s+".join(map(re.escape, phrase.split())), plain) if phrase.strip() else ()
        begins |= {place for match in found for place in match.span()}
    starts: list[int] = []
    for place, char in enumerate(plain):
        before = plain[place - 1] if place else " "
        if char in _BLANKS:
            continue
        if before in _BLANKS or (place not in inside and (place in begins or _stand_alone(before, char))):
            starts.append(place)
    return starts


def _stand_alone(before: str, char: str) -> bool:
    """Whether a character is told apart from the one before it: those of Chinese and Japanese are, and so is a mark
    with much ink after a word, which may have another colour than the word if that is emphasized."""
    if _CJK.match(before):
        return _CJK.match(char) is not None or unicodedata.category(char)[0] == "P"
    return char in _TALL_MARKS and unicodedata.category(before)[0] in "LMN"


def _coded(block: SetText, words: list[tuple[int, str]]) -> skia.textlayout.Paragraph:
    """The block's characters laid out in its width, each word in the colour of its number."""
    spans: list[Span] = []
    done = 0
    for index, (start, text) in enumerate(words):
        if start > done:
            spans.append(Span(block.text[done:start], (0, 0, 0)))
        spans.append(Span(text, _color(index), mask=True))
        done = start + len(text)
    if done < len(block.text):
        spans.append(Span(block.text[done:], (0, 0, 0)))
    paragraph = build(spans, block.look, right_to_left=block.right_to_left, variant=block.variant)
    paragraph.layout(block.width)
    return paragraph


def _color(index: int) -> tuple[int, int, int]:
    high, low = divmod(index % (_SHADES * _SHADES), _SHADES)
    return (low + 1) * _STEP, (high + 1) * _STEP, (_check_shade(low, high) + 1) * _STEP


def _check_shade(low: _Shades, high: _Shades) -> _Shades:
    """The shade of blue of a code: where two words touch, their mixed colours are a third word's in red and green, but
    hardly ever in blue as well."""
    return (23 * low + 7 * high) % _SHADES


def _pixels(paragraph: skia.textlayout.Paragraph, area: Box, left: float, top: float, scale: int) -> NDArray[np.uint32]:
    """What a paragraph paints in an area of whole pixels, `scale` times smaller: (height, width), premultiplied."""
    pixels = np.zeros((-(-int(area.height) // scale), -(-int(area.width) // scale)), np.dtype("<u4"))
    info = skia.ImageInfo.Make(pixels.shape[1], pixels.shape[0], skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRasterDirect(info, pixels, pixels.shape[1] * 4)
    canvas = surface.getCanvas()
    canvas.scale(1 / scale, 1 / scale)
    # As pictures are painted: glyphs stand on quarters of a pixel, and another sum might round to the next one.
    canvas.translate(-area.left, -area.top)
    paragraph.paint(canvas, left, top)
    return pixels


def _ink(pixels: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Flat indices of the pixels with ink, ascending."""
    return np.flatnonzero(pixels.ravel() >= np.uint32(_INK << 24))


def _faint(painted: NDArray[np.uint32], coded: NDArray[np.uint32]) -> frozenset[int]:
    """The words with traces in both pictures, such as a thin upright line between two pixels."""
    traced = (coded >= np.uint32(_TRACE << 24)) & (painted >= np.uint32(_TRACE << 24))
    return frozenset(map(int, np.unique(_numbers(coded[traced]))))


def _far_from(ink: NDArray[np.int64], pixels: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Those indices where `pixels` has no trace of ink, nor right around: words are placed to a fraction of a pixel."""
    flat, width = pixels.ravel(), pixels.shape[1]
    for step in (0, 1, -1, width, -width, width + 1, width - 1, -width + 1, -width - 1):
        ink = ink[np.take(flat, ink + step, mode="clip") < np.uint32(_TRACE << 24)]
    return ink


def _inside(ink: NDArray[np.int64], pixels: NDArray[np.uint32], scale: int) -> NDArray[np.bool_]:
    """Which of those indices are opaque; of a reduced text also all around: hinting and whole baselines move its edges
    by up to a pixel sideways and two up or down."""
    flat, width = pixels.ravel(), pixels.shape[1]
    inside = flat[ink] >= np.uint32(_SOLID << 24)
    if scale == 1:  # glyphs are placed to a quarter of a pixel, which is rounded
        steps: Iterable[int] = (1, -1)
    else:
        steps = (1, -1, *(down + side for down in (-2 * width, -width, width, 2 * width) for side in (-1, 0, 1)))
    for step in steps:
        inside &= np.take(flat, ink + step, mode="clip") >= np.uint32(_SOLID << 24)
    return np.asarray(inside, np.bool_)


def _numbers(coded: NDArray[np.uint32]) -> NDArray[np.int32]:
    """The numbers of the words whose colours these are; pixels of no word get a number below 0."""
    alpha = (coded >> np.uint32(24)).astype(np.int32)
    low, high, check = (
        ((((coded >> np.uint32(shift)) & np.uint32(255)).astype(np.int32) * 255 // alpha) + _STEP // 2) // _STEP - 1
        for shift in (0, 8, 16)
    )
    is_code = (low >= 0) & (high >= 0) & (check == _check_shade(low, high))
    return np.where(is_code, high * _SHADES + low, -1).astype(np.int32)
