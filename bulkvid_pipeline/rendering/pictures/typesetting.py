"""Layout of text in a box: size, line breaks, direction and balanced lines.

`set_text` shrinks a text until it fits its box, keeps words whole as long as it can, hyphenates what is still too wide,
and balances the lines. Lines have a fixed height (a forced strut), so mixing scripts and emoji never moves them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import skia

from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.colors import Rgb, argb
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.hyphens import hyphenated
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription, note
from bulkvid_pipeline.rendering.pictures.typefaces import Cut, runs_of, shelf
from bulkvid_pipeline.rendering.pictures.whole_units import with_parted_addresses, with_whole_units

_MAY_BREAK = "\u200b"
"""Zero width space: marks where `hyphens` divided a word."""
_RIGHT_TO_LEFT_EMBEDDING, _POP = "\u202b", "\u202c"
_LEAST_SIZE = 4.0
_WHOLE_ADDRESS_SHARE = 0.8
"""An address is kept on one line if its size is at least this share of the size with line breaks in it."""
_DIVIDED_SHARE = 0.75
"""Text with divided words starts at this share of its size: fewer divisions are more readable than larger type."""


@dataclass(frozen=True)
class TextLook:
    """The look of a text; sizes in pixels, line height and letter spacing in ems."""

    cut: Cut
    color: Rgb
    size: float
    """The preferred size."""
    least_size: float
    """The size below which words are broken rather than shrunk."""
    line_height: float = 1.2
    letter_spacing: float = 0.0
    word_spacing: float = 0.0
    align: str = "start"
    """`start` or `center`; start is the right edge for right-to-left text."""
    balance: bool = True


@dataclass(frozen=True)
class Span:
    """A part of a text with its own colour; `mask` paints even emoji in that single colour."""

    text: str
    color: Rgb
    mask: bool = False


@dataclass(frozen=True)
class SetText:
    """A laid-out text of `width` x `height` pixels, which can be painted at any position."""

    paragraph: skia.textlayout.Paragraph
    text: str
    look: TextLook
    width: float
    height: float
    lines: int
    right_to_left: bool
    variant: scripts.HanVariant | None

    @property
    def line_height(self) -> float:
        return self.height / self.lines

    @property
    def baseline(self) -> float:
        """Distance from the top to the first line's baseline."""
        return float(self.paragraph.AlphabeticBaseline)

    def paint(self, canvas: skia.Canvas, left: float, top: float) -> None:
        self.paragraph.paint(canvas, left, top)
        note(Inscription(self.text, self.box(left, top), self))

    def box(self, left: float, top: float) -> Box:
        return Box(left, top, self.width, self.height)


def line_height_px(look: TextLook, text: str) -> float:
    """Height of a line, rounded to whole pixels, so that every line starts on a pixel row."""
    return float(round(look.size * max(look.line_height, scripts.least_line_height(text))))


def build(
    spans: list[Span], look: TextLook, *, right_to_left: bool, variant: scripts.HanVariant | None
) -> skia.textlayout.Paragraph:
    """A paragraph of the spans, not laid out yet."""
    layout = skia.textlayout
    text = "".join(span.text for span in spans)
    style = layout.ParagraphStyle()
    centered = look.align == "center"
    aligned = (
        layout.TextAlign.kCenter if centered else layout.TextAlign.kRight if right_to_left else layout.TextAlign.kLeft
    )
    style.setTextAlign(aligned)
    primary = runs_of("x", look.cut, variant)[0][1]
    strut = layout.StrutStyle()
    strut.setStrutEnabled(True)
    strut.setForceStrutHeight(True)
    strut.setHeightOverride(True)
    strut.setFontFamilies(list(primary))
    strut.setFontSize(look.size)
    strut.setHeight(line_height_px(look, text) / look.size)
    style.setStrutStyle(strut)
    builder = layout.ParagraphBuilder.make(style, shelf().collection, shelf().unicode)
    spacing = 0.0 if scripts.joins_letters(text) else look.letter_spacing
    # The bindings cannot set a paragraph's direction; an embedding around the whole text has the same effect.
    pieces = [Span(_RIGHT_TO_LEFT_EMBEDDING, look.color), *spans, Span(_POP, look.color)] if right_to_left else spans
    for span in pieces:
        paint = skia.Paint(Color=argb(span.color), AntiAlias=True)
        if span.mask:
            paint.setColorFilter(skia.ColorFilters.Blend(argb(span.color), skia.BlendMode.kSrcIn))
        for stretch, families in runs_of(span.text, look.cut, variant):
            run = layout.TextStyle()
            run.setFontFamilies(list(families))
            run.setFontSize(look.size)
            run.setForegroundPaint(paint)
            run.setLetterSpacing(spacing * look.size)
            run.setWordSpacing(look.word_spacing * look.size)
            if variant is not None:
                run.setLocale(variant.locale)
            builder.pushStyle(run)
            builder.addText(stretch)
            builder.pop()
    return builder.Build()


@dataclass(frozen=True)
class _Fitting:
    """Tries a text at different sizes in one box."""

    text: str
    look: TextLook
    width: float
    height: float
    max_lines: int
    right_to_left: bool
    variant: scripts.HanVariant | None

    def laid_out(self, words: str, size: float) -> skia.textlayout.Paragraph:
        look = replace(self.look, size=size)
        paragraph = build([Span(words, look.color)], look, right_to_left=self.right_to_left, variant=self.variant)
        paragraph.layout(self.width)
        return paragraph

    def fits(self, words: str, size: float, *, whole: bool) -> bool:
        """Whether the words fit the box; `whole` also requires unbroken words and the allowed number of lines."""
        paragraph = self.laid_out(words, size)
        if paragraph.Height > self.height + 0.5 or paragraph.LongestLine > self.width + 0.5:
            return False
        lines = round(paragraph.Height / line_height_px(replace(self.look, size=size), words))
        return not whole or bool(paragraph.MinIntrinsicWidth <= self.width and lines <= self.max_lines)

    def divided(self, size: float) -> str:
        """The text with words wider than the line hyphenated."""
        # Letters count as a little wider than the mean, so that a part of a word seldom has to be broken again.
        letter = 1.12 * self.laid_out(self.text, size).MaxIntrinsicWidth / max(1, len(self.text))
        words = self.text
        for share in (1.0, 0.85, 0.7):
            words = hyphenated(self.text, share * self.width / max(letter, 0.1))
            if self.laid_out(words, size).MinIntrinsicWidth <= self.width:
                break
        return words

    def settled(self, words: str, size: float) -> SetText:
        return _settled(words, replace(self.look, size=size), self.width, self.right_to_left, self.variant)


def set_text(
    text: str,
    look: TextLook,
    width: float,
    height: float,
    *,
    max_lines: int,
    variant: scripts.HanVariant | None = None,
) -> SetText:
    """Lay out a text (already `display_text`) in a box of `width` x `height` pixels and at most `max_lines` lines.

    Sizes are tried from `look.size` down to `look.least_size` with whole words and units (`tokens`), and with long
    addresses broken at their slashes if that avoids small type. Then words are hyphenated, then broken anywhere in as
    many lines as the height allows, then the size is reduced further. A text that does not fit even at the smallest
    size is cut with an ellipsis. `variant` is that of the surrounding texts.
    """
    text = scripts.with_whole_words(text)
    whole, parted = with_whole_units(text), with_parted_addresses(text)
    direction, variant = scripts.is_right_to_left(text), scripts.settled_variant(text, variant)
    fitting = _Fitting(parted, look, width, height, max_lines, direction, variant)
    least = min(look.least_size, look.size)
    size = _largest(lambda tried: fitting.fits(whole, tried, whole=True), least, look.size)
    if parted != whole and (size is None or size < _WHOLE_ADDRESS_SHARE * look.size):
        larger = _largest(lambda tried: fitting.fits(parted, tried, whole=True), least, look.size)
        if larger is not None and (size is None or size < _WHOLE_ADDRESS_SHARE * larger):
            return fitting.settled(parted, larger)
    if size is not None:
        return fitting.settled(whole, size)
    largest_divided = max(least, look.size * _DIVIDED_SHARE)
    tiny = min(_LEAST_SIZE, least)
    for undivided, low, high in ((True, least, largest_divided), (False, least, largest_divided), (False, tiny, least)):
        size = _largest(partial(_fits_divided, fitting, undivided), low, high)
        if size is not None:
            return fitting.settled(fitting.divided(size), size)
    return fitting.settled(_cut(parted, lambda shorter: fitting.fits(shorter, tiny, whole=False)), tiny)


def _fits_divided(fitting: _Fitting, whole: bool, size: float) -> bool:
    return fitting.fits(fitting.divided(size), size, whole=whole)


def _largest(fits: Callable[[float], bool], smallest: float, largest: float) -> float | None:
    """The largest size, in steps of a thirtieth, for which `fits(size)` holds; None if the smallest does not."""
    if fits(largest):
        return largest
    if not fits(smallest):
        return None
    steps = max(1, math.ceil(math.log(largest / smallest) / math.log(1.033)))
    sizes: list[float] = [smallest * (largest / smallest) ** (step / steps) for step in range(steps + 1)]
    low, high = 0, steps
    while high - low > 1:
        middle = (low + high) // 2
        if fits(sizes[middle]):
            low = middle
        else:
            high = middle
    return sizes[low]


def _cut(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of the text that fits with an ellipsis after it."""
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(text[:middle].rstrip() + "…"):
            low = middle
        else:
            high = middle
    return text[:low].rstrip() + "…"


def _widest_piece(words: str, look: TextLook, right_to_left: bool, variant: scripts.HanVariant | None) -> float:
    """Width of the widest part of a divided word: skia's MinIntrinsicWidth ignores these breaks."""

    def width(piece: str) -> float:
        paragraph = build([Span(piece, look.color)], look, right_to_left=right_to_left, variant=variant)
        paragraph.layout(math.inf)
        return float(paragraph.MaxIntrinsicWidth)

    # For line breaks, skia counts the letter spacing, which may be negative, once more.
    slack = 1.0 + abs(look.letter_spacing) * look.size
    return max(width(piece) for word in words.split() for piece in word.split(_MAY_BREAK) if piece) + slack


def _settled(
    words: str, look: TextLook, width: float, right_to_left: bool, variant: scripts.HanVariant | None
) -> SetText:
    """The text laid out in the narrowest width with the same number of lines, so that lines are about equally long."""
    paragraph = build([Span(words, look.color)], look, right_to_left=right_to_left, variant=variant)
    paragraph.layout(width)
    tall = paragraph.Height
    line = line_height_px(look, words)
    lines = max(1, round(tall / line))
    least = min(width, _widest_piece(words, look, right_to_left, variant)) if _MAY_BREAK in words else 0.0
    if look.balance and 1 < lines <= 6:
        low = max(paragraph.MaxIntrinsicWidth / lines * 0.9, least, min(width, paragraph.MinIntrinsicWidth))
        high = width
        while high - low > max(2.0, look.size * 0.05):
            middle = (low + high) / 2
            paragraph.layout(middle)
            if paragraph.Height <= tall + 0.5 and paragraph.LongestLine <= middle + 0.5:
                high = middle
            else:
                low = middle
        paragraph.layout(high)
    tight = min(width, max(least, math.ceil(paragraph.LongestLine) + 1.0))
    paragraph.layout(tight)
    if paragraph.Height > tall + 0.5:
        tight = width
        paragraph.layout(tight)
    return SetText(paragraph, words, look, tight, float(max(paragraph.Height, line)), lines, right_to_left, variant)
