"""Layout of text in a box: size, line breaks, direction.

`set_text` measures a text's pieces (`line_breaks`) once, decides size and lines by arithmetic (`line_fitting`), and
hands skia a text whose lines end where they should, so that nothing that changes afterwards, such as a colour, can
change a line. Lines have a fixed height (a forced strut), so mixing scripts and emoji never moves them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import skia

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.hyphens import syllables
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription, note
from bulkvid_pipeline.rendering.pictures.line_breaks import Piece, in_clusters, in_syllables, pieces_of
from bulkvid_pipeline.rendering.pictures.line_fitting import Division, MeasuredPieces, lines_that_fit
from bulkvid_pipeline.rendering.pictures.typefaces import Cut, families_of, runs_of, shelf
from bulkvid_pipeline.rendering.script.writing_direction import LEFT_TO_RIGHT_MARK, with_order_kept

LINE_END = "\u2028"
"""Unicode's line separator: ends a line without ending the paragraph, whose direction and embeddings go on."""
_RIGHT_TO_LEFT_EMBEDDING, _POP = "\u202b", "\u202c"
_LEAST_SIZE = 4.0
_WHOLE_ADDRESS_SHARE = 0.36
"""An address that fits on a line stays whole if the size is at least this share of the wanted one."""
_WORTH_PARTING = 0.75
"""An address is broken only if its size without breaks is less than this share of that with them."""
_PARTED_SHARE = 0.62
"""Text with broken addresses starts at this share of its size, so that they can be broken at the better marks."""
_WHOLE_WORD_SHARE = 0.55
"""A long word stays whole if the size is at least this share of the wanted one, or of the size with hyphens."""
_DIVIDED_SHARE = 0.75
"""Text with divided words starts at this share of its size: fewer divisions are more readable than larger type."""
_CROWDED_SHARE = 0.7
"""Below this share of the wanted size, more lines than wanted are better than smaller type."""
_TRIED_SHARES = (1.0, 0.96, 0.92, 0.88, 0.84, 0.8)
"""Sizes that are compared, as shares of the largest that fits, for the best lines."""
_LEAST_TRIED = 0.6
"""Share of the wanted size below which type is not made smaller for better lines."""
_SIZE_COST = 1.0
"""Cost of a relative loss of size, in the units of a division's cost."""
_MORE_LINES_COST = 0.08
_GOOD = 0.01
"""A division of at most this cost is not improved by smaller type."""
_MOST_CORRECTIONS = 8
"""A line can be a little wider than the sum of its pieces, where letters of two of them are kerned."""
_MEASURED = 100.0
"""The size, in pixels, in which pieces are measured; widths grow in proportion to the size."""


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
    steady: bool = False
    """Whether to keep the largest size that fits, even if a smaller one would give better lines."""


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
    """What is drawn: lines, parted by `LINE_END` instead of a blank or of nothing, with hyphens of the layout."""
    words: str
    """What the lines say: the text without what the layout inserted. If it was cut, it ends with an ellipsis."""
    look: TextLook
    width: float
    height: float
    right_to_left: bool
    variant: scripts.HanVariant | None

    @property
    def line_texts(self) -> tuple[str, ...]:
        """The lines from top to bottom as they are drawn, with hyphens that the layout inserted."""
        return tuple(self.text.split(LINE_END))

    @property
    def lines(self) -> int:
        return self.text.count(LINE_END) + 1

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

    def in_colors(self, spans: Sequence[Span]) -> SetText:
        """The same letters on the same lines with other colours; the spans make up `text`.

        Some fonts give letters other shapes by what stands beside them, which a change of colour ends: then a line can
        be wider than before, and so is the block.
        """
        paragraph = build(spans, self.look, right_to_left=self.right_to_left, variant=self.variant)
        paragraph.layout(self.width)
        if paragraph.Height <= self.height + 0.5:
            return replace(self, paragraph=paragraph)
        paragraph.layout(math.inf)
        wider = math.ceil(paragraph.LongestLine) + 1.0
        paragraph.layout(wider)
        return replace(self, paragraph=paragraph, width=wider)


def line_height_px(look: TextLook, text: str) -> float:
    """Height of a line, rounded to whole pixels, so that every line starts on a pixel row."""
    return float(round(look.size * max(look.line_height, scripts.least_line_height(text))))


def build(
    spans: Sequence[Span], look: TextLook, *, right_to_left: bool, variant: scripts.HanVariant | None
) -> skia.textlayout.Paragraph:
    """A paragraph of the spans, not laid out yet. Fonts are chosen for the whole text, so spans shape as one."""
    text = "".join(span.text for span in spans)
    families = families_of(text, look.cut, variant)
    spacing = 0.0 if scripts.joins_letters(text) else look.letter_spacing
    return _paragraph(spans, look, families, spacing, line_height_px(look, text), right_to_left, variant)


def _paragraph(
    spans: Sequence[Span],
    look: TextLook,
    families: tuple[str, ...],
    spacing: float,
    line: float,
    right_to_left: bool,
    variant: scripts.HanVariant | None,
) -> skia.textlayout.Paragraph:
    layout = skia.textlayout
    style = layout.ParagraphStyle()
    centered = look.align == "center"
    aligned = (
        layout.TextAlign.kCenter if centered else layout.TextAlign.kRight if right_to_left else layout.TextAlign.kLeft
    )
    style.setTextAlign(aligned)
    strut = layout.StrutStyle()
    strut.setStrutEnabled(True)
    strut.setForceStrutHeight(True)
    strut.setHeightOverride(True)
    strut.setFontFamilies(list(families[:1]))
    strut.setFontSize(look.size)
    strut.setHeight(line / look.size)
    style.setStrutStyle(strut)
    builder = layout.ParagraphBuilder.make(style, shelf().collection, shelf().unicode)
    # The bindings cannot set a paragraph's direction; an embedding around the whole text has the same effect.
    pieces = [Span(_RIGHT_TO_LEFT_EMBEDDING, look.color), *spans, Span(_POP, look.color)] if right_to_left else spans
    for stretch, fonts, span in _colored_runs(pieces, families):
        paint = skia.Paint(Color=argb(span.color), AntiAlias=True)
        if span.mask:
            paint.setColorFilter(skia.ColorFilters.Blend(argb(span.color), skia.BlendMode.kSrcIn))
        run = layout.TextStyle()
        run.setFontFamilies(list(fonts))
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


def _colored_runs(spans: Sequence[Span], families: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Span]]:
    """The spans' text cut where fonts or colours change; the fonts are found in the whole, as emoji may be joined."""
    text = "".join(span.text for span in spans)
    ends: list[tuple[int, tuple[str, ...]]] = []
    at = 0
    for stretch, fonts in runs_of(text, families):
        at += len(stretch)
        ends.append((at, fonts))
    position = index = 0
    for span in spans:
        until = position + len(span.text)
        while position < until:
            end, fonts = ends[index]
            reached = min(end, until)
            yield text[position:reached], fonts, span
            position = reached
            index += reached == end


@lru_cache(maxsize=20_000)
def _width_in_ems(
    text: str,
    families: tuple[str, ...],
    letter_spacing: float,
    word_spacing: float,
    right_to_left: bool,
    variant: scripts.HanVariant | None,
) -> float:
    """Width of one line, in font sizes."""
    look = TextLook(Cut("", 0), (0, 0, 0), _MEASURED, _MEASURED, word_spacing=word_spacing)
    paragraph = _paragraph([Span(text, look.color)], look, families, letter_spacing, _MEASURED, right_to_left, variant)
    paragraph.layout(math.inf)
    return max(0.0, float(paragraph.LongestLine)) / _MEASURED  # which is below 0 without letters


@dataclass(frozen=True)
class _Choice:
    """A size, and the pieces that it is possible with."""

    size: float
    measured: MeasuredPieces


@dataclass(frozen=True)
class _Fitting:
    """Fits a text into one box."""

    text: str
    look: TextLook
    width: float
    height: float
    max_lines: int
    right_to_left: bool
    variant: scripts.HanVariant | None
    together: tuple[str, ...]

    @cached_property
    def whole(self) -> MeasuredPieces:
        """The text's pieces with whole words and units."""
        return self.measured(pieces_of(self.text, self.variant, self.together))

    @cached_property
    def parted(self) -> MeasuredPieces:
        """The text's pieces with addresses broken at their marks."""
        return self.measured(pieces_of(self.text, self.variant, self.together, parted=True))

    def measured(self, pieces: Sequence[Piece]) -> MeasuredPieces:
        families = families_of(self.text, self.look.cut, self.variant)
        spacing = 0.0 if scripts.joins_letters(self.text) else self.look.letter_spacing
        word_spacing = self.look.word_spacing

        def width(text: str) -> float:
            return _width_in_ems(text, families, spacing, word_spacing, self.right_to_left, self.variant)

        blank = width("n n") - 2 * width("n")
        return MeasuredPieces(pieces, [width(piece.text) for piece in pieces], blank, width("-"))

    def ems(self, size: float) -> float:
        """Width of the box in font sizes; two pixels are left for rounding."""
        return (self.width - 2.0) / size

    def most_lines(self, size: float, *, freely: bool) -> int:
        room = lines_that_fit(self.height, line_height_px(replace(self.look, size=size), self.text))
        return room if freely else min(room, self.max_lines)

    def fits(self, measured: MeasuredPieces, freely: bool, size: float) -> bool:
        lines = measured.fewest_lines(self.ems(size))
        return lines is not None and lines <= self.most_lines(size, freely=freely)

    def chosen(self, measured: MeasuredPieces, low: float, high: float) -> _Choice | None:
        """The largest size between two; more lines than wanted are taken if type would become small otherwise."""
        size = _largest(partial(self.fits, measured, False), low, high)
        if size is None or size < _CROWDED_SHARE * high:
            free = _largest(partial(self.fits, measured, True), low, high)
            size = free if size is None or (free and free > size) else size
            if free and size == free:
                size = min(free, max(_CROWDED_SHARE * high, low))
        return _Choice(size, measured) if size is not None else None

    def divided(self, size: float, *, addresses: bool = True) -> MeasuredPieces:
        """The pieces, of which words that are too wide are hyphenated; `addresses`: or else broken anywhere."""
        room = self.ems(size)
        pieces = self.parted.pieces if addresses else self.whole.pieces
        return self.measured(
            [
                part
                for piece in pieces
                for part in (self._narrowed(piece, room) if addresses or not piece.in_address else [piece])
            ]
        )

    def _narrowed(self, piece: Piece, room: float) -> Sequence[Piece]:
        if self._widest([piece]) <= room:
            return [piece]
        if piece.in_address:
            return in_clusters(piece)
        # Letters count as a little wider than the mean, so that a part of a word seldom has to be broken again.
        letter = 1.12 * self._widest([piece]) / len(piece.text)
        for share in (1.0, 0.85, 0.7):
            parts = in_syllables(piece, syllables(piece.text, share * room / max(letter, 0.01)))
            if self._widest(parts) <= room:
                return parts
        return [part for wide in parts for part in ([wide] if self._widest([wide]) <= room else in_clusters(wide))]

    def _widest(self, pieces: Sequence[Piece]) -> float:
        return self.measured(pieces).widest

    def fits_divided(self, size: float, *, addresses: bool = True) -> bool:
        return self.fits(self.divided(size, addresses=addresses), True, size)

    def best(self) -> _Choice | None:
        """The text's size and pieces; None if it does not fit at all."""
        wanted = self.look.size
        least = min(self.look.least_size, wanted)
        tiny = min(_LEAST_SIZE, least)
        found = self.chosen(self.whole, least, wanted)
        if (found is None or found.size < _WHOLE_ADDRESS_SHARE * wanted) and self.parted.pieces != self.whole.pieces:
            parted = self.chosen(self.parted, least, max(least, _PARTED_SHARE * wanted))
            if parted and (found is None or found.size < _WORTH_PARTING * parted.size):
                found = parted
        if found and found.size >= _WHOLE_WORD_SHARE * wanted:
            return found
        if self.whole.widest > self.ems(least if found is None else wanted * _WHOLE_WORD_SHARE):
            anything = found is None
            fits = partial(self.fits_divided, addresses=anything)
            size = _largest(fits, least, max(least, wanted * _DIVIDED_SHARE))
            if size is not None and (found is None or size > found.size / _WHOLE_WORD_SHARE):
                return _Choice(size, self.divided(size, addresses=anything))
        if found:
            return found
        if self.whole.widest <= self.ems(least):
            for measured in (self.whole, self.parted):
                size = _largest(partial(self.fits, measured, True), tiny, least)
                if size is not None:
                    return _Choice(size, measured)
        size = _largest(self.fits_divided, tiny, least)
        return _Choice(size, self.divided(size)) if size is not None else None

    def settled(self, choice: _Choice) -> SetText:
        """The text with the best lines among those in the chosen size and in slightly smaller ones."""
        size, division = self._best_division(choice)
        block = self._set(choice.measured, division, size)
        for _ in range(_MOST_CORRECTIONS):
            if block.paragraph.LongestLine <= self.width + 0.5 and block.paragraph.Height <= block.height + 0.5:
                break
            size *= 0.985
            block = self._set(choice.measured, division, size)
        return block

    def _best_division(self, choice: _Choice) -> tuple[float, Division]:
        measured = choice.measured
        least = min(choice.size, max(self.look.least_size, _LEAST_TRIED * self.look.size))
        best: tuple[float, float, Division] | None = None
        for share in _TRIED_SHARES[:1] if self.look.steady else _TRIED_SHARES:
            size = choice.size * share
            if size < least:
                break
            fewest = measured.fewest_lines(self.ems(size))
            if fewest is None:
                break
            wanted = max(fewest, min(self.max_lines, self.most_lines(size, freely=True), len(measured.pieces)))
            for lines in range(fewest, min(fewest + 1 if fewest > 1 else 1, wanted) + 1):
                division = measured.divided(self.ems(size), lines)
                cost = division.cost + _SIZE_COST * (1 - share) + _MORE_LINES_COST * (lines - fewest)
                if best is None or cost < best[0] - 1e-9:
                    best = cost, size, division
            if best and best[0] <= _GOOD + _SIZE_COST * (1 - share):
                break
        if best is None:  # nothing fits, not even an ellipsis
            return choice.size, Division(((0, len(measured.pieces)),), 0.0)
        return best[1], best[2]

    def _set(self, measured: MeasuredPieces, division: Division, size: float) -> SetText:
        look = replace(self.look, size=size)
        pieces = measured.pieces
        lines = [_line(pieces[start:end]) for start, end in division.lines]
        text = LINE_END.join(lines)
        paragraph = build([Span(text, look.color)], look, right_to_left=self.right_to_left, variant=self.variant)
        widest = max(measured.line(start, end) for start, end in division.lines) * size
        tight = min(self.width, math.ceil(widest) + 1.0)
        height = line_height_px(look, text) * len(lines)
        paragraph.layout(tight)
        if paragraph.LongestLine > tight - 0.5 or paragraph.Height > height + 0.5:
            # Letters that change beside others ("3 x 4") make a line wider than its pieces; skia would end it earlier.
            paragraph.layout(math.inf)
            tight = min(self.width, math.ceil(paragraph.LongestLine) + 1.0)
            paragraph.layout(tight)
        words = self.text.replace(LEFT_TO_RIGHT_MARK, "")
        return SetText(paragraph, text, words, look, tight, height, self.right_to_left, self.variant)


def set_text(
    text: str,
    look: TextLook,
    width: float,
    height: float,
    *,
    max_lines: int,
    variant: scripts.HanVariant | None = None,
    together: Sequence[str] = (),
) -> SetText:
    """Lay out a text (already `display_text`) in a box of `width` x `height` pixels.

    Sizes are tried from `look.size` down to `look.least_size` with whole words and units (`tokens`), and with long
    addresses broken at their marks if that avoids small type. A text that would become small takes more than
    `max_lines` lines if the height allows. Then words that are wider than the box are hyphenated, then broken anywhere,
    then the size is reduced further. A text that does not fit even at the smallest size is cut with an ellipsis.

    Args:
        variant: that of the surrounding texts.
        together: phrases, in the text's order, that stay on one line if that costs little.
    """
    direction, variant = scripts.is_right_to_left(text), scripts.settled_variant(text, variant)
    text = with_order_kept(text) if direction else text
    fitting = _Fitting(text, look, width, height, max_lines, direction, variant, tuple(together))
    choice = fitting.best()
    if choice is None:
        cut = _cut(text, lambda shorter: replace(fitting, text=shorter).fits_divided(_LEAST_SIZE))
        fitting = replace(fitting, text=cut)
        choice = _Choice(_LEAST_SIZE, fitting.divided(_LEAST_SIZE))
    return fitting.settled(choice)


def _line(pieces: Sequence[Piece]) -> str:
    last = pieces[-1]
    inner = "".join(piece.text + " " * piece.blank for piece in pieces[:-1])
    return inner + last.text + "-" * last.hyphen


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
